const MEMORY = 10;
const STEPS = 30;
const SUFFICIENT = 1e-4;

/**
 * The minimum of a smooth function by L-BFGS with backtracking (Nocedal & Wright 2006, algorithms 7.4 and 3.1), in float64 and in one order:
 * the same numbers at each run.
 *
 * @param evaluate the value at a point; writes its gradient, which is zeros before. NaN and Infinity are taken for too far a step
 * @param iterations most steps
 * @param tolerance it ends where the length of the gradient is no more
 */
export async function minimise(evaluate: (at: Float64Array, gradient: Float64Array) => number | Promise<number>, start: Float64Array, { iterations, tolerance }: { readonly iterations: number; readonly tolerance: number }): Promise<Float64Array> {
  let at = start.slice();
  let gradient = new Float64Array(at.length);
  let value = await evaluate(at, gradient);
  const moves: { readonly step: Float64Array; readonly change: Float64Array; readonly curvature: number }[] = [];
  for (let round = 0; round < iterations && norm(gradient) > tolerance; round++) {
    const direction = directionOf(gradient, moves);
    const slope = dot(direction, gradient);
    let length = moves.length === 0 ? Math.min(1, 1 / norm(gradient)) : 1;
    let found: { at: Float64Array; gradient: Float64Array; value: number } | null = null;
    for (let k = 0; k < STEPS && !found; k++, length /= 2) {
      const next = at.map((x, i) => x + length * (direction[i] as number));
      const slopes = new Float64Array(at.length);
      const there = await evaluate(next, slopes);
      if (there <= value + SUFFICIENT * length * slope) found = { at: next, gradient: slopes, value: there };
    }
    if (!found) break;
    const step = found.at.map((x, i) => x - (at[i] as number));
    const change = found.gradient.map((g, i) => g - (gradient[i] as number));
    const curvature = dot(step, change);
    if (curvature > 1e-12) moves.push({ step, change, curvature });
    if (moves.length > MEMORY) moves.shift();
    ({ at, gradient, value } = found as { at: Float64Array<ArrayBuffer>; gradient: Float64Array<ArrayBuffer>; value: number });
  }
  return at;
}

function directionOf(gradient: Float64Array, moves: readonly { readonly step: Float64Array; readonly change: Float64Array; readonly curvature: number }[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const shares: number[] = [];
  for (const { step, change, curvature } of moves.toReversed()) {
    const share = dot(step, direction) / curvature;
    shares.push(share);
    add(direction, change, -share);
  }
  const last = moves.at(-1);
  if (last) {
    const length = dot(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i] = ((direction[i] as number) * last.curvature) / length;
  }
  for (const { step, change, curvature } of moves) add(direction, step, (shares.pop() as number) - dot(change, direction) / curvature);
  return direction;
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + times * (what[i] as number);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
