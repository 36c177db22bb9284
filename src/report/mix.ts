import type { ReportPolicy } from "../model/report.ts";
import { hullAt, nonDecreasingHull, type CostQuality } from "../stats/hull.ts";
import { bcaInterval } from "../stats/intervals.ts";
import type { Mean } from "../stats/means.ts";
import { verdictOf } from "./comparisons.ts";
import type { Figures, Ledger } from "./ledger.ts";

/** Single models as points, now and in every resample. */
export interface HullPoints {
  /** Models with a grade, priced or not (cost NaN). */
  readonly all: readonly CostQuality[];
  /** Models that the hull may use: those with a known cost; where something is held out, the training part's hull models. */
  readonly now: readonly CostQuality[];
  readonly resamples: number;
  at(resample: number): CostQuality[];
}

export function hullPoints(names: readonly string[], ledger: Ledger, results: readonly Mean[], fitted: readonly string[] | null): HullPoints {
  const means = names.map((_, m) => ({ quality: results[ledger.model(m).quality] as Mean, cost: results[ledger.model(m).cost] as Mean }));
  const all = means.map(({ quality, cost }, index) => ({ index, quality: quality.mean, cost: cost.mean }));
  const now = all.filter((p) => !Number.isNaN(p.cost) && !Number.isNaN(p.quality) && (fitted === null || fitted.includes(names[p.index] as string)));
  return {
    all,
    now,
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
export function costMatchedMix(figures: Figures, models: HullPoints, names: readonly string[]): ReportPolicy["costMatchedMix"] {
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
  const ci = Math.abs(difference) < 1e-12 && again.every((d) => Math.abs(d) < 1e-12) ? ([0, 0] as [number, number]) : bcaInterval(difference, again, null);
  const name = (index: number) => names[index] as string;
  return {
    weights: at.low === at.high ? { [name(at.low.index)]: 1 } : { [name(at.low.index)]: 1 - at.shareHigh, [name(at.high.index)]: at.shareHigh },
    quality: at.quality,
    difference: Math.abs(difference) < 1e-12 ? 0 : difference,
    ci,
    verdict: verdictOf(ci, "max", null),
  };
}
