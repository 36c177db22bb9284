/**
 * Positions of values by rising value, equal ones by position, and one past the last of each group of equal values. Radix sort
 * on the bits of the doubles (16 at a time; passes in which all agree are left out): O(n), no comparisons. Values without NaN.
 */
export function ascending(values: Float64Array): { order: Uint32Array; groupEnd: Uint32Array } {
  const n = values.length;
  const bits = new Uint32Array(Float64Array.from(values, (v) => v + 0).buffer); // -0 becomes 0
  for (let i = 0; i < n; i++) {
    // Negative numbers fall as their bits rise; positive ones come behind them.
    const high = bits[2 * i + 1] as number;
    if (high >>> 31 === 1) {
      bits[2 * i] = ~(bits[2 * i] as number);
      bits[2 * i + 1] = ~high;
    } else bits[2 * i + 1] = high | 0x80000000;
  }
  let order = new Uint32Array(n);
  let next = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const start = new Uint32Array(65537);
  for (let pass = 0; pass < 4; pass++) {
    const word = pass >> 1;
    const shift = (pass & 1) * 16;
    start.fill(0);
    for (let i = 0; i < n; i++) (start[(((bits[2 * i + word] as number) >>> shift) & 0xffff) + 1] as number)++;
    if (start.includes(n)) continue;
    for (let d = 0; d < 65536; d++) (start[d + 1] as number) += start[d] as number;
    for (let k = 0; k < n; k++) {
      const i = order[k] as number;
      next[(start[((bits[2 * i + word] as number) >>> shift) & 0xffff] as number)++] = i;
    }
    [order, next] = [next, order];
  }
  const ends: number[] = [];
  for (let k = 0; k < n; k++) if (k + 1 === n || values[order[k] as number] !== values[order[k + 1] as number]) ends.push(k + 1);
  return { order, groupEnd: Uint32Array.from(ends) };
}
