import type { ReportPolicy } from "../model/report.ts";
import { hullAt, nonDecreasingHull, type CostQuality, type OnHull } from "../stats/hull.ts";
import { widenedBca, type Bounds } from "../stats/intervals.ts";
import { aiq } from "../stats/aiq.ts";
import { centredByStratum, type Design } from "../stats/design.ts";
import { FunctionOfMeans } from "../stats/function-of-means.ts";
import { meanOf, unitInfluence, type Column, type Mean } from "../stats/means.ts";
import { verdictOf } from "./comparisons.ts";
import type { Compared } from "./compared.ts";
import type { Entry, Figures, Ledger } from "./ledger.ts";

/** Single models as points, now and in every resample. */
export interface HullPoints {
  /** Models with a grade, priced or not (cost NaN). */
  readonly all: readonly CostQuality[];
  /** Models that the hull may use: those with a known cost; where something is held out, the training part's hull models. */
  readonly now: readonly CostQuality[];
  readonly hull: readonly CostQuality[];
  /** [resample] the hull again: once a report, for all policies that stand beside it. */
  readonly hulls: readonly (readonly CostQuality[])[];
  /** [unit] influence on the mean of a ledger column, centred by stratum: for the acceleration of BCa. */
  influence(column: number): Float64Array;
  /** The ledger's columns of a model, by its index. */
  entry(index: number): Entry;
}

/** The single models as points, before any resampling; those that the hull may use. */
export function singlePoints(names: readonly string[], compared: Compared, fitted: readonly string[] | null, units: Design): Pick<HullPoints, "all" | "now"> {
  const all = names.map((_, index) => ({
    index,
    quality: meanOf(units, compared.quality[index] as Float64Array).mean,
    cost: meanOf(units, compared.costUsdPer1k[index] as Float64Array).mean,
  }));
  return { all, now: all.filter((p) => !Number.isNaN(p.cost) && !Number.isNaN(p.quality) && (fitted === null || fitted.includes(names[p.index] as string))) };
}

export function hullPoints({ all, now }: Pick<HullPoints, "all" | "now">, ledger: Ledger, results: readonly Mean[], units: Design): HullPoints {
  const means = all.map((_, m) => ({ quality: results[ledger.model(m).quality] as Mean, cost: results[ledger.model(m).cost] as Mean }));
  const influences = new Map<number, Float64Array>();
  return {
    all,
    now,
    entry: (index) => ledger.model(index),
    influence(column) {
      let held = influences.get(column);
      if (!held) influences.set(column, (held = centredByStratum(units, unitInfluence(units, ledger.columns[column] as Column).influence)));
      return held;
    },
    hull: nonDecreasingHull(now),
    hulls: Array.from({ length: means[0]?.quality.resampled.length ?? 0 }, (_, b) =>
      nonDecreasingHull(
        now.map(({ index }) => ({
          index,
          quality: means[index]?.quality.resampled[b] as number,
          cost: means[index]?.cost.resampled[b] as number,
        })),
      ),
    ),
  };
}

/** Differences this small are the rounding of a point that lies on the hull itself. */
const ON_HULL = 1e-12;

/**
 * A policy beside the zero router at the policy's own cost. The interval takes cost and hull anew in each resample; where a
 * resampled cost falls below the cheapest model, that model stands for the mix. The verdict rests on the simultaneous interval
 * (Bonferroni over `family` policies). Null below the cheapest and without costs.
 *
 * @returns the report's row, and the one-sided 95 % bounds for gates
 */
