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
  const size = new Float64Array(Math.max(-1, ...new Set(unit)) + 1);
  for (const u of unit) (size[u] as number) += 1;
  return (weights, p) => {
    let total = 0;
    for (let u = 0; u < size.length; u++) total += (size[u] as number) * (weights[u] as number);
    const wanted = p * total * (1 - 1e-12);
    // From the nearer end: a p95 of many prompts is found among the last twentieth of them.
    return p > 0.5 ? fromTop(weights, total, wanted) : fromBottom(weights, wanted);
  };

  function fromBottom(weights: Float64Array, wanted: number): number {
    let reached = 0;
    for (let k = 0; k < units.length; k++) {
      reached += weights[units[k] as number] as number;
      if (reached >= wanted && reached > 0) return sorted[k] as number;
    }
    return NaN;
  }

  function fromTop(weights: Float64Array, total: number, wanted: number): number {
    if (!(total > 0)) return NaN;
    let left = total;
    for (let k = units.length - 1; k >= 0; k--) {
      left -= weights[units[k] as number] as number;
      if (left < wanted) return sorted[k] as number;
    }
    return NaN;
  }
}
