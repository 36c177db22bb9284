import type { KnobCurve } from "../model/report.ts";
import type { Design } from "../stats/design.ts";
import type { CostQuality } from "../stats/hull.ts";
import { percentileInterval, widenedBca } from "../stats/intervals.ts";
import { stepwiseMeans } from "../stats/stepwise-means.ts";
import { apgr, cptAttained, type Curve } from "../stats/sweep.ts";
import type { CurvePoints } from "./curves.ts";

/** A pool of two models: which is which, as indices. */
export interface StrongPair {
  readonly weak: number;
  readonly strong: number;
}

/** The weak and the strong model, where the pool has no others. */
export function strongPair(models: readonly string[], of: { readonly weak: string | null; readonly strong: string | null }): StrongPair | null {
  const [weak, strong] = [models.indexOf(of.weak ?? ""), models.indexOf(of.strong ?? "")];
  return models.length === 2 && weak >= 0 && strong >= 0 && weak !== strong ? { weak, strong } : null;
}

/** A curve over the share of prompts that go to the strong model. */
export interface GapRecovered {
  /** [point] */
  readonly share: Float64Array;
  /** Once a resample, in their order. */
  resample(weights: Float64Array): void;
  finish(points: CurvePoints, strongIsBetter: boolean): Pick<KnobCurve, "apgr" | "cpt">;
}

/**
 * APGR and CPT of a curve of a pool of two models, as a threshold sweep's (stats/sweep.ts): its points by share, from (0, weak) to (1, strong).
 *
 * @param toStrong [point][prompt] 1 where it goes to the strong model
 * @param quality [model][prompt]
 */
export function gapRecovered({ weak, strong }: StrongPair, toStrong: readonly Float64Array[], quality: readonly Float64Array[], design: Design): GapRecovered {
  const { means: shares } = stepwiseMeans(toStrong, design.unit, design);
  const { means: ends } = stepwiseMeans([quality[weak] as Float64Array, quality[strong] as Float64Array], design.unit, design);
  const drawn = (weights: Float64Array) => {
    const one = { share: new Float64Array(toStrong.length), ends: new Float64Array(2) };
    shares(weights, one.share);
    ends(weights, one.ends);
    return one;
  };
  const now = drawn(new Float64Array(design.units).fill(1));
  const again: (typeof now)[] = [];
  return {
    share: now.share,
    resample: (weights) => void again.push(drawn(weights)),
    finish(points, strongIsBetter) {
      const curve = byShare(now, points.now);
      const curves = again.map((one, b) => byShare(one, points.again[b] as readonly CostQuality[]));
      const value = apgr(curve);
      const each = <T>(of: (q: number) => T) => ({ "20": of(0.2), "50": of(0.5), "80": of(0.8) });
      if (!strongIsBetter || !Number.isFinite(value)) return { apgr: { value: null, ci: null }, cpt: { exact: each(() => null), ci: each(() => null) } };
      return {
        apgr: { value, ci: points.df < 1 ? null : widenedBca(value, Float64Array.from(curves, apgr), { df: points.df }) },
        cpt: {
          exact: each((q) => finite(cptAttained(curve, q))),
          ci: each((q) => {
            const bounds = points.df < 1 ? null : percentileInterval(Float64Array.from(curves, (one) => cptAttained(one, q)));
            return bounds && [finite(bounds[0]), finite(bounds[1])];
          }),
        },
      };
    },
  };
}

function byShare({ share, ends }: { readonly share: Float64Array; readonly ends: Float64Array }, points: readonly CostQuality[]): Curve {
  const all = [[0, ends[0] as number], ...points.map(({ index, quality }) => [share[index] as number, quality]), [1, ends[1] as number]] as [number, number][];
  // Stable: the ends stay outside of points that share their place.
  const sorted = all.map((at, k) => ({ at, k })).sort((a, b) => a.at[0] - b.at[0] || a.k - b.k);
  const column = (d: 0 | 1) => Float64Array.from(sorted, ({ at }) => at[d]);
  return { threshold: new Float64Array(sorted.length), share: column(0), quality: column(1) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
