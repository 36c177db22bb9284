/**
 * The volume that points dominate below a reference point, every objective the smaller the better, by slicing one objective after the other
 * (While, Hingston, Barone and Huband 2006, HSO). Points that are not below the reference in each objective add nothing. For fronts of some
 * hundred points and a few objectives: O(n^(k-1)) in the worst case.
 */
export function hypervolumeOf(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => point.every((value, k) => value < (reference[k] as number)));
  return volume(inside, reference, 0);
}

function volume(points: readonly (readonly number[])[], reference: readonly number[], from: number): number {
  const bound = reference[from];
  if (bound === undefined || points.length === 0) return 0;
  if (from === reference.length - 1) return bound - Math.min(...points.map((point) => point[from] as number));
  const sorted = points.toSorted((a, b) => (a[from] as number) - (b[from] as number));
  let sum = 0;
  let slice: (readonly number[])[] = [];
  for (const [k, point] of sorted.entries()) {
    slice = withoutDominated(slice, point, from + 1);
    const depth = ((sorted[k + 1]?.[from] as number | undefined) ?? bound) - (point[from] as number);
    if (depth > 0) sum += depth * volume(slice, reference, from + 1);
  }
  return sum;
}

/** The points and one more, less those that add nothing from objective `from` on. */
function withoutDominated(points: readonly (readonly number[])[], point: readonly number[], from: number): (readonly number[])[] {
  const covers = (a: readonly number[], b: readonly number[]) => a.every((value, k) => k < from || value <= (b[k] as number));
  if (points.some((other) => covers(other, point))) return [...points];
  return [...points.filter((other) => !covers(point, other)), point];
}
