import { ascending } from "./order.ts";

/** A model or mix as a point: cost (any unit, ≥ 0) and quality. `index` is the caller's. */
export interface CostQuality {
  readonly index: number;
  readonly cost: number;
  readonly quality: number;
}

/**
 * Non-decreasing convex hull (RouterBench, Hu et al. 2024, section 3.2): the upper hull of (cost, quality) from the cheapest
 * point on, vertices strictly rising in both. Mixing the two vertices around a cost reaches the hull between them: the zero
 * router. Monotone chain (Andrew 1979), O(n log n). Empty for no points; points with NaN are ignored.
 */
export function nonDecreasingHull(points: readonly CostQuality[]): CostQuality[] {
  const known = points.filter((p) => !Number.isNaN(p.cost) && !Number.isNaN(p.quality));
  const sorted = known.length <= FEW ? known.sort(byCost) : sortedByCost(known);
  const hull: CostQuality[] = [];
  for (const p of sorted) {
    const last = hull[hull.length - 1];
    if (last && p.quality <= last.quality) continue;
    while (hull.length >= 2 && cross(hull[hull.length - 2] as CostQuality, hull[hull.length - 1] as CostQuality, p) >= 0) hull.pop();
    hull.push(p);
  }
  return hull;
}

/** Up to here a comparison sort is the quicker one. */
const FEW = 4096;

function byCost(a: CostQuality, b: CostQuality): number {
  return a.cost - b.cost || b.quality - a.quality || a.index - b.index;
}

/** Costs are sorted as plain numbers, each point goes to its cost's place, and only points of one cost are compared. */
function sortedByCost(points: readonly CostQuality[]): CostQuality[] {
  const cost = Float64Array.from(points, (p) => p.cost);
  const { order, groupEnd } = ascending(cost);
  const sorted = Array.from(order, (i) => points[i] as CostQuality);
  let from = 0;
  for (const end of groupEnd) {
    if (end - from > 1) sorted.slice(from, end).sort(byCost).forEach((p, k) => (sorted[from + k] = p));
    from = end;
  }
  return sorted;
}

/** Where a cost falls on a hull: the quality there and the two vertices mixed. */
export interface OnHull {
  readonly quality: number;
  readonly low: CostQuality;
  readonly high: CostQuality;
  /** Share of `high` in the mix, in [0,1]. */
  readonly shareHigh: number;
}

/** The zero router at `cost`: null below the cheapest vertex, flat beyond the dearest. */
export function hullAt(hull: readonly CostQuality[], cost: number): OnHull | null {
  const first = hull[0];
  const last = hull[hull.length - 1];
  if (!first || !last || Number.isNaN(cost)) return null;
  // Equal costs reach here by different sums: a relative 1e-12 is rounding, not a cheaper policy.
  if (cost < first.cost - 1e-12 * Math.abs(first.cost)) return null;
  if (cost >= last.cost || hull.length === 1) return { quality: last.quality, low: last, high: last, shareHigh: 1 };
  let k = 1;
  while ((hull[k] as CostQuality).cost < cost) k++;
  const low = hull[k - 1] as CostQuality;
  const high = hull[k] as CostQuality;
  const shareHigh = Math.max(0, (cost - low.cost) / (high.cost - low.cost));
  return { quality: low.quality + shareHigh * (high.quality - low.quality), low, high, shareHigh };
}

/**
 * Area under a hull over [from, to]: linear between vertices, flat after the last. Left of the first vertex (a resample, or a
 * range that starts below the cheapest) the first vertex's quality stands.
 */
export function hullArea(hull: readonly CostQuality[], from: number, to: number): number {
  return integrate(hull, from, to, (a, b, low, high) => {
    const slope = (b.quality - a.quality) / (b.cost - a.cost);
    const at = (x: number) => a.quality + slope * (x - a.cost);
    return ((at(low) + at(high)) / 2) * (high - low);
  }, (width) => width);
}

/** Area under a hull over log cost, from `from` > 0 to `to`. A straight piece q = α + βc integrates to α·ln(hi/lo) + β(hi - lo). */
export function hullAreaLog(hull: readonly CostQuality[], from: number, to: number): number {
  return integrate(hull, from, to, (a, b, low, high) => {
    const slope = (b.quality - a.quality) / (b.cost - a.cost);
    return (a.quality - slope * a.cost) * Math.log(high / low) + slope * (high - low);
  }, (_, low, high) => Math.log(high / low));
}

function integrate(
  hull: readonly CostQuality[],
  from: number,
  to: number,
  piece: (a: CostQuality, b: CostQuality, low: number, high: number) => number,
  flat: (width: number, low: number, high: number) => number,
): number {
  const first = hull[0];
  const last = hull[hull.length - 1];
  if (!first || !last) return NaN;
  let area = 0;
  if (from < first.cost) area += first.quality * flat(Math.min(first.cost, to) - from, from, Math.min(first.cost, to));
  for (let k = 1; k < hull.length; k++) {
    const a = hull[k - 1] as CostQuality;
    const b = hull[k] as CostQuality;
    const low = Math.max(a.cost, from);
    const high = Math.min(b.cost, to);
    if (high > low) area += piece(a, b, low, high);
  }
  if (to > last.cost) area += last.quality * flat(to - Math.max(last.cost, from), Math.max(last.cost, from), to);
  return area;
}

/** > 0 where c lies left of a→b: b is under the segment a→c. */
function cross(a: CostQuality, b: CostQuality, c: CostQuality): number {
  return (b.cost - a.cost) * (c.quality - a.quality) - (b.quality - a.quality) * (c.cost - a.cost);
}
