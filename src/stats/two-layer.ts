import type { RowProducts, Rows } from "./rows.ts";
import { transposed } from "./rows.ts";

/** Outputs · act(hidden · vector + offsets) + biases. */
export interface TwoLayer {
  /** [units] rows of the vectors' width */
  readonly hidden: Rows;
  readonly offsets: Float64Array;
  /** [outputs] rows, a number a unit */
  readonly outputs: Rows;
  readonly biases: Float64Array;
}

/** How long each side of a network is, and whether its units are rectified (else it is linear: a factorisation). */
export interface Shape {
  readonly width: number;
  readonly units: number;
  readonly outputs: number;
  readonly rectified: boolean;
}

/** What the outputs of the row at this place lose; adds the derivative by each of them to `slopes`, which are zeros before. */
export type OutputLoss = (place: number, outputs: Float64Array, slopes: Float64Array) => number;

/** Parameters in one row: hidden, offsets, outputs, biases. */
export function parametersIn({ width, units, outputs }: Shape): number {
  return units * (width + 1) + outputs * (units + 1);
}

/** Views of the parameters, of the same memory. */
export function partsOf(at: Float64Array, { width, units, outputs }: Shape): { readonly hidden: Float64Array; readonly offsets: Float64Array; readonly outputs: Float64Array; readonly biases: Float64Array } {
  const ends = [units * width, units, outputs * units, outputs].reduce<number[]>((all, length) => [...all, (all.at(-1) ?? 0) + length], []) as [number, number, number, number];
  return { hidden: at.subarray(0, ends[0]), offsets: at.subarray(ends[0], ends[1]), outputs: at.subarray(ends[1], ends[2]), biases: at.subarray(ends[2], ends[3]) };
}

export function networkOf(at: Float64Array, shape: Shape): TwoLayer {
  const { hidden, offsets, outputs, biases } = partsOf(at, shape);
  return {
    hidden: { count: shape.units, width: shape.width, data: Float32Array.from(hidden) },
    offsets: offsets.slice(),
    outputs: { count: shape.outputs, width: shape.units, data: Float32Array.from(outputs) },
    biases: biases.slice(),
  };
}

/** The mean loss of these rows; writes its gradient, where one is wanted. @param places of the rows, as `loss` knows them; @param columns the rows turned, where they are at hand */
export async function meanLoss(at: Float64Array, shape: Shape, rows: Rows, places: ArrayLike<number>, loss: OutputLoss, products: RowProducts, gradient: Float64Array | null, columns?: Rows): Promise<number> {
  const { units, outputs: out, width } = shape;
  const own = partsOf(at, shape);
  const into = gradient && partsOf(gradient.fill(0), shape);
  const active = await activations(rows, { count: units, width, data: Float32Array.from(own.hidden) }, own.offsets, shape.rectified, products);
  const pulls = new Float32Array(units * rows.count); // [unit][row]
  const scores = new Float64Array(out);
  const slopes = new Float64Array(out);
  let total = 0;
  for (let i = 0; i < rows.count; i++) {
    const unit = active.subarray(i * units, (i + 1) * units);
    outputsOf(unit, own.outputs, own.biases, scores);
    slopes.fill(0);
    total += loss(places[i] as number, scores, slopes) / rows.count;
    if (!into) continue;
    for (let o = 0; o < out; o++) {
      const slope = (slopes[o] as number) / rows.count;
      if (slope === 0) continue;
      (into.biases[o] as number) += slope;
      for (let u = 0; u < units; u++) {
        (into.outputs[o * units + u] as number) += slope * (unit[u] as number);
        if (!shape.rectified || (unit[u] as number) > 0) (pulls[u * rows.count + i] as number) += slope * (own.outputs[o * units + u] as number);
      }
    }
  }
  if (into) {
    into.hidden.set(await products({ count: units, width: rows.count, data: pulls }, columns ?? transposed(rows)));
    for (let u = 0; u < units; u++) for (let i = 0; i < rows.count; i++) (into.offsets[u] as number) += pulls[u * rows.count + i] as number;
  }
  return total;
}

/** [output][row] */
export async function networkScores(rows: Rows, { hidden, offsets, outputs, biases }: TwoLayer, rectified: boolean, products: RowProducts): Promise<Float64Array[]> {
  const active = await activations(rows, hidden, offsets, rectified, products);
  const table = Array.from(biases, () => new Float64Array(rows.count));
  const scores = new Float64Array(outputs.count);
  for (let i = 0; i < rows.count; i++) {
    outputsOf(active.subarray(i * hidden.count, (i + 1) * hidden.count), outputs.data, biases, scores);
    for (const [o, score] of scores.entries()) (table[o] as Float64Array)[i] = score;
  }
  return table;
}

/** [row · units] */
async function activations(rows: Rows, hidden: Rows, offsets: Float64Array, rectified: boolean, products: RowProducts): Promise<Float32Array> {
  const active = await products(rows, hidden);
  for (let i = 0, k = 0; i < rows.count; i++)
    for (let u = 0; u < hidden.count; u++, k++) {
      const value = (active[k] as number) + (offsets[u] as number);
      active[k] = rectified && value < 0 ? 0 : value;
    }
  return active;
}

function outputsOf(unit: Float32Array, weights: ArrayLike<number>, biases: Float64Array, into: Float64Array): void {
  for (let o = 0, k = 0; o < into.length; o++) {
    let sum = biases[o] as number;
    for (let u = 0; u < unit.length; u++, k++) sum += (weights[k] as number) * (unit[u] as number);
    into[o] = sum;
  }
}
