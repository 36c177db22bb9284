import { hullArea, hullAreaLog, nonDecreasingHull, type CostQuality } from "./hull.ts";

/** Average improvement in quality, both ways that RouterBench states it. */
export interface Aiq {
  /** ∫R(c)dc / (c_max - c_min) over [c_min, c_max] (Hu et al. 2024, eq. 3). */
  readonly paper: number;
  /** The same area / c_max, as withmartian/routerbench AIQ.py:109 divides. */
  readonly code: number;
  /** ∫R d(ln c) / ln(c_max / c_min); NaN where c_min is 0. */
  readonly logCost: number;
  readonly range: readonly [number, number];
}

/**
 * AIQ of the non-decreasing hull of `points` over a fixed cost range. NaN without points; where the range has no width, the
 * quality there (and NaN for `code` at cost 0).
 */
export function aiq(points: readonly CostQuality[], range: readonly [number, number]): Aiq {
  const hull = nonDecreasingHull(points);
  const [low, high] = range;
  if (!(high > low)) {
    const only = hull[hull.length - 1]?.quality ?? NaN;
    return { paper: only, code: high > 0 ? 0 : NaN, logCost: only, range };
  }
  const area = hullArea(hull, low, high);
  return {
    paper: area / (high - low),
    code: area / high,
    logCost: low > 0 ? hullAreaLog(hull, low, high) / Math.log(high / low) : NaN,
    range,
  };
}

/** [cheapest, dearest] of the points that have both figures; null without any. */
export function costRange(points: readonly CostQuality[]): [number, number] | null {
  const costs = points.filter((p) => !Number.isNaN(p.cost) && !Number.isNaN(p.quality)).map((p) => p.cost);
  return costs.length > 0 ? [Math.min(...costs), Math.max(...costs)] : null;
}
