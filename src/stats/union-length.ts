/** Length of the union of intervals [from, to], in any order; O(n log n). An interval that ends before it begins is empty. */
export function unionLength(intervals: readonly (readonly [from: number, to: number])[]): number {
  let [length, reached] = [0, -Infinity];
  for (const [from, to] of intervals.toSorted(([a], [b]) => a - b)) {
    if (to <= reached) continue;
    length += Math.max(0, to - Math.max(from, reached));
    reached = to;
  }
  return length;
}
