import type { Bounds } from "./intervals.ts";
import { knownMean } from "./known-mean.ts";
import { normalQuantile } from "./normal.ts";

/** A standard deviation with its 95 % interval; null where fewer than two clusters tell. */
interface StandardDeviation {
  readonly value: number;
  readonly ci: Bounds | null;
}

export interface VarianceComponents {
  /** Of values of one group. */
  readonly withinSd: StandardDeviation;
  /** Of groups' expected values. */
  readonly betweenSd: StandardDeviation;
  /** Share of the variance of the mean of groups' means that is due to the spread within them; null where nothing varies. */
  readonly withinShareOfError: number | null;
  /** Groups with a value. */
  readonly n: number;
}

/** What the estimators need of groups: additive, so that any cluster's groups can be left out again. */
interface Sums {
  groups: number;
  values: number;
  /** Σ c², c the values of a group. */
  squaredCounts: number;
  /** Σ 1/c */
  inverseCounts: number;
  /** Σ c·m, m a group's mean. */
  total: number;
  /** Σ c·m² */
  squares: number;
  /** Σ over values of (v - m)². */
  deviations: number;
}

/**
 * Variance within groups and between them: the analysis-of-variance estimators of the one-way random-effects model with unequal
 * group sizes (Searle, Casella & McCulloch 1992, Variance Components, 3.6), the latter cut off at 0. Intervals by the jackknife over
 * clusters (Arvesen 1969). The share of error is the law of total variance over groups' means, as Miller 2024 (arXiv 2411.00640) reads it
 * for answers resampled from a model.
 *
 * @param values [group · perGroup + k]; NaN is a gap
 * @param cluster of each group, numbered from 0
 * @returns null where fewer than two groups have a value, or none has two
 */
export function varianceComponents(values: Float64Array, perGroup: number, cluster: ArrayLike<number>): VarianceComponents | null {
  const centre = knownMean(values);
  const all = nothing();
  const byCluster = new Map<number, Sums>();
  for (let g = 0; g * perGroup < values.length; g++) {
    const own = sumsOf(values.subarray(g * perGroup, (g + 1) * perGroup), centre);
    if (own.groups === 0) continue;
    add(all, own, 1);
    const c = cluster[g] as number;
    const held = byCluster.get(c);
    if (held) add(held, own, 1);
    else byCluster.set(c, own);
  }
  const estimate = estimates(all);
  if (Number.isNaN(estimate.within) || Number.isNaN(estimate.between)) return null;
  const left = [...byCluster.values()].map((own) => {
    const rest = { ...all };
    add(rest, own, -1);
    return estimates(rest);
  });
  const noise = (estimate.within * all.inverseCounts) / all.groups;
  const error = noise + Math.max(0, estimate.between);
  return {
    withinSd: deviation(estimate.within, left.map(({ within }) => within)),
    betweenSd: deviation(estimate.between, left.map(({ between }) => between)),
    withinShareOfError: error === 0 ? null : noise / error,
    n: all.groups,
  };
}

function nothing(): Sums {
  return { groups: 0, values: 0, squaredCounts: 0, inverseCounts: 0, total: 0, squares: 0, deviations: 0 };
}

function add(into: Sums, more: Sums, sign: 1 | -1): void {
  for (const key of Object.keys(into) as (keyof Sums)[]) into[key] += sign * more[key];
}

/** @param centre taken off, so that squares of large values lose no digits */
function sumsOf(values: Float64Array, centre: number): Sums {
  const known = values.filter((v) => !Number.isNaN(v));
  const c = known.length;
  if (c === 0) return nothing();
  const mean = knownMean(known);
  const m = mean - centre;
  return { groups: 1, values: c, squaredCounts: c * c, inverseCounts: 1 / c, total: c * m, squares: c * m * m, deviations: known.reduce((sum, v) => sum + (v - mean) ** 2, 0) };
}

/** NaN where there are not enough groups or values. */
function estimates({ groups, values, squaredCounts, total, squares, deviations }: Sums): { readonly within: number; readonly between: number } {
  const within = values > groups ? Math.max(0, deviations) / (values - groups) : NaN;
  if (groups < 2) return { within, between: NaN };
  const betweenSquare = (squares - (total * total) / values) / (groups - 1);
  const typicalCount = (values - squaredCounts / values) / (groups - 1);
  return { within, between: (betweenSquare - within) / typicalCount };
}

/** The root of a variance, with the jackknife's interval of the variance, rooted too. */
function deviation(variance: number, leftOut: readonly number[]): StandardDeviation {
  const root = (v: number) => Math.sqrt(Math.max(0, v));
  const value = root(variance);
  const known = leftOut.filter((v) => !Number.isNaN(v));
  if (known.length < 2 || known.length < leftOut.length) return { value, ci: null };
  const centre = known.reduce((sum, v) => sum + v, 0) / known.length;
  const se = Math.sqrt(((known.length - 1) / known.length) * known.reduce((sum, v) => sum + (v - centre) ** 2, 0));
  const z = normalQuantile(0.975);
  return { value, ci: [root(variance - z * se), root(variance + z * se)] };
}
