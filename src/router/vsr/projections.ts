import type { ReadingState } from "./reading-state.ts";
import type { Mapping, Score } from "./shape.ts";
import { ANY_NUMBER, exactly, hull, ONE, plus, times, within, ZERO, type Span } from "./span.ts";

const DEFAULT_SLOPE = 12;

/** What is assumed of projections contradicts what they can be. */
export const IMPOSSIBLE = "impossible";

/** A score with what its inputs and mappings go by, made once. */
interface ReadyScore {
  readonly name: string;
  readonly inputs: readonly ReadyInput[];
  readonly mappings: readonly ReadyMapping[];
}

interface ReadyInput {
  readonly kind: "metric" | "score" | "score confidence" | "raw" | "confidence" | "binary";
  /** Of a signal `type:name`, of a metric `kb:metric`, of a score its name. */
  readonly key: string;
  readonly weight: number;
  readonly matched: Span;
  readonly missed: Span;
}

interface ReadyMapping {
  readonly mapping: Mapping;
  readonly outputs: readonly { readonly output: Mapping["outputs"][number]; readonly key: string }[];
}

/** Projections made ready; where either scores or mappings are absent there are none, as upstream has it. */
export function readyProjections(scores: readonly Score[], mappings: readonly Mapping[]): readonly ReadyScore[] {
  if (mappings.length === 0) return [];
  return inOrder(scores, mappings).map(({ name, inputs }) => ({
    name,
    inputs: inputs.map(readyInput),
    mappings: mappings.filter(({ source }) => source === name).map((mapping) => ({ mapping, outputs: mapping.outputs.map((output) => ({ output, key: `projection:${output.name}` })) })),
  }));
}

function readyInput({ type, name, kb, metric, value_source: source, weight = 0, match, miss = 0 }: Score["inputs"][number]): ReadyInput {
  const kind = type.trim().toLowerCase();
  const from = source.trim().toLowerCase();
  const ready = (as: ReadyInput["kind"], key: string): ReadyInput => ({ kind: as, key, weight, matched: exactly(match || 1), missed: exactly(miss) }); // a 0 is a field that is not there
  if (kind === "kb_metric") return ready("metric", `${kb}:${metric}`.toLowerCase());
  if (kind === "projection") return from === "confidence" ? ready("score confidence", `projection:${name}`) : ready("score", name);
  return ready(from === "raw" || from === "confidence" ? from : "binary", `${kind}:${name}`);
}

/** Weighted sums of what signals say, and the bands that they fall into, which then match as `projection` signals. Returns the scores by name, or IMPOSSIBLE. */
export function applyProjections(scores: readonly ReadyScore[], state: ReadingState): ReadonlyMap<string, Span> | typeof IMPOSSIBLE {
  const values = new Map<string, Span>();
  for (const { name, inputs, mappings } of scores) {
    let span = ZERO;
    for (const input of inputs) span = plus(span, times(input.weight, inputValue(input, state, values)));
    if (state.assumed.size > 0)
      for (const { mapping, outputs } of mappings) {
        if (!outputs.some(({ key }) => state.assumed.has(key))) continue;
        const fitting = cells(span, mapping).filter((cell) => fits(cell, mapping, state));
        if (fitting.length === 0) return IMPOSSIBLE;
        span = fitting.map(({ lo, hi }) => ({ lo, hi })).reduce(hull);
      }
    values.set(name, span);
    for (const mapping of mappings) emit(mapping, span, state);
  }
  return values;
}

function inputValue({ kind, key, matched, missed }: ReadyInput, state: ReadingState, scores: ReadonlyMap<string, Span>): Span {
  switch (kind) {
    case "metric":
      return metricValue(key, state);
    case "score":
      return scores.get(key) ?? ZERO;
    case "score confidence":
      return bandConfidence(key, state);
    case "raw":
      return state.value(key) ?? ZERO;
    case "confidence": {
      const match = state.match(key);
      return match === false ? ZERO : match ? confidenceOf(key, state) : hull(confidenceOf(key, state), ZERO);
    }
    case "binary": {
      const match = state.match(key);
      return match === null ? hull(matched, missed) : match ? matched : missed;
    }
  }
}

function bandConfidence(key: string, state: ReadingState): Span {
  const match = state.match(key);
  const stated = state.confidence(key) ?? ZERO;
  return match === null ? hull(ZERO, stated) : match ? stated : ZERO;
}

/** A confidence of 0 or less counts for none. */
function confidenceOf(key: string, state: ReadingState): Span {
  const stated = state.confidence(key);
  return !stated || stated.hi <= 0 ? ONE : stated;
}

/** What a knowledge base measures is unknown where any of its signals is. */
function metricValue(key: string, state: ReadingState): Span {
  const { values, unknown } = state.readings;
  const value = values.get(`kb_metric:${key}`);
  if (value !== undefined) return exactly(value);
  return [...unknown].some((name) => name.startsWith("kb:") || name === `kb_metric:${key}`) ? ANY_NUMBER : ZERO;
}

