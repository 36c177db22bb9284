import type { ReadingState } from "./reading-state.ts";
import { evaluateRule, type DomainCategories } from "./rule-tree.ts";
import type { RuleNode } from "./shape.ts";
import { allOf, ONE, type Span } from "./span.ts";

/** Takes away the levels of complexity rules whose composer does not hold. In a composer, an operator that upstream does not know is AND. */
export function applyComposers(composers: ReadonlyMap<string, RuleNode>, state: ReadingState, domains: DomainCategories): void {
  for (const [rule, composer] of composers) {
    const { match: holds } = evaluateRule(composer, state, domains);
    for (const level of ["hard", "medium", "easy"]) {
      const name = `${rule}:${level}`;
      state.set("complexity", name, allOf([state.match("complexity", name), holds]));
    }
  }
}

/** A composer as the engine reads trees: unknown operators made AND. */
export function composerOf(node: RuleNode): RuleNode {
  const operator = ["OR", "NOT"].includes(node.operator.toUpperCase()) || node.type !== "" ? node.operator : "AND";
  return { ...node, operator, conditions: node.conditions.map(composerOf) };
}

/** Leaves the `k` most confident embedding matches, equals by name; 0 leaves all. */
export function applyTopK(k: number, candidates: readonly string[], state: ReadingState): void {
  const names = [...new Set([...state.names("embedding"), ...candidates.filter((name) => state.match("embedding", name) !== false)])];
  if (k <= 0 || names.length <= k) return;
  const spans = new Map(names.map((name) => [name, state.confidence("embedding", name) ?? ONE]));
  const surelyAhead = (a: string, b: string) => ahead(spans.get(a) as Span, spans.get(b) as Span, a < b);
  const outcome = names.map((name) => {
    const rivals = names.filter((other) => other !== name);
    const sure = rivals.filter((other) => state.match("embedding", other) === true && surelyAhead(other, name)).length;
    const possible = rivals.filter((other) => !surelyAhead(name, other)).length;
    const taken = rivals.filter((other) => state.assumed.get(`embedding:${other}`) === true).length;
    if (sure >= k || taken >= k) return { name, truth: false };
    return { name, truth: possible >= k && state.assumed.get(`embedding:${name}`) === undefined ? null : state.match("embedding", name) };
  });
  for (const { name, truth } of outcome) state.set("embedding", name, truth);
}

/** Whether the first is before the second whatever both are. */
function ahead(a: Span, b: Span, byName: boolean): boolean {
  return a.lo > b.hi || (a.lo === b.hi && byName);
}
