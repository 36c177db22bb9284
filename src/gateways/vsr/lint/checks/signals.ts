import { table } from "../../../../lib/table.ts";
import { re2 } from "../../../../lib/re2.ts";
import type { VsrRecipe } from "../../../../router/vsr/shape.ts";
import { boundsIn, boundsInWords, boundsOf, cellsOf, keeps } from "../bounds.ts";
import { listIn, partAt, textIn, textsIn, type Fields } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import { measureOf } from "../measures.ts";
import type { Path } from "../source.ts";

type Check = (spec: Fields & { readonly name: string }, path: Path, say: Say, recipe: VsrRecipe) => void;

const DOMAINS = ["biology", "business", "chemistry", "computer science", "economics", "engineering", "health", "history", "law", "math", "other", "philosophy", "physics", "psychology"];
const SEVERITIES = ["critical", "high", "medium", "low"];
const SUBJECTS = ["user", "group"];
/** Lists whose signals can only go by these names. */
const NAMES: Readonly<Record<string, readonly string[]>> = table({
  fact_check: ["needs_fact_check", "no_fact_check_needed"],
  user_feedbacks: ["need_clarification", "satisfied", "want_different", "wrong_answer"],
  modality: ["AR", "DIFFUSION", "BOTH"],
});
const CONVERSATION_SOURCES = ["message", "tool_definition", "assistant_tool_call", "assistant_tool_cycle", "active_tool_loop", "image_content"];
const ROLES = ["user", "assistant", "system", "developer", "tool", "non_user", ""];

/** What signals other than keywords and context ask for (facts 1.3, 1.4). */
export const signals: Family = {
  rules: {
    "signal-contract": { severity: "error", summary: "a signal lacks what its type needs, or has a value that its type does not know" },
    "never-true-signal": { severity: "error", summary: "nothing that is measured is within the bounds of a signal" },
    "always-true-signal": { severity: "warning", summary: "everything that is measured is within the bounds of a signal (a count without a predicate)" },
    "ignored-predicate": { severity: "warning", summary: "a predicate that upstream does not look at" },
    "unknown-signal-name": { severity: "error", summary: "a name that no classifier gives: the signal never matches" },
    "unknown-category": { severity: "warning", summary: "an MMLU category that is none of the 14" },
    "shared-category": { severity: "warning", summary: "two domains have a category in common: both match where it is found" },
    "unknown-severity": { severity: "warning", summary: "an event severity that is none: upstream drops it" },
    "no-candidates": { severity: "warning", summary: "nothing to compare a text with" },
  },
  check({ recipes }, say) {
    for (const recipe of recipes)
      for (const [list, specs] of Object.entries(recipe.signals)) {
        const check = CHECKS[list];
        for (const [k, spec] of specs.entries()) {
          const path = [...recipe.path, "signals", list, k];
          const names = NAMES[list];
          if (names && !names.includes(spec.name)) say("unknown-signal-name", [...path, "name"], `${list} has no "${spec.name}": it never matches`, `known: ${names.join(", ")}`);
          check?.(spec, path, say, recipe);
        }
        if (list === "domains") checkShared(recipe, say);
      }
  },
};

