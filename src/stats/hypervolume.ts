import type { CostQuality } from "./hull.ts";

/**
 * Hypervolume of points in (cost, quality): the area they dominate down to the reference point (costMax, 0), divided by
 * costMax (Zitzler & Thiele 1999). Range [0,1] for quality in [0,1]; points beyond costMax add nothing. NaN where costMax is 0.
 */
export function hypervolume(points: readonly CostQuality[], costMax: number): number {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || b.quality - a.quality);
  let area = 0;
  let best = 0;
  for (const p of sorted) {
    if (p.cost >= costMax && p.cost > 0) break;
    if (p.quality <= best) continue;
    area += (p.quality - best) * (costMax - p.cost);
    best = p.quality;
  }
  return area / costMax;
}
