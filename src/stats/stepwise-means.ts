import type { Design } from "./design.ts";

/** Means of columns under the weights of units. `into` is [column]. */
export type WeightedMeans = (weights: Float64Array, into: Float64Array) => void;

/**
 * Means of columns of which each differs from the one before on few prompts: a resample adds up the first column and the changes alone.
 * Values must be without gaps.
 *
 * @param unit of each value, as a design numbers them
 * @returns the means, and how many terms one pass adds up
 */
export function stepwiseMeans(columns: readonly Float64Array[], unit: Int32Array, { units }: Pick<Design, "units">): { readonly means: WeightedMeans; readonly terms: number } {
  const size = new Float64Array(units);
  const first = new Float64Array(units);
  for (const [i, u] of unit.entries()) {
    (size[u] as number) += 1;
    (first[u] as number) += columns[0]?.[i] as number;
  }
  const changedUnit: number[] = [];
  const change: number[] = [];
  const end = columns.map((column, c) => {
    const before = columns[c - 1];
    const own = new Map<number, number>();
    if (before) for (const [i, u] of unit.entries()) if (column[i] !== before[i]) own.set(u, (own.get(u) ?? 0) + (column[i] as number) - (before[i] as number));
    for (const [u, sum] of own) {
      changedUnit.push(u);
      change.push(sum);
    }
    return change.length;
  });
  const [at, by] = [Int32Array.from(changedUnit), Float64Array.from(change)];
  return {
    terms: units + by.length,
    means(weights, into) {
      let [total, sum] = [0, 0];
      for (let u = 0; u < units; u++) {
        total += (weights[u] as number) * (size[u] as number);
        sum += (weights[u] as number) * (first[u] as number);
      }
      let k = 0;
      for (const [c, to] of end.entries()) {
        for (; k < to; k++) sum += (weights[at[k] as number] as number) * (by[k] as number);
        into[c] = sum / total;
      }
    },
  };
}
