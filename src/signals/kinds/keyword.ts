import * as z from "zod";
import { re2, type Re2 } from "../../lib/re2.ts";
import type { Tell } from "../../model/errors.ts";
import { spelled, within, type Spelled } from "../edit-distance.ts";
import { fieldsOf, flagField, match, numberField, specError, textField, textsField, type SignalKind, type SignalSpec } from "../kind.ts";
import { hasHan, hasWordRune, lower } from "../letters.ts";
import { literalScanner, type Literal, type Occurrences } from "../literals.ts";
import { ngramMatcher } from "../ngrams.ts";
import type { RequestView } from "../request-view.ts";

/**
 * Keywords in the user's text, as upstream's keyword_classifier looks for them: as `(?i)\bKEYWORD\b` with RE2's ASCII boundaries (a keyword
 * with a Han rune, or without any letter, digit or underscore, needs no boundary), as RE2 patterns, as words few edits away, or by n-grams.
 * Its BM25 stands on a stemmer, stop words and transliteration that are not here: such rules stay unknown.
 */
export const keyword: SignalKind = (specs, tell) => {
  const matching = keywordMatcher(specs, tell);
  return (view, findings) => {
    for (const name of matching.unknown) findings.unknown.add(`keyword:${name}`);
    for (const { name } of matching.matches(view, "any")) match(findings, "keyword", name);
  };
};

export interface KeywordMatch {
  readonly name: string;
  /** As the config writes them; "… (fuzzy)" where only a word near it was found. None of a NOR. */
  readonly keywords: readonly string[];
}

export interface KeywordMatcher {
  readonly unknown: readonly string[];
  /** The rules that hold, in their order; with "all", each with every keyword that was found, else with enough of them to hold. */
  matches(view: RequestView, found: "all" | "any"): readonly KeywordMatch[];
}

const FIELDS = z.object({
  operator: textField,
  keywords: textsField,
  case_sensitive: flagField,
  method: textField,
  fuzzy_match: flagField,
  fuzzy_threshold: numberField,
  ngram_threshold: numberField,
  ngram_arity: numberField,
});

type Fields = z.infer<typeof FIELDS>;

type Operator = "AND" | "OR" | "NOR";

/** What of a rule's keywords is found, in order of finding; at most `enough` are wanted. */
type Find = (seen: Seen, enough: number) => readonly string[];

interface Rule {
  readonly name: string;
  readonly operator: Operator;
  readonly size: number;
  readonly find: Find;
}

interface Seen {
  readonly view: RequestView;
  readonly literals: () => Occurrences;
}

export function keywordMatcher(specs: readonly SignalSpec[], tell: Tell): KeywordMatcher {
  const literals: Literal[] = [];
  const rules: Rule[] = [];
  const unknown: string[] = [];
  for (const spec of specs) {
    const fields = fieldsOf(spec, FIELDS, tell);
    if (!fields) continue;
    const { operator } = fields;
    if (!isOperator(operator)) {
      tell(specError(spec, "operator", `must be AND, OR or NOR (got "${operator}")`));
      continue;
    }
    const method = lower(fields.method);
    if (method === "bm25") unknown.push(spec.name);
    else if (method === "ngram") rules.push({ name: spec.name, operator, size: fields.keywords.length, find: byNgrams(fields) });
    else if (method === "" || method === "regex") {
      const find = byPatterns(spec, fields, method === "regex", literals, tell);
      if (find) rules.push({ name: spec.name, operator, size: fields.keywords.length, find });
    } else tell(specError(spec, "method", `must be regex, bm25 or ngram, or absent (got "${fields.method}")`, method === "fuzzy" ? "fuzzy matching is fuzzy_match: true" : undefined));
  }
  const scan = literalScanner(literals);
  return { unknown, matches: (view, found) => matchesOf(rules, scan, view, found) };
}

function matchesOf(rules: readonly Rule[], scan: ReturnType<typeof literalScanner>, view: RequestView, wanted: "all" | "any"): readonly KeywordMatch[] {
  let occurrences: Occurrences | null = null;
  const seen: Seen = { view, literals: () => (occurrences ??= scan(view.text, () => view.folded)) };
  return rules.flatMap(({ name, operator, size, find }) => {
    const keywords = find(seen, operator === "AND" ? size : operator === "NOR" || wanted === "any" ? 1 : Infinity);
    const holds = operator === "AND" ? keywords.length === size : operator === "OR" ? keywords.length > 0 : keywords.length === 0;
    return holds ? [{ name, keywords: operator === "OR" ? [...new Set(keywords)] : keywords }] : [];
  });
}

function isOperator(operator: string): operator is Operator {
  return operator === "AND" || operator === "OR" || operator === "NOR";
}

function byPatterns(spec: SignalSpec, fields: Fields, isRegex: boolean, literals: Literal[], tell: Tell): Find | null {
  const exact = fields.keywords.map((one, i) => (isRegex ? byRegex(spec, fields, one, i, tell) : byLiteral(fields, one, literals)));
  const fuzzy = fields.fuzzy_match ? fields.keywords.map((one) => spelled(lower(one.toWellFormed()))) : null;
  const edits = fields.fuzzy_threshold || 2;
  if (exact.includes(null)) return null;
  return (seen, enough) => {
    const found: string[] = [];
    for (let i = 0; i < exact.length && found.length < enough; i++) {
      const written = fields.keywords[i] as string;
      if (exact[i]?.(seen)) found.push(written);
      else if (fuzzy && seen.view.words.some((word) => within(word, fuzzy[i] as Spelled, edits))) found.push(`${written} (fuzzy)`);
    }
    return found;
  };
}

function byRegex(spec: SignalSpec, fields: Fields, pattern: string, at: number, tell: Tell): ((seen: Seen) => boolean) | null {
  const compiled: Re2 | string = re2(fields.case_sensitive ? pattern : `(?i)${pattern}`);
  if (typeof compiled !== "string") return ({ view }) => compiled.test(view.text);
  tell(specError(spec, `keywords[${at}]`, `is no RE2 pattern: ${compiled}`, "RE2 has no look-around and no back-references"));
  return null;
}

function byLiteral(fields: Fields, written: string, literals: Literal[]): (seen: Seen) => boolean {
  const at = literals.push({ text: written.toWellFormed(), folds: !fields.case_sensitive, bounded: hasWordRune(written) && !hasHan(written) }) - 1;
  return ({ literals: found }) => found()[at] === 1;
}

function byNgrams(fields: Fields): Find {
  const find = ngramMatcher(fields.keywords, { caseSensitive: fields.case_sensitive, threshold: fields.ngram_threshold || 0.4, arity: fields.ngram_arity || 3 });
  return ({ view }) => find(view.text);
}
