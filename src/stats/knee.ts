/**
 * The place of the point of a front that lies farthest beyond the flat through its ends (Das 1999; Branke et al. 2004 on why): each objective
 * is put between 0 (its best on the front) and 1 (its worst), and the distance is that below the plane where the objectives add up to 1, which
 * in two dimensions is the chord between the two ends. -1 of no points; of a front that bends nowhere below it, the point nearest to it.
 *
 * @param costs of each point, every objective the smaller the better
 */
export function kneeOf(costs: readonly (readonly number[])[]): number {
  const ends = (costs[0] ?? []).map((_, k) => [Math.min(...costs.map((one) => one[k] as number)), Math.max(...costs.map((one) => one[k] as number))] as const);
  const placed = (one: readonly number[]) => one.reduce((sum, value, k) => sum + share(value, ends[k] as readonly [number, number]), 0);
  let [knee, least] = [-1, Infinity];
  for (const [k, one] of costs.entries()) {
    const sum = placed(one);
    if (sum < least) [knee, least] = [k, sum];
  }
  return knee;
}

function share(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? (value - low) / (high - low) : 0;
}
