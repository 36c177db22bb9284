/** Mean of what is known among `values` at these places; NaN where nothing is. @param at default: all of them */
export function knownMean(values: Float64Array, at: ArrayLike<number> | null = null): number {
  let [sum, n] = [0, 0];
  const length = at ? at.length : values.length;
  for (let k = 0; k < length; k++) {
    const value = values[at ? (at[k] as number) : k] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    n++;
  }
  return n === 0 ? NaN : sum / n;
}
