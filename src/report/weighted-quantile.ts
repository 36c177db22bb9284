/**
 * Quantiles of values that are drawn with weights, sorted once: the smallest value whose cumulative weight reaches `p` of the total
 * (Hyndman & Fan 1996, type 1). NaN where all weight is gone.
 *
 * @param unit of each value, an index into the weights
 */
export function weightedQuantile(values: readonly number[], unit: readonly number[]): (weights: Float64Array, p: number) => number {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const sorted = Float64Array.from(order, (k) => values[k] as number);
  const units = Int32Array.from(order, (k) => unit[k] as number);
  return (weights, p) => {
    let total = 0;
    for (const u of units) total += weights[u] as number;
    const wanted = p * total * (1 - 1e-12);
    let reached = 0;
    for (let k = 0; k < units.length; k++) {
      reached += weights[units[k] as number] as number;
      if (reached >= wanted && reached > 0) return sorted[k] as number;
    }
    return NaN;
  };
}
