/** One alternative: its value on each objective, in a fixed order; NaN where unknown. */
export interface Point {
  readonly name: string;
  readonly values: readonly number[];
}

/**
 * Who dominates whom: b is dominated by a when a is at least as good on every objective and better on one. Equal points do
 * not dominate each other; a point with an unknown value neither dominates nor is dominated.
 * Objectives are 2 to 5, policies some dozens: the pairwise test is the clear one, O(n²·k).
 */
export function dominatedBy(points: readonly Point[], directions: readonly ("min" | "max")[]): Map<string, string[]> {
  const known = points.filter((p) => p.values.every((v) => !Number.isNaN(v)));
  return new Map(
    points.map((b) => [b.name, known.includes(b) ? known.filter((a) => dominates(a, b, directions)).map((a) => a.name) : []]),
  );
}

/** Names of the points that nothing dominates, in the order given; points with an unknown value are not among them. */
export function frontier(points: readonly Point[], directions: readonly ("min" | "max")[]): string[] {
  const dominators = dominatedBy(points, directions);
  return points
    .filter((p) => p.values.every((v) => !Number.isNaN(v)) && dominators.get(p.name)?.length === 0)
    .map((p) => p.name);
}

function dominates(a: Point, b: Point, directions: readonly ("min" | "max")[]): boolean {
  let better = false;
  for (let k = 0; k < directions.length; k++) {
    const difference = ((a.values[k] as number) - (b.values[k] as number)) * (directions[k] === "max" ? 1 : -1);
    if (difference < 0) return false;
    if (difference > 0) better = true;
  }
  return better;
}