export function costMatchedMix(
  entry: Entry,
  figures: Figures,
  models: HullPoints,
  names: readonly string[],
  family: number,
  margin: number | null,
): { readonly row: ReportPolicy["costMatchedMix"]; readonly oneSided: () => Bounds | null } | null {
  const { quality, cost } = figures.means;
  const at = hullAt(models.hull, cost.mean);
  if (!at || Number.isNaN(quality.mean) || cost.n < quality.n) return null;
  const again = Float64Array.from(models.hulls, (hull, b) => {
    const first = hull[0];
    if (!first) return NaN;
    const mix = hullAt(hull, Math.max(cost.resampled[b] as number, first.cost));
    return unrounded((quality.resampled[b] as number) - (mix?.quality ?? NaN));
  });
  const difference = unrounded(quality.mean - at.quality);
  const influence = mixInfluence(entry, models, at);
  const se = Math.sqrt(influence.reduce((sum, v) => sum + v * v, 0) * (influence.length / Math.max(1, influence.length - 1)));
  const interval = (level: number): Bounds | null => {
    const bounds = quality.units < 2 ? null : widenedBca(difference, again, { influence, se, df: quality.df, level, limits: { low: -1, high: 1 } });
    return bounds && [unrounded(bounds[0]), unrounded(bounds[1])];
  };
  const simultaneousCi = interval(1 - 0.05 / family);
  const name = (index: number) => names[index] as string;
  const row = {
    weights: at.low === at.high ? { [name(at.low.index)]: 1 } : { [name(at.low.index)]: 1 - at.shareHigh, [name(at.high.index)]: at.shareHigh },
    quality: at.quality,
    costUsdPer1k: Math.min(cost.mean, at.high.cost),
    difference,
    ci: interval(0.95),
    simultaneousCi,
    margin,
    verdict: verdictOf(simultaneousCi, "max", margin),
  };
  return { row, oneSided: () => interval(0.9) };
}

function unrounded(difference: number): number {
  return Math.abs(difference) < ON_HULL ? 0 : difference;
}

/** Influence on q - R(c), the hull's piece being q_low + s·(q_high - q_low) with s = (c - c_low) / (c_high - c_low). */
function mixInfluence(entry: Entry, models: HullPoints, { low, high, shareHigh: s }: OnHull): Float64Array {
  const [l, h] = [models.entry(low.index), models.entry(high.index)];
  const slope = low === high ? 0 : (high.quality - low.quality) / (high.cost - low.cost);
  return weighted(models, [
    [entry.quality, 1],
    [entry.cost, -slope],
    [l.quality, low === high ? -1 : s - 1],
    [h.quality, low === high ? 0 : -s],
    [l.cost, slope * (1 - s)],
    [h.cost, slope * s],
  ]);
}

/** The pool's AIQ over a fixed range as a function of model means, to be studentized. */
export function pendingAiq(ledger: Ledger, models: readonly number[], range: readonly [number, number], units: Design, resamples: number): FunctionOfMeans {
  const columns = models.flatMap((m) => [ledger.model(m).quality, ledger.model(m).cost]);
  const points = (means: readonly number[]) => models.map((index, j) => ({ index, quality: means[2 * j] as number, cost: means[2 * j + 1] as number }));
  const value = (means: readonly number[]) => aiq(points(means), range).paper;
  return new FunctionOfMeans(
    units,
    columns,
    columns.map((column) => unitInfluence(units, ledger.columns[column] as Column)),
    { value, gradient: (means) => hullGradient(means, points(means), value) },
    resamples,
  );
}

/** Central differences in the figures of the hull's vertices; what is under the hull does not move the area. */
function hullGradient(means: readonly number[], points: readonly CostQuality[], value: (means: readonly number[]) => number): number[] {
  const vertices = new Set(nonDecreasingHull(points).map((vertex) => vertex.index));
  return means.map((mean, j) => {
    if (!vertices.has(points[j >> 1]?.index as number)) return 0;
    const step = 1e-6 * Math.max(Math.abs(mean), 1e-9);
    const at = (by: number) => value(means.map((m, k) => (k === j ? m + by : m)));
    return (at(step) - at(-step)) / (2 * step);
  });
}

function weighted(models: HullPoints, terms: readonly (readonly [column: number, weight: number])[]): Float64Array {
  let sum = new Float64Array(0);
  for (const [column, weight] of terms) {
    const influence = models.influence(column);
    if (sum.length === 0) sum = new Float64Array(influence.length);
    if (weight !== 0) for (let u = 0; u < sum.length; u++) (sum[u] as number) += weight * (influence[u] as number);
  }
  return sum;
}