/** Scores after those that they read, otherwise in the file's order. */
export function inOrder(scores: readonly Score[], mappings: readonly Mapping[]): readonly Score[] {
  const sourceOf = new Map(mappings.flatMap(({ outputs, source }) => outputs.map(({ name }) => [name, source] as const)));
  const byName = new Map(scores.map((score) => [score.name, score]));
  const seen = new Set<string>();
  const ordered: Score[] = [];
  const visit = (score: Score): void => {
    if (seen.has(score.name)) return;
    seen.add(score.name);
    for (const { type, name, value_source: source } of score.inputs) {
      if (type.trim().toLowerCase() !== "projection") continue;
      const read = byName.get(source.trim().toLowerCase() === "confidence" ? (sourceOf.get(name) ?? "") : name);
      if (read) visit(read);
    }
    ordered.push(score);
  };
  for (const score of scores) visit(score);
  return ordered;
}

/**
 * Cuts a span at the bounds of a mapping: in each piece, the same outputs match. Bounds are pieces of their own, since they belong to
 * one side; an open piece is given with its ends, which is wider by a hair and so still sound.
 */
function cells(span: Span, { outputs }: Mapping): readonly (Span & { readonly probe: number })[] {
  const bounds = outputs.flatMap(({ gt, gte, lt, lte }) => [gt, gte, lt, lte]).filter((bound): bound is number => bound !== undefined && bound >= span.lo && bound <= span.hi);
  const cuts = [...new Set([span.lo, ...bounds, span.hi])].sort((a, b) => a - b);
  return cuts.flatMap((cut, k) => {
    const next = cuts[k + 1];
    const point = Number.isFinite(cut) ? [{ lo: cut, hi: cut, probe: cut }] : [];
    return next === undefined ? point : [...point, { lo: cut, hi: next, probe: between(cut, next) }];
  });
}

function between(lo: number, hi: number): number {
  if (lo === -Infinity) return hi === Infinity ? 0 : hi - 1;
  return hi === Infinity ? lo + 1 : lo + (hi - lo) / 2;
}

/** The outputs that a score of this value gives. */
function outputsAt(value: number, { outputs, method }: Mapping): readonly string[] {
  const hit = outputs.filter((output) => within(exactly(value), output));
  return (method === "multi_emit" ? hit : hit.slice(0, 1)).map(({ name }) => name);
}

function fits({ probe }: { readonly probe: number }, mapping: Mapping, state: ReadingState): boolean {
  const given = outputsAt(probe, mapping);
  return mapping.outputs.every(({ name }) => (state.assumed.get(`projection:${name}`) ?? given.includes(name)) === given.includes(name));
}

function emit({ mapping, outputs }: ReadyMapping, span: Span, state: ReadingState): void {
  if (span.lo === span.hi && Number.isFinite(span.lo)) {
    // Known: no need to look at pieces.
    for (const { output, key } of outputs) {
      if (!within(span, output)) continue;
      state.set(key, true, exactly(sureness(span.lo, output, mapping)));
      if (mapping.method !== "multi_emit") return;
    }
    return;
  }
  const pieces = cells(span, mapping).map((cell) => ({ cell, given: outputsAt(cell.probe, mapping) }));
  for (const { output, key } of outputs) {
    const inside = pieces.filter(({ given }) => given.includes(output.name)).map(({ cell }) => cell);
    if (inside.length === 0) continue;
    const match = inside.length === pieces.length ? true : null;
    state.set(key, match, confidenceIn(inside, output, mapping));
  }
}

/** How sure an output is: the further the score from the nearest of its bounds, the more. */
function sureness(value: number, { gt, gte, lt, lte }: Mapping["outputs"][number], { calibration }: Mapping): number {
  const slope = calibration?.slope !== undefined && calibration.slope > 0 ? calibration.slope : DEFAULT_SLOPE;
  let distance = Infinity;
  for (const bound of [gt, gte, lt, lte]) if (bound !== undefined) distance = Math.min(distance, Math.abs(value - bound));
  return 1 / (1 + Math.exp(-slope * (distance === Infinity ? 1 : distance)));
}

function confidenceIn(inside: readonly Span[], output: Mapping["outputs"][number], mapping: Mapping): Span {
  const bounds = [output.gt, output.gte, output.lt, output.lte].filter((bound) => bound !== undefined);
  const whole = inside.map(({ lo, hi }) => ({ lo, hi })).reduce(hull);
  // Between its ends a distance turns at a bound, and midway between two.
  const turns = [...bounds, ...bounds.flatMap((a) => bounds.map((b) => (a + b) / 2))].filter((value) => value > whole.lo && value < whole.hi);
  const reached = [whole.lo, whole.hi, ...turns].map((value) => sureness(value, output, mapping));
  return { lo: Math.min(...reached), hi: Math.max(...reached) };
}
