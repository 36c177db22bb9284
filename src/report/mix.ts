import type { ReportPolicy } from "../model/report.ts";
import { hullAt, nonDecreasingHull, type CostQuality, type OnHull } from "../stats/hull.ts";
import { bcaInterval } from "../stats/intervals.ts";
import type { Design } from "../stats/design.ts";
import { unitInfluence, type Column, type Mean } from "../stats/means.ts";
import { verdictOf } from "./comparisons.ts";
import type { Entry, Figures, Ledger } from "./ledger.ts";

/** Single models as points, now and in every resample. */
export interface HullPoints {
  /** Models with a grade, priced or not (cost NaN). */
  readonly all: readonly CostQuality[];
  /** Models that the hull may use: those with a known cost; where something is held out, the training part's hull models. */
  readonly now: readonly CostQuality[];
  readonly resamples: number;
  at(resample: number): CostQuality[];
  /** [unit] influence on the mean of a ledger column: for the acceleration of BCa. */
  influence(column: number): Float64Array;
  /** The ledger's columns of a model, by its index. */
  entry(index: number): Entry;
}

export function hullPoints(names: readonly string[], ledger: Ledger, results: readonly Mean[], fitted: readonly string[] | null, units: Design): HullPoints {
  const means = names.map((_, m) => ({ quality: results[ledger.model(m).quality] as Mean, cost: results[ledger.model(m).cost] as Mean }));
  const all = means.map(({ quality, cost }, index) => ({ index, quality: quality.mean, cost: cost.mean }));
  const now = all.filter((p) => !Number.isNaN(p.cost) && !Number.isNaN(p.quality) && (fitted === null || fitted.includes(names[p.index] as string)));
  const influences = new Map<number, Float64Array>();
  return {
    all,
    now,
    entry: (index) => ledger.model(index),
    influence(column) {
      let held = influences.get(column);
      if (!held) influences.set(column, (held = unitInfluence(units, ledger.columns[column] as Column)));
      return held;
    },
    resamples: means[0]?.quality.resampled.length ?? 0,
    at: (b) =>
      now.map(({ index }) => ({
        index,
        quality: means[index]?.quality.resampled[b] as number,
        cost: means[index]?.cost.resampled[b] as number,
      })),
  };
}

/**
 * A policy beside the zero router at the policy's own cost. The interval takes cost and hull anew in each resample; where a
 * resampled cost falls below the cheapest model, that model stands for the mix. Null below the cheapest and without costs.
 */
export function costMatchedMix(entry: Entry, figures: Figures, models: HullPoints, names: readonly string[]): ReportPolicy["costMatchedMix"] {
  const { quality, cost } = figures.means;
  const at = hullAt(nonDecreasingHull(models.now), cost.mean);
  if (!at || Number.isNaN(quality.mean) || cost.n < quality.n) return null;
  const again = Float64Array.from({ length: models.resamples }, (_, b) => {
    const hull = nonDecreasingHull(models.at(b));
    const first = hull[0];
    if (!first) return NaN;
    const mix = hullAt(hull, Math.max(cost.resampled[b] as number, first.cost));
    return (quality.resampled[b] as number) - (mix?.quality ?? NaN);
  });
  const difference = quality.mean - at.quality;
  // On the hull itself the difference is rounding alone.
  const ci = Math.abs(difference) < 1e-12 && again.every((d) => Math.abs(d) < 1e-12) ? ([0, 0] as [number, number]) : bcaInterval(difference, again, mixInfluence(entry, models, at));
  const name = (index: number) => names[index] as string;
  return {
    weights: at.low === at.high ? { [name(at.low.index)]: 1 } : { [name(at.low.index)]: 1 - at.shareHigh, [name(at.high.index)]: at.shareHigh },
    quality: at.quality,
    difference: Math.abs(difference) < 1e-12 ? 0 : difference,
    ci,
    verdict: verdictOf(ci, "max", null),
  };
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

/** Influence on the area under the hull: its gradient by central differences in each vertex's figures. */
export function areaInfluence(models: HullPoints, area: (points: readonly CostQuality[]) => number): Float64Array {
  const terms = nonDecreasingHull(models.now).flatMap((vertex) => {
    const entry = models.entry(vertex.index);
    const slopeIn = (figure: "quality" | "cost"): number => {
      const step = 1e-6 * Math.max(Math.abs(vertex[figure]), 1e-9);
      const moved = (by: number) => models.now.map((p) => (p.index === vertex.index ? { ...p, [figure]: p[figure] + by } : p));
      return (area(moved(step)) - area(moved(-step))) / (2 * step);
    };
    return [[entry.quality, slopeIn("quality")], [entry.cost, slopeIn("cost")]] as [number, number][];
  });
  return weighted(models, terms);
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
