import type { SignalReadings } from "../../model/signal.ts";
import type { Evaluation } from "./engine.ts";
import type { Outcome } from "./outcome.ts";
import { decidedBy } from "./ranking.ts";
import type { RuleResult } from "./rule-tree.ts";
import type { VsrRecipe } from "./shape.ts";
import type { Span, Truth } from "./span.ts";

/** Null: anything. A number where it is known, else its bounds. */
type Known = number | readonly [number, number] | null;

/** A rule as it came out; `match` null: unknown. */
export interface RuleTrace {
  /** A leaf's `type:name`, or the operator. */
  readonly rule: string;
  readonly match: Truth;
  readonly confidence: Known;
  readonly conditions?: readonly RuleTrace[];
}

/** Everything that led to a decision, as JSON-able data. */
export interface VsrTrace {
  readonly recipe: string;
  readonly determined: boolean;
  /** Decisions that may come out, where it is not determined. */
  readonly possible: readonly (string | null)[];
  readonly unknownSignals: readonly string[];
  /** Signals that failed as they were read, which upstream takes for unmatched unless a leaf says `on_error`. */
  readonly signalErrors: readonly string[];
  readonly signals: readonly { readonly signal: string; readonly match: Truth; readonly confidence: Known; readonly value: Known }[];
  readonly scores: Readonly<Record<string, Known>>;
  readonly decisions: readonly { readonly name: string; readonly tier: number; readonly priority: number; readonly match: Truth; readonly confidence: Known; readonly rules: RuleTrace | null }[];
  /** What told the winner from the next: null where nothing else matched. */
  readonly tieBreak: { readonly key: string; readonly over: string; readonly order: string } | null;
  readonly outcome: Outcome | null;
  /** The dearest model of the config, which upstream counts savings against; null where it prices none. */
  readonly baseline: string | null;
}

export function traceOf({ name, strategy }: VsrRecipe, { state, scores, judged, winners }: Evaluation, readings: SignalReadings, settled: { readonly determined: boolean; readonly outcomes: readonly Outcome[] }, baseline: string | null): VsrTrace {
  const [winner] = winners;
  return {
    recipe: name,
    determined: settled.determined,
    possible: settled.determined ? [] : [...new Set(settled.outcomes.map(({ decision }) => decision))],
    unknownSignals: [...readings.unknown].toSorted(),
    signalErrors: [...readings.errors].toSorted(),
    signals: signalsOf(state, readings),
    scores: Object.fromEntries([...scores].map(([score, span]) => [score, known(span)])),
    decisions: judged.map(({ decision, result }) => ({
      name: decision.name,
      tier: decision.tier ?? 0,
      priority: decision.priority ?? 0,
      match: result.match,
      confidence: result.match === false ? null : known(result.confidence),
      rules: "rule" in result ? ruleTrace(result as RuleResult) : null,
    })),
    tieBreak: settled.determined && winners.length === 1 && winner ? decidedBy(winner, judged, strategy) : null,
    outcome: settled.determined && settled.outcomes[0] ? told(settled.outcomes[0]) : null,
    baseline,
  };
}

/** What matched, was measured, or is stated, after partitions and projections. */
function signalsOf(state: Evaluation["state"], readings: SignalReadings): VsrTrace["signals"] {
  const keys = new Set([...readings.confidences.keys(), ...readings.values.keys(), ...readings.unknown]);
  for (const type of [...readings.matched.keys(), "domain", "embedding", "complexity", "projection"]) for (const name of state.names(type)) keys.add(`${type}:${name}`);
  return [...keys].toSorted().map((key) => {
    const confidence = state.confidence(key);
    const value = readings.values.get(key);
    return { signal: key, match: state.match(key), confidence: confidence && known(confidence), value: value ?? null };
  });
}

function ruleTrace({ rule: { node, operator, labelled }, match, confidence, children }: RuleResult): RuleTrace {
  const leaf = operator === "leaf";
  const rule = leaf ? `${labelled}${node.predicate ? ` ${boundsInWords(node.predicate)}` : ""}` : operatorInWords(node.operator);
  return { rule, match, confidence: match === false ? null : known(confidence), ...(leaf ? {} : { conditions: children.map(ruleTrace) }) };
}

function operatorInWords(operator: string): string {
  const upper = operator.toUpperCase();
  return ["AND", "OR", "NOT"].includes(upper) ? upper : `${operator || "(no operator)"}, taken as OR`;
}

function boundsInWords(predicate: object): string {
  const signs: Readonly<Record<string, string>> = { gt: ">", gte: "≥", lt: "<", lte: "≤" };
  return Object.entries(predicate).flatMap(([key, bound]) => (typeof bound === "number" && signs[key] ? [`${signs[key]} ${bound}`] : [])).join(" and ");
}

function known({ lo, hi }: Span): Known {
  if (lo === hi) return lo;
  return Number.isFinite(lo) && Number.isFinite(hi) ? [lo, hi] : null;
}

/** As data: how answers lead on is left out. */
function told(outcome: Outcome): Outcome {
  const { open } = outcome;
  return { ...outcome, open: open && { algorithm: open.algorithm, why: open.why, calls: open.calls, models: open.models } };
}
