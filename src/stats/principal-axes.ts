import type { Random } from "./random.ts";
import { transposed, type RowProducts, type Rows } from "./rows.ts";

/** The directions in which rows vary most, and where they vary around. */
export interface PrincipalAxes {
  readonly mean: Float64Array;
  /** From the most variance to the least, each of length 1 (zeros where nothing varies any more), its number of largest size positive. */
  readonly axes: Rows;
}

const MOST_ROUNDS = 100;
/** Rounds end where no axis turns by more (1 - cosine). */
const TURN = 1e-10;
/** Variance below this share of the whole is rounding of single precision. */
const ROUNDING = 1e-6;

/**
 * Principal components by orthogonal iteration on the covariance (Golub & Van Loan 2013, section 8.2.4) from random directions. Axes of
 * nearly one variance may stay turned among themselves: together they span what they should.
 *
 * @param count of axes; no more than the rows are wide
 */
export async function principalAxes(rows: Rows, count: number, random: Random, products: RowProducts): Promise<PrincipalAxes> {
  const { width, data } = rows;
  const most = Math.min(count, width);
  const mean = new Float64Array(width);
  for (let i = 0, k = 0; i < rows.count; i++) for (let d = 0; d < width; d++, k++) (mean[d] as number) += (data[k] as number) / rows.count;
  const columns = transposed({ ...rows, data: data.map((value, k) => value - (mean[k % width] as number)) });
  const covariance = Float64Array.from(await products(columns, columns), (value) => value / rows.count);
  let whole = 0;
  for (let d = 0; d < width; d++) whole += covariance[d * width + d] as number;

  let axes: Float64Array[] = Array.from({ length: most }, () => Float64Array.from({ length: width }, () => random.next() - 0.5));
  orthonormal(axes, 0);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = axes.map((axis) => turned(covariance, axis));
    orthonormal(next, ROUNDING * whole);
    const turn = Math.max(0, ...next.map((axis, a) => 1 - Math.abs(dot(axis, axes[a] as Float64Array)) - (dot(axis, axis) === 0 ? 1 : 0)));
    axes = next;
    if (turn <= TURN) break;
  }
  return { mean, axes: { count: most, width, data: Float32Array.from(axes.flatMap((axis) => [...facing(axis)])) } };
}

/** [axis][row] where rows stand along the axes. */
export async function alongAxes(rows: Rows, { mean, axes }: PrincipalAxes, products: RowProducts): Promise<Float64Array[]> {
  const along = await products(rows, axes);
  return Array.from({ length: axes.count }, (_, a) => {
    const middle = dot(mean, axes.data.subarray(a * axes.width, (a + 1) * axes.width));
    return Float64Array.from({ length: rows.count }, (__, i) => (along[i * axes.count + a] as number) - middle);
  });
}

function turned(matrix: Float64Array, axis: Float64Array): Float64Array {
  const width = axis.length;
  const into = new Float64Array(width);
  for (let d = 0; d < width; d++) {
    const share = axis[d] as number;
    if (share !== 0) for (let e = 0; e < width; e++) (into[e] as number) += share * (matrix[d * width + e] as number);
  }
  return into;
}

/** Gram and Schmidt's, modified, in place; what is no longer than `least` becomes zeros. */
function orthonormal(axes: readonly Float64Array[], least: number): void {
  for (const [a, axis] of axes.entries()) {
    for (let twice = 0; twice < 2; twice++)
      for (let b = 0; b < a; b++) {
        const other = axes[b] as Float64Array;
        const share = dot(axis, other);
        for (let d = 0; d < axis.length; d++) (axis[d] as number) -= share * (other[d] as number);
      }
    const length = Math.sqrt(dot(axis, axis));
    for (let d = 0; d < axis.length; d++) axis[d] = length > least ? (axis[d] as number) / length : 0;
  }
}

function facing(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? axis.map((value) => -value) : axis;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] as number) * (b[d] as number);
  return sum;
}
