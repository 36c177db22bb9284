/**
 * Puts each value where it stands between the lowest (0) and the highest (1) of those that are known, in place; NaN stays.
 *
 * @param alike what all are where they are equal
 */
export function putBetweenEnds(values: Float64Array, alike: number): void {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  for (const [k, value] of values.entries()) if (!Number.isNaN(value)) values[k] = high === low ? alike : (value - low) / (high - low);
}
