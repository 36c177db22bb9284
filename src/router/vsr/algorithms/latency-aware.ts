import type { VsrAlgorithm } from "../shape.ts";
import type { Candidate, Selection } from "./algorithm.ts";

/** With fewer observations than this a percentile says little: upstream takes the moving average. */
const FEWEST_FOR_PERCENTILE = 3;
const AVERAGE_ALPHA = 0.3;

/** A percentile (1 to 100) of observations in the order of their time, interpolated; with one or two, their moving average; undefined without any. */
export function latencyPercentile(observed: readonly number[], percentile: number): number | undefined {
  if (observed.length === 0) return undefined;
  if (observed.length < FEWEST_FOR_PERCENTILE) return observed.reduce((average, value) => AVERAGE_ALPHA * value + (1 - AVERAGE_ALPHA) * average);
  const sorted = observed.toSorted((a, b) => a - b);
  const at = (percentile / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (at - below);
}

/** The candidate that is least slower than the fastest, over the percentiles asked for; the first where nobody measured. */
export function latencyAware(candidates: readonly Candidate[], { tpot_percentile: tpot = 0, ttft_percentile: ttft = 0 }: Partial<NonNullable<VsrAlgorithm["latency_aware"]>>): Selection {
  const measured = candidates.filter((one) => (tpot <= 0 || one.tpotSeconds !== undefined) && (ttft <= 0 || one.ttftSeconds !== undefined));
  const first = candidates[0] as Candidate;
  if ((tpot <= 0 && ttft <= 0) || measured.length === 0) return { model: first.name, score: 1, confidence: 0, scores: { [first.name]: 1 }, why: "no latency is measured: the first" };
  const least = (values: readonly (number | undefined)[]) => {
    const low = Math.min(...values.map((value) => value as number));
    return low > 0 ? low : 1;
  };
  const parts = [
    ...(tpot > 0 ? [{ of: (one: Candidate) => one.tpotSeconds as number, low: least(measured.map(({ tpotSeconds }) => tpotSeconds)) }] : []),
    ...(ttft > 0 ? [{ of: (one: Candidate) => one.ttftSeconds as number, low: least(measured.map(({ ttftSeconds }) => ttftSeconds)) }] : []),
  ];
  const scores = measured.map((one) => parts.reduce((sum, { of, low }) => sum + of(one) / low, 0) / parts.length);
  const best = scores.indexOf(Math.min(...scores));
  const score = scores[best] as number;
  const second = Math.min(...scores.filter((_, k) => k !== best));
  const confidence = Number.isFinite(second) && second > 0 ? (second - score) / second : 1;
  return { model: (measured[best] as Candidate).name, score, confidence, scores: Object.fromEntries(measured.map(({ name }, k) => [name, scores[k] as number])), why: "the lowest latency" };
}
