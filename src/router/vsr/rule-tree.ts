import { ANY_NUMBER, exactly, ONE, within, ZERO, type Span, type Truth } from "./span.ts";
import type { ReadingState } from "./reading-state.ts";
import type { RuleNode } from "./shape.ts";

/** A rule tree made ready for many prompts: its keys are made once. */
export interface Rule {
  readonly node: RuleNode;
  readonly operator: "leaf" | "AND" | "OR" | "NOT";
  /** Of a leaf: `type:name`, and the same with its label. */
  readonly key: string;
  readonly labelled: string;
  /** Of a domain: the keys of the categories that it stands for. */
  readonly categories: readonly string[];
  readonly conditions: readonly Rule[];
}

/** A rule with what became of it. */
export interface RuleResult {
  readonly rule: Rule;
  readonly match: Truth;
  /** What its confidence may be where it matches. */
  readonly confidence: Span;
  readonly children: readonly RuleResult[];
}

/** Domains and the categories that each stands for. */
export type DomainCategories = ReadonlyMap<string, readonly string[]>;

const NONE: readonly never[] = [];

/** An operator that upstream does not know is OR. */
export function compileRule(node: RuleNode, domains: DomainCategories): Rule {
  const operator = node.operator.toUpperCase();
  const key = `${node.type}:${node.name}`;
  return {
    node,
    operator: node.type !== "" ? "leaf" : operator === "AND" || operator === "NOT" ? operator : "OR",
    key,
    labelled: node.label === "" ? key : `${key}:${node.label}`,
    categories: node.type === "domain" ? (domains.get(node.name) ?? []).map((category) => `domain:${category}`) : NONE,
    conditions: node.conditions.map((condition) => compileRule(condition, domains)),
  };
}

/** Evaluates a rule tree as upstream's engine does, quirks included: an empty AND matches with confidence 0. */
export function evaluateRule(rule: Rule, state: ReadingState): RuleResult {
  if (rule.operator === "leaf") return evaluateLeaf(rule, state);
  const children = rule.conditions.map((condition) => evaluateRule(condition, state));
  switch (rule.operator) {
    case "AND":
      return conjunction(rule, children);
    case "NOT":
      return negation(rule, children);
    default:
      return disjunction(rule, children);
  }
}

/** The leaves that upstream reports as matched. */
export function matchedRules({ rule, match, children }: RuleResult): readonly string[] {
  switch (rule.operator) {
    case "leaf":
      return match === false ? NONE : [rule.node.predicate ? rule.labelled : rule.key];
    case "AND":
      return match === false ? NONE : children.flatMap(matchedRules);
    case "NOT":
      return children.length === 1 ? matchedRules(children[0] as RuleResult) : NONE;
    default: {
      const best = mostConfident(children) ?? children.find((child) => child.match !== false);
      return best ? matchedRules(best) : NONE;
    }
  }
}

function conjunction(rule: Rule, children: readonly RuleResult[]): RuleResult {
  const n = children.length;
  let match: Truth = true;
  let [lo, hi] = [0, 0];
  for (const child of children) {
    if (child.match === false) match = false;
    else if (child.match === null && match) match = null;
    lo += child.confidence.lo;
    hi += child.confidence.hi;
  }
  return { rule, match, confidence: n === 0 ? ZERO : { lo: lo / n, hi: hi / n }, children };
}

/** The most confident child that matches counts, the first of equals. */
function disjunction(rule: Rule, children: readonly RuleResult[]): RuleResult {
  const best = mostConfident(children);
  let hi = -Infinity;
  let least = Infinity;
  for (const { match, confidence } of children) {
    if (match === false) continue;
    hi = Math.max(hi, confidence.hi);
    least = Math.min(least, confidence.lo);
  }
  if (hi === -Infinity) return { rule, match: false, confidence: ZERO, children };
  // Where none is sure to match and yet one does, it may be any of them.
  return { rule, match: best ? true : null, confidence: { lo: best ? best.confidence.lo : least, hi }, children };
}

function mostConfident(children: readonly RuleResult[]): RuleResult | undefined {
  let best: RuleResult | undefined;
  for (const child of children) if (child.match === true && (!best || child.confidence.lo > best.confidence.lo)) best = child;
  return best;
}

function negation(rule: Rule, children: readonly RuleResult[]): RuleResult {
  const [child] = children;
  if (!child || children.length !== 1) return { rule, match: false, confidence: ZERO, children };
  return { rule, match: child.match === null ? null : !child.match, confidence: ONE, children };
}

function evaluateLeaf(rule: Rule, state: ReadingState): RuleResult {
  if (rule.node.predicate) return { rule, match: predicateMatch(rule, state), confidence: ONE, children: NONE };
  const match = rule.categories.length > 0 ? domainMatch(rule, state) : state.match(rule.key);
  return { rule, match, confidence: state.confidence(rule.key) ?? ONE, children: NONE };
}

/** A predicate looks at what was measured, not at what matched. */
function predicateMatch({ node: { label, predicate = {}, on_error: onError }, key, labelled }: Rule, state: ReadingState): Truth {
  const value = state.value(key, labelled) ?? (label === "" ? state.confidence(key) : labelledConfidence(state, labelled));
  if (state.unknown(key)) return within(value ?? ANY_NUMBER, predicate) === false ? (onError === "match" ? null : false) : null;
  if (value) return within(value, predicate);
  return onError === "match" && state.readings.errors.has(key);
}

function labelledConfidence(state: ReadingState, labelled: string): Span | null {
  const value = state.readings.confidences.get(labelled);
  return value === undefined ? null : exactly(value);
}

/** A domain matches by its own name or by that of any category that it stands for. */
function domainMatch({ key, categories }: Rule, state: ReadingState): Truth {
  let match = state.match(key);
  for (const category of categories) {
    if (match === true) return true;
    const found = state.match(category);
    if (found !== false) match = found;
  }
  return match;
}

/** What a decision without rules comes to. */
export const NO_RULES: Omit<RuleResult, "rule"> = { match: true, confidence: ZERO, children: NONE };
