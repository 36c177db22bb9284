import type { ReadingState } from "./reading-state.ts";
import { compileRule, evaluateRule, type DomainCategories, type Rule } from "./rule-tree.ts";
import type { RuleNode } from "./shape.ts";
import { allOf, ONE, type Span } from "./span.ts";

const LEVELS = ["hard", "medium", "easy"];

/** A complexity rule's composer, made ready. */
export interface Composer {
  readonly keys: readonly string[];
  readonly rule: Rule;
}

export function compileComposer(name: string, node: RuleNode, domains: DomainCategories): Composer {
  return { keys: LEVELS.map((level) => `complexity:${name}:${level}`), rule: compileRule(composerOf(node), domains) };
}

/** Takes away the levels of complexity rules whose composer does not hold. In a composer, an operator that upstream does not know is AND. */
export function applyComposers(composers: readonly Composer[], state: ReadingState): void {
  for (const { keys, rule } of composers) {
    const { match: holds } = evaluateRule(rule, state);
    for (const key of keys) state.set(key, allOf([state.match(key), holds]));
  }
}

/** A composer as the engine reads trees: unknown operators made AND. */
function composerOf(node: RuleNode): RuleNode {
  const operator = ["OR", "NOT"].includes(node.operator.toUpperCase()) || node.type !== "" ? node.operator : "AND";
  return { ...node, operator, conditions: node.conditions.map(composerOf) };
}

/** Leaves the `k` most confident embedding matches, equals by name; 0 leaves all. `candidates` are keys. */
export function applyTopK(k: number, candidates: readonly string[], state: ReadingState): void {
  if (k <= 0) return;
  const keys = [...new Set([...state.names("embedding").map((name) => `embedding:${name}`), ...candidates.filter((key) => state.match(key) !== false)])];
  if (keys.length <= k) return;
  const spans = new Map(keys.map((key) => [key, state.confidence(key) ?? ONE]));
  const surelyAhead = (a: string, b: string) => ahead(spans.get(a) as Span, spans.get(b) as Span, a < b);
  const outcome = keys.map((key) => {
    const rivals = keys.filter((other) => other !== key);
    const sure = rivals.filter((other) => state.match(other) === true && surelyAhead(other, key)).length;
    const possible = rivals.filter((other) => !surelyAhead(key, other)).length;
    const taken = rivals.filter((other) => state.assumed.get(other) === true).length;
    if (sure >= k || taken >= k) return { key, truth: false };
    return { key, truth: possible >= k && state.assumed.get(key) === undefined ? null : state.match(key) };
  });
  for (const { key, truth } of outcome) state.set(key, truth);
}

/** Whether the first is before the second whatever both are. */
function ahead(a: Span, b: Span, byName: boolean): boolean {
  return a.lo > b.hi || (a.lo === b.hi && byName);
}
