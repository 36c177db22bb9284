import { logisticLoss, sigmoid } from "./linear-heads.ts";
import { minimise } from "./minimise.ts";
import type { Random } from "./random.ts";
import { transposed, type RowProducts, type Rows } from "./rows.ts";
import { meanLoss, networkOf, parametersIn, partsOf, type OutputLoss, type Shape, type TwoLayer } from "./two-layer.ts";

export interface ItemResponseOptions {
  /** Of what the rows ask for and the models can. */
  readonly dimensions: number;
  /** Half of it weighs the squares of all weights but the offsets, against the mean loss. */
  readonly decay: number;
  readonly products: RowProducts;
}

const ITERATIONS = 200;
/** Of the length of the gradient. */
const TOLERANCE = 1e-5;

/**
 * The multidimensional two-parameter model of item response theory (Reckase 2009, equation 4.5) with an item for each row: a model's grade
 * is expected as sigmoid(a · theta - b), theta the model's own, a and b linear in the row (IRT-Router's MIRT, arXiv:2506.01048). By
 * cross-entropy with the grade as a soft target, over the known ones, by L-BFGS from a random start.
 *
 * It is a network without rectifying: one unit a dimension, and a last one for b, which counts -1 for every model; their offsets are what
 * a and b are of a row of zeros.
 *
 * @param grades [model][row] in [0,1]; NaN is a gap. The bias of a model without any is NaN
 */
export async function fitItemResponse(rows: Rows, grades: readonly Float64Array[], random: Random, { dimensions, decay, products }: ItemResponseOptions): Promise<TwoLayer> {
  const { shape, objective } = itemResponse(rows, grades, { dimensions, decay, products });
  const start = new Float64Array(parametersIn(shape));
  const own = partsOf(start, shape);
  for (let k = 0; k < dimensions * rows.width; k++) own.hidden[k] = random.next() - 0.5;
  for (let m = 0; m < grades.length; m++) for (let u = 0; u <= dimensions; u++) own.outputs[m * (dimensions + 1) + u] = u === dimensions ? -1 : random.next() - 0.5;
  const known = grades.flatMap((column) => Array.from(column).filter((grade) => !Number.isNaN(grade)));
  own.offsets[dimensions] = known.length === 0 ? 0 : -logisticLoss.start(known.reduce((sum, grade) => sum + grade, 0) / known.length);
  const found = networkOf(await minimise(objective, start, { iterations: ITERATIONS, tolerance: TOLERANCE }), shape);
  return { ...found, biases: Float64Array.from(grades, (column) => (column.every(Number.isNaN) ? NaN : 0)) };
}

/** What is minimised, over a network's parameters in one row; what is fixed there has no gradient. */
export function itemResponse(rows: Rows, grades: readonly Float64Array[], { dimensions, decay, products }: ItemResponseOptions): { readonly shape: Shape; readonly objective: (at: Float64Array, gradient: Float64Array) => Promise<number> } {
  const shape: Shape = { width: rows.width, units: dimensions + 1, outputs: grades.length, rectified: false };
  const places = Array.from({ length: rows.count }, (_, i) => i);
  const loss = gradeLoss(grades, rows.count);
  const columns = transposed(rows);
  return {
    shape,
    async objective(at, gradient) {
      let total = await meanLoss(at, shape, rows, places, loss, products, gradient, columns);
      const [own, slopes] = [partsOf(at, shape), partsOf(gradient, shape)];
      slopes.biases.fill(0);
      for (let m = 0; m < grades.length; m++) slopes.outputs[m * shape.units + dimensions] = 0;
      for (const part of ["hidden", "outputs"] as const)
        for (let k = 0; k < own[part].length; k++) {
          if (part === "outputs" && k % shape.units === dimensions) continue;
          const weight = own[part][k] as number;
          total += (decay / 2) * weight * weight;
          (slopes[part][k] as number) += decay * weight;
        }
      return total;
    },
  };
}

/** Such that the mean over rows is that over the known grades. */
function gradeLoss(grades: readonly Float64Array[], rows: number): OutputLoss {
  const known = grades.reduce((sum, column) => sum + column.reduce((n, grade) => n + (Number.isNaN(grade) ? 0 : 1), 0), 0);
  const weight = rows / Math.max(1, known);
  return (row, scores, slopes) => {
    let loss = 0;
    for (const [m, column] of grades.entries()) {
      const grade = column[row] as number;
      if (Number.isNaN(grade)) continue;
      loss += weight * logisticLoss.value(scores[m] as number, grade);
      slopes[m] = weight * (sigmoid(scores[m] as number) - grade);
    }
    return loss;
  };
}
