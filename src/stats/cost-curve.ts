import type { CostQuality } from "./hull.ts";

/** Points by rising cost, ends of a curve that is linear between them. */
export function inOrderOfCost(points: readonly CostQuality[]): CostQuality[] {
  return [...points].sort((a, b) => a.cost - b.cost || a.quality - b.quality || a.index - b.index);
}

/** Quality at a cost of a curve of points in order of cost; beyond its ends, that of the end. NaN without points. */
export function qualityAt(curve: readonly CostQuality[], cost: number): number {
  const k = curve.findIndex((point) => point.cost >= cost);
  const [low, high] = k < 0 ? [curve.at(-1), curve.at(-1)] : [curve[k - 1] ?? curve[k], curve[k]];
  if (!low || !high) return NaN;
  // Points of one cost are no piece of the curve: the one before is cheaper, or the same.
  return low === high ? low.quality : low.quality + ((high.quality - low.quality) * (cost - low.cost)) / (high.cost - low.cost);
}

/** Area under quality over cost, both ends of the curve's own cost range at 0 and 1 (CSCR, arXiv 2508.12491). NaN where cost does not vary. */
export function audc(costs: ArrayLike<number>, quality: ArrayLike<number>): number {
  const order = Array.from(costs, (_, k) => k).sort((a, b) => (costs[a] as number) - (costs[b] as number));
  const low = costs[order[0] as number] as number;
  const high = costs[order[order.length - 1] as number] as number;
  let area = 0;
  for (let j = 1; j < order.length; j++) {
    const [a, b] = [order[j - 1] as number, order[j] as number];
    area += (((quality[a] as number) + (quality[b] as number)) / 2) * ((costs[b] as number) - (costs[a] as number));
  }
  return area / (high - low);
}

/** Cost of the cheapest point that has a quality, over the cost of what has it (CSCR, arXiv 2508.12491). Infinity where none has it. */
export function qnc(costs: ArrayLike<number>, quality: ArrayLike<number>, best: { readonly quality: number; readonly costUsdPer1k: number }): number {
  let cheapest = Infinity;
  for (let k = 0; k < costs.length; k++)
    if ((quality[k] as number) >= best.quality - 1e-12) cheapest = Math.min(cheapest, costs[k] as number);
  return cheapest / best.costUsdPer1k;
}
