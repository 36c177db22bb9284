import type { ReadingState } from "./reading-state.ts";
import type { Mapping, Score } from "./shape.ts";
import { ANY_NUMBER, exactly, hull, ONE, plus, times, within, ZERO, type Span } from "./span.ts";

const DEFAULT_SLOPE = 12;

/** What is assumed of projections contradicts what they can be. */
export const IMPOSSIBLE = "impossible";

/**
 * Weighted sums of what signals say, and the bands that they fall into, which then match as `projection` signals. Where either scores
 * or mappings are absent nothing happens, as upstream. Returns the scores by name, or IMPOSSIBLE.
 */
export function applyProjections(scores: readonly Score[], mappings: readonly Mapping[], state: ReadingState): ReadonlyMap<string, Span> | typeof IMPOSSIBLE {
  const values = new Map<string, Span>();
  if (scores.length === 0 || mappings.length === 0) return values;
  for (const score of inOrder(scores, mappings)) {
    const own = mappings.filter(({ source }) => source === score.name);
    let span = score.inputs.reduce((sum, input) => plus(sum, times(input.weight ?? 0, inputValue(input, state, values))), ZERO);
    for (const mapping of own) {
      const assumed = mapping.outputs.flatMap(({ name }) => state.assumed.get(`projection:${name}`) ?? []);
      if (assumed.length === 0) continue;
      const fitting = cells(span, mapping).filter((cell) => fits(cell, mapping, state));
      if (fitting.length === 0) return IMPOSSIBLE;
      span = fitting.map(({ lo, hi }) => ({ lo, hi })).reduce(hull);
    }
    values.set(score.name, span);
    for (const mapping of own) emit(mapping, span, state);
  }
  return values;
}

function inputValue(input: Score["inputs"][number], state: ReadingState, scores: ReadonlyMap<string, Span>): Span {
  const { name } = input;
  const type = input.type.trim().toLowerCase();
  const source = input.value_source.trim().toLowerCase();
  if (type === "kb_metric") return metricValue(`${input.kb}:${input.metric}`.toLowerCase(), state);
  if (type === "projection") return source === "confidence" ? confidenceOf(type, name, state, ZERO) : (scores.get(name) ?? ZERO);
  if (source === "raw") return state.value(type, name) ?? ZERO;
  const match = state.match(type, name);
  const matched = source === "confidence" ? confidenceOf(type, name, state, ONE) : exactly(input.match || 1); // a 0 is a field that is not there
  const missed = source === "confidence" ? ZERO : exactly(input.miss ?? 0);
  return match === null ? hull(matched, missed) : match ? matched : missed;
}

/** A confidence of 0 or less counts for none. */
function confidenceOf(type: string, name: string, state: ReadingState, absent: Span): Span {
  if (type === "projection") {
    const match = state.match(type, name);
    const stated = state.confidence(type, name) ?? absent;
    return match === null ? hull(ZERO, stated) : match ? stated : absent;
  }
  const stated = state.confidence(type, name);
  return !stated || stated.hi <= 0 ? absent : stated;
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

function emit(mapping: Mapping, span: Span, state: ReadingState): void {
  const pieces = cells(span, mapping).map((cell) => ({ cell, given: outputsAt(cell.probe, mapping) }));
  for (const output of mapping.outputs) {
    const inside = pieces.filter(({ given }) => given.includes(output.name)).map(({ cell }) => cell);
    if (inside.length === 0) continue;
    const match = inside.length === pieces.length ? true : null;
    state.set("projection", output.name, match, confidenceIn(inside, output, mapping));
  }
}

/** How sure an output is: the further the score from the nearest of its bounds, the more. */
function confidenceIn(inside: readonly Span[], output: Mapping["outputs"][number], { calibration }: Mapping): Span {
  const slope = calibration?.slope !== undefined && calibration.slope > 0 ? calibration.slope : DEFAULT_SLOPE;
  const bounds = [output.gt, output.gte, output.lt, output.lte].filter((bound) => bound !== undefined);
  const distance = (value: number) => (bounds.length === 0 ? 1 : Math.min(...bounds.map((bound) => Math.abs(value - bound))));
  const sure = (value: number) => 1 / (1 + Math.exp(-slope * distance(value)));
  const whole = inside.map(({ lo, hi }) => ({ lo, hi })).reduce(hull);
  // Between its ends a distance turns at a bound, and midway between two.
  const turns = [...bounds, ...bounds.flatMap((a) => bounds.map((b) => (a + b) / 2))].filter((value) => value > whole.lo && value < whole.hi);
  const reached = [whole.lo, whole.hi, ...turns].map(sure);
  return { lo: Math.min(...reached), hi: Math.max(...reached) };
}