const CHECKS: Readonly<Record<string, Check>> = table({
  structure(spec, path, say, recipe) {
    const [feature, source] = [partAt(spec, "feature"), partAt(spec, "feature", "source")];
    oneOf(say, [...path, "feature", "type"], textIn(feature, "type"), ["exists", "count", "density", "sequence"], `structure "${spec.name}"`);
    oneOf(say, [...path, "feature", "source", "type"], textIn(source, "type"), ["regex", "keyword_set", "sequence", "text_bytes"], `structure "${spec.name}"`);
    if (textIn(source, "type") === "regex") {
      const pattern = textIn(source, "pattern");
      const compiled = re2(pattern);
      if (pattern === "") say("signal-contract", [...path, "feature", "source"], `structure "${spec.name}" has no pattern`, "give it one");
      else if (typeof compiled === "string") say("bad-regex", [...path, "feature", "source", "pattern"], `"${pattern}" is no RE2 pattern: ${compiled}`, "RE2 has no look-around and no back-references");
    }
    checkMeasure("structure", spec, path, say, recipe);
  },
  conversation(spec, path, say, recipe) {
    const [feature, source] = [partAt(spec, "feature"), partAt(spec, "feature", "source")];
    oneOf(say, [...path, "feature", "type"], textIn(feature, "type"), ["exists", "count"], `conversation "${spec.name}"`);
    oneOf(say, [...path, "feature", "source", "type"], textIn(source, "type"), CONVERSATION_SOURCES, `conversation "${spec.name}"`);
    if (textIn(source, "type") === "message") oneOf(say, [...path, "feature", "source", "role"], textIn(source, "role"), ROLES, `conversation "${spec.name}"`);
    if (textIn(feature, "type") === "exists" && spec["predicate"]) say("ignored-predicate", [...path, "predicate"], `conversation "${spec.name}" is of type exists: it matches where there is one at least, whatever its predicate says`, "type: count looks at the predicate");
    else checkMeasure("conversation", spec, path, say, recipe);
  },
  events(spec, path, say) {
    const severities = textsIn(spec, "severities").map((one) => one.trim().toLowerCase());
    for (const [k, one] of severities.entries()) if (!SEVERITIES.includes(one)) say("unknown-severity", [...path, "severities", k], `severity "${one}" is none: upstream drops it`, `severities are ${SEVERITIES.join(", ")}`);
    const criteria = [...textsIn(spec, "event_types"), ...textsIn(spec, "action_codes")].filter((one) => one.trim() !== "").length + severities.filter((one) => SEVERITIES.includes(one)).length;
    if (criteria === 0 && spec["temporal"] !== true) say("never-true-signal", path, `event "${spec.name}" has no criterion: it never matches`, "give it event_types, severities, action_codes or temporal: true");
  },
  metadata(spec, path, say) {
    const predicate = partAt(spec, "predicate");
    if (textIn(spec, "key") === "") say("signal-contract", path, `metadata "${spec.name}" has no key`, "name the key of the request's metadata");
    if (!("equals" in predicate) && listIn(predicate, "in").length === 0 && !("exists" in predicate)) say("signal-contract", path, `metadata "${spec.name}" has no predicate`, "give it equals, in or exists");
  },
  role_bindings(spec, path, say) {
    if (textIn(spec, "role") === "") say("signal-contract", path, `role binding "${spec.name}" has no role`, "a rule's leaf names the role, not the binding");
    if (listIn(spec, "subjects").length === 0) say("signal-contract", path, `role binding "${spec.name}" names nobody`, "give it a subject: kind User or Group, and a name");
    for (const [k, subject] of listIn(spec, "subjects").entries()) oneOf(say, [...path, "subjects", k, "kind"], textIn(partAt(subject), "kind"), SUBJECTS, `role binding "${spec.name}"`);
  },
  domains(spec, path, say) {
    const categories = textsIn(spec, "mmlu_categories");
    if (categories.length === 0 && !DOMAINS.includes(spec.name)) say("unknown-signal-name", [...path, "name"], `no domain classifier finds "${spec.name}", and it has no mmlu_categories: it never matches`, `categories: ${DOMAINS.join(", ")}`);
    for (const [k, one] of categories.entries()) if (!DOMAINS.includes(one)) say("unknown-category", [...path, "mmlu_categories", k], `"${one}" is no MMLU category`, `known: ${DOMAINS.join(", ")}`);
  },
  embeddings(spec, path, say) {
    if (listIn(spec, "candidates").length === 0) say("no-candidates", path, `embedding "${spec.name}" has no candidates`, "give it texts that it is to be like");
    if (textIn(spec, "aggregation_method") !== "") oneOf(say, [...path, "aggregation_method"], textIn(spec, "aggregation_method"), ["mean", "max", "any"], `embedding "${spec.name}"`);
    if (textIn(spec, "query_modality") !== "") oneOf(say, [...path, "query_modality"], textIn(spec, "query_modality"), ["text", "image", "audio"], `embedding "${spec.name}"`);
  },
  complexity(spec, path, say) {
    for (const side of ["hard", "easy"]) if (listIn(partAt(spec, side), "candidates").length + listIn(partAt(spec, side), "image_candidates").length === 0) say("no-candidates", path, `complexity "${spec.name}" has no ${side} candidates`, "it compares a text with both sides");
  },
  kb(spec, path, say) {
    if (textIn(spec, "match") !== "") oneOf(say, [...path, "match"], textIn(spec, "match"), ["best", "threshold"], `kb "${spec.name}"`);
    oneOf(say, [...path, "target", "kind"], textIn(partAt(spec, "target"), "kind"), ["label", "group"], `kb "${spec.name}"`);
  },
  classifiers(spec, path, say) {
    oneOf(say, [...path, "type"], textIn(spec, "type"), ["local", "llm"], `classifier "${spec.name}"`);
  },
});

function oneOf(say: Say, path: Path, value: string, known: readonly string[], of: string): void {
  if (known.includes(value.trim()) || known.includes(value.trim().toLowerCase())) return;
  say("signal-contract", path, `${of}: ${String(path.at(-1))} ${value === "" ? "is missing" : `"${value}" is none`}`, `known: ${known.filter((one) => one !== "").join(", ")}`);
}

function checkMeasure(type: string, spec: Fields & { readonly name: string }, path: Path, say: Say, recipe: VsrRecipe): void {
  const measure = measureOf(type, spec.name, recipe);
  if (!measure) return;
  const cells = cellsOf(boundsIn(measure.matches), measure.domain);
  const holding = cells.filter(({ at }) => keeps(at, measure.matches)).length;
  const written = boundsInWords(boundsOf(partAt(spec, "predicate")));
  const at = written === "" ? path : [...path, "predicate"];
  if (holding === 0) say("never-true-signal", at, `${type} "${spec.name}" never matches: ${written === "" ? "it has nothing to look for" : `nothing that it measures is ${written}`}`, "mend its bounds, or what it looks for");
  else if (holding === cells.length) say("always-true-signal", at, `${type} "${spec.name}" always matches: ${written === "" ? "a count without a predicate" : `all that it measures is ${written}`}`, written === "" ? "give it a predicate, or type: exists" : "mend its bounds");
}

function checkShared({ path, signals: all }: VsrRecipe, say: Say): void {
  const owner = new Map<string, string>();
  for (const [k, spec] of (all["domains"] ?? []).entries())
    for (const [j, category] of textsIn(spec, "mmlu_categories").entries()) {
      const first = owner.get(category);
      if (first !== undefined && first !== spec.name) say("shared-category", [...path, "signals", "domains", k, "mmlu_categories", j], `category "${category}" is of domain "${first}" too: both match where it is found`, "let one domain have it");
      else owner.set(category, spec.name);
    }
}
