import { yamlFlag } from "../../../../lib/yaml-flag.ts";
import { re2 } from "../../../../lib/re2.ts";
import { hasHan, hasWordRune } from "../../../../lib/word-runes.ts";
import { nearest } from "../../../../model/nearest.ts";
import { numberIn, textIn, textsIn, type Fields } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import type { Path } from "../source.ts";

const OPERATORS = ["AND", "OR", "NOR"];
const METHODS = ["regex", "bm25", "ngram"];

/** Keyword signals (facts 1.4: keyword_classifier*.go). */
export const keywords: Family = {
  rules: {
    "keyword-operator": { severity: "error", summary: "a keyword operator other than AND, OR, NOR: upstream fails when it builds the classifier" },
    "keyword-method": { severity: "error", summary: "a keyword method other than regex, bm25, ngram: upstream fails when it builds the classifier" },
    "bad-regex": { severity: "error", summary: "a pattern that RE2 refuses" },
    "no-keywords": { severity: "error", summary: "OR over no keyword never matches" },
    "always-keywords": { severity: "warning", summary: "AND or NOR over no keyword, or a keyword that is in every text: always (or never) matches" },
    "unmatchable-keyword": { severity: "warning", summary: "a keyword at whose edge RE2's ASCII \\b finds no word boundary in free text (C++, café, Cyrillic, Arabic …)" },
    "repeated-keyword": { severity: "warning", summary: "the same keyword stands twice in a signal" },
    "fuzzy-threshold": { severity: "warning", summary: "so many edits are allowed that nearly every word is near a keyword" },
  },
  check({ recipes }, say) {
    for (const { path, signals } of recipes) for (const [k, spec] of (signals["keywords"] ?? []).entries()) checkSpec(spec, [...path, "signals", "keywords", k], say);
  },
};

function checkSpec(spec: Fields, path: Path, say: Say): void {
  const [operator, method, all] = [textIn(spec, "operator"), textIn(spec, "method").toLowerCase(), textsIn(spec, "keywords")];
  const name = textIn(spec, "name");
  if (!OPERATORS.includes(operator)) {
    const near = OPERATORS.includes(operator.toUpperCase()) ? operator.toUpperCase() : nearest(operator, OPERATORS);
    say("keyword-operator", operator === "" ? path : [...path, "operator"], operator === "" ? `keyword signal "${name}" has no operator` : `keyword operator "${operator}" is none`, `operators of keywords are ${OPERATORS.join(", ")}`, near === null || operator === "" ? {} : { replacement: near });
  }
  if (method !== "" && !METHODS.includes(method)) say("keyword-method", [...path, "method"], `keyword method "${textIn(spec, "method")}" is none`, method === "fuzzy" ? "fuzzy matching is fuzzy_match: true, without a method" : `methods are ${METHODS.join(", ")}, or none for plain keywords`);
  if (all.length === 0) {
    if (operator === "OR") say("no-keywords", [...path, "keywords"], `keyword signal "${name}" has no keywords: it never matches`, "give it keywords, or drop it");
    if (operator === "AND" || operator === "NOR") say("always-keywords", path, `${operator} over no keyword: "${name}" always matches`, "give it keywords, or drop it");
  }
  checkRepeated(spec, all, path, say);
  for (const [k, keyword] of all.entries()) checkKeyword(keyword, { spec, method, path: [...path, "keywords", k] }, say);
  checkFuzzy(spec, all, path, say);
}

function checkKeyword(keyword: string, { spec, method, path }: { readonly spec: Fields; readonly method: string; readonly path: Path }, say: Say): void {
  if (method === "regex") {
    const compiled = re2(yamlFlag(spec["case_sensitive"]) === true ? keyword : `(?i)${keyword}`);
    if (typeof compiled === "string") say("bad-regex", path, `"${keyword}" is no RE2 pattern: ${compiled}`, "RE2 has no look-around and no back-references");
    else if (compiled.test("")) say("always-keywords", path, `"${keyword}" matches the empty text, and so every text`, "make it match something");
    return;
  }
  if (method !== "") return;
  if (keyword === "") say("always-keywords", path, "an empty keyword is in every text", "drop it");
  if (spec["fuzzy_match"] === true || !hasWordRune(keyword) || hasHan(keyword)) return;
  const side = edge(keyword);
  if (side === null) return;
  say("unmatchable-keyword", path, `"${keyword}" is looked for as \\b${keyword}\\b, and RE2's \\b knows ASCII only: it matches only with an ASCII letter, digit or _ right ${side} it`, "use method: regex with a pattern that has no \\b there (other keywords of the signal then are patterns as well)");
}

/** Where a keyword has an edge that is no ASCII word character; a blank there has its boundary at the word beside it. */
function edge(keyword: string): string | null {
  const foreign = (rune: string | undefined) => rune !== undefined && !/[\w\s]/.test(rune);
  const runes = [...keyword];
  const [first, last] = [foreign(runes[0]), foreign(runes.at(-1))];
  return first ? (last ? "before and behind" : "before") : last ? "behind" : null;
}

function checkRepeated(spec: Fields, all: readonly string[], path: Path, say: Say): void {
  const seen = new Map<string, string>();
  for (const [k, keyword] of all.entries()) {
    const folded = yamlFlag(spec["case_sensitive"]) === true || textIn(spec, "method").toLowerCase() === "regex" ? keyword : keyword.toLowerCase();
    const before = seen.get(folded);
    if (before !== undefined) say("repeated-keyword", [...path, "keywords", k], `"${keyword}" stands here twice${before === keyword ? "" : ` (as "${before}")`}`, "drop one");
    else seen.set(folded, keyword);
  }
}

/** Edits from a word of one letter to a keyword are at most the keyword's length. */
function checkFuzzy(spec: Fields, all: readonly string[], path: Path, say: Say): void {
  if (spec["fuzzy_match"] !== true) return;
  const edits = numberIn(spec, "fuzzy_threshold") || 2; // a 0 is a field that is not there
  const near = all.find((keyword) => keyword !== "" && [...keyword].length <= edits);
  if (near !== undefined) say("fuzzy-threshold", numberIn(spec, "fuzzy_threshold") === undefined ? path : [...path, "fuzzy_threshold"], `${edits} edits turn any word of one letter into "${near}": nearly every text matches`, "fuzzy_threshold is the most edits that a word may be away, not a share: 1 or 2");
}
