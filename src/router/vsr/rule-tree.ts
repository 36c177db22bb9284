import type { ReadingState } from "./reading-state.ts";
import type { RuleNode } from "./shape.ts";
import { allOf, ANY_NUMBER, ONE, plus, within, ZERO, type Span, type Truth } from "./span.ts";

/** A node of a rule tree with what became of it. */
export interface RuleResult {
  readonly node: RuleNode;
  readonly match: Truth;
  /** What its confidence may be where it matches. */
  readonly confidence: Span;
  /** The leaves that upstream reports as matched. */
  readonly rules: readonly string[];
  readonly children: readonly RuleResult[];
}

/** Domains and the categories that each stands for. */
export type DomainCategories = ReadonlyMap<string, readonly string[]>;

/** Evaluates a rule tree as upstream's engine does, quirks included: an unknown operator is OR, an empty AND matches with confidence 0. */
export function evaluateRule(node: RuleNode, state: ReadingState, domains: DomainCategories): RuleResult {
  if (node.type !== "") return evaluateLeaf(node, state, domains);
  const children = node.conditions.map((condition) => evaluateRule(condition, state, domains));
  switch (node.operator.toUpperCase()) {
    case "AND":
      return conjunction(node, children);
    case "NOT":
      return negation(node, children);
    default:
      return disjunction(node, children);
  }
}

function conjunction(node: RuleNode, children: readonly RuleResult[]): RuleResult {
  const match = allOf(children.map((child) => child.match));
  const sum = children.reduce((total, { confidence }) => plus(total, confidence), ZERO);
  const n = children.length;
  return { node, match, confidence: n === 0 ? ZERO : { lo: sum.lo / n, hi: sum.hi / n }, rules: match === false ? [] : children.flatMap(({ rules }) => rules), children };
}

/** The most confident child that matches counts, the first of equals. */
function disjunction(node: RuleNode, children: readonly RuleResult[]): RuleResult {
  const possible = children.filter(({ match }) => match !== false);
  const sure = possible.filter(({ match }) => match === true);
  let best: RuleResult | undefined;
  for (const child of sure) if (!best || child.confidence.lo > best.confidence.lo) best = child;
  // Where none is sure to match and yet one does, it may be any of them.
  const lo = best ? best.confidence.lo : Math.min(...possible.map(({ confidence }) => confidence.lo));
  const hi = Math.max(...possible.map(({ confidence }) => confidence.hi));
  const match = best ? true : possible.length > 0 ? null : false;
  return { node, match, confidence: match === false ? ZERO : { lo, hi }, rules: (best ?? possible[0])?.rules ?? [], children };
}

function negation(node: RuleNode, children: readonly RuleResult[]): RuleResult {
  const [child] = children;
  if (!child || children.length !== 1) return { node, match: false, confidence: ZERO, rules: [], children };
  return { node, match: child.match === null ? null : !child.match, confidence: ONE, rules: child.rules, children };
}

function evaluateLeaf(node: RuleNode, state: ReadingState, domains: DomainCategories): RuleResult {
  const { type, name, label } = node;
  const leaf = (match: Truth, confidence: Span, rule = `${type}:${name}`): RuleResult => ({ node, match, confidence, rules: match === false ? [] : [rule], children: [] });
  if (node.predicate) return leaf(predicateMatch(node, state), ONE, label === "" ? `${type}:${name}` : `${type}:${name}:${label}`);
  const match = type === "domain" ? domainMatch(name, state, domains) : state.match(type, name);
  return leaf(match, state.confidence(type, name) ?? ONE);
}

/** A predicate looks at what was measured, not at what matched. */
function predicateMatch({ type, name, label, predicate = {}, on_error: onError }: RuleNode, state: ReadingState): Truth {
  const value = state.value(type, name, label) ?? (label === "" ? state.confidence(type, name) : labelledConfidence(state, type, name, label));
  if (state.unknown(type, name)) return within(value ?? ANY_NUMBER, predicate) === false ? (onError === "match" ? null : false) : null;
  if (value) return within(value, predicate);
  return onError === "match" && state.readings.errors.has(`${type}:${name}`);
}

function labelledConfidence(state: ReadingState, type: string, name: string, label: string): Span | null {
  const value = state.readings.confidences.get(`${type}:${name}:${label}`);
  return value === undefined ? null : { lo: value, hi: value };
}

/** A domain matches by its own name or by that of any category that it stands for. */
function domainMatch(name: string, state: ReadingState, domains: DomainCategories): Truth {
  let match = state.match("domain", name);
  for (const category of domains.get(name) ?? []) {
    if (match === true) return true;
    const found = state.match("domain", category);
    if (found !== false) match = found;
  }
  return match;
}

/** The confidence of a decision that has no rules at all. */
export const NO_RULES: Omit<RuleResult, "node"> = { match: true, confidence: ZERO, rules: [], children: [] };

