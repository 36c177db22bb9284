import { WrpError } from "../../model/errors.ts";
import type { Tensor, Tensors } from "../../model/tensor.ts";
import { foldsOf } from "../../stats/folds.ts";
import type { Random } from "../../stats/random.ts";
import { rowsAt } from "../../stats/rows.ts";
import type { Asked, Training } from "./learned.ts";
import { tensorNamed } from "./tensors.ts";

/** One of so many parts of the training is held back to choose by. */
const PARTS = 5;

/**
 * The candidate whose expected grades are nearest to the real ones (mean squared error over all known) on a fifth of the training, fitted
 * on the rest; what belongs together stays together. Ties to the first; the middle one where the training cannot be parted or tells nothing.
 *
 * @param grades of each candidate, [model][prompt] of those asked
 */
export async function bestCandidate<T>(training: Training, candidates: readonly T[], random: Random, grades: (inner: Training, asked: Asked) => Promise<readonly (readonly Float64Array[])[]>): Promise<T> {
  const middle = candidates[Math.floor(candidates.length / 2)] as T;
  const { fold, folds } = foldsOf(training.cluster, training.cluster.reduce((most, c) => Math.max(most, c + 1), 0), PARTS, random);
  if (folds < 2) return middle;
  const places = [...fold.keys()];
  const held = trainingAt(training, places.filter((i) => fold[i] === 0));
  const found = await grades(trainingAt(training, places.filter((i) => fold[i] !== 0)), held);
  const errors = found.map((table) => squaredError(table, held.quality));
  const least = Math.min(...errors.filter((error) => !Number.isNaN(error)));
  return least === Infinity ? middle : (candidates[errors.indexOf(least)] as T);
}

/** NaN where no estimate stands beside a grade. */
function squaredError(expected: readonly Float64Array[], real: readonly Float64Array[]): number {
  let [sum, n] = [0, 0];
  for (const [m, column] of real.entries())
    for (const [i, grade] of column.entries()) {
      const error = ((expected[m]?.[i] as number) - grade) ** 2;
      if (Number.isNaN(error)) continue;
      sum += error;
      n++;
    }
  return sum / n;
}

function trainingAt({ rows, facts, quality, costUsd, cluster }: Training, at: readonly number[]): Training {
  const pick = (column: Float64Array) => Float64Array.from(at, (i) => column[i] as number);
  return { rows: rowsAt(rows, at), facts: new Map([...facts].map(([name, values]) => [name, pick(values)])), quality: quality.map(pick), costUsd: costUsd.map(pick), cluster: Int32Array.from(at, (i) => cluster[i] as number) };
}

/** A setting as a table of one number. */
export function tensorOfSetting(value: number): Tensor {
  return { shape: [1], data: Float64Array.of(value) };
}

/** Throws WrpError where there is no such table, or not one number in it. */
export function settingIn(tensors: Tensors, name: string): number {
  const { data } = tensorNamed(tensors, name, 1);
  const [value] = data;
  if (data.length !== 1 || typeof value !== "number" || !Number.isFinite(value)) throw new WrpError(`what was fitted is of another kind: "${name}" is not one number`);
  return value;
}
