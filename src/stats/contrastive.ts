import { transposed, type RowProducts, type Rows } from "./rows.ts";

/** Rows and models in one space, where the cosine of two says how near they are. */
export interface SharedSpace {
  /** [dimensions] rows of the vectors' width: where a vector is there */
  readonly projection: Rows;
  /** [models] rows of so many dimensions */
  readonly models: Rows;
}

/** What is near, and what is not: one that a row is to be nearer to than to the others. */
export interface Contrast {
  readonly near: number;
  readonly far: readonly number[];
}

/** What each row of a batch is contrasted with: models, and other rows of the batch. */
export interface Contrasts {
  readonly models: readonly (readonly Contrast[])[];
  readonly rows: readonly (Contrast | null)[];
}

/** Parameters in one row: the projection, then the models. */
export interface SpaceShape {
  readonly width: number;
  readonly dimensions: number;
  readonly models: number;
}

/** Shorter than this, a vector has no direction. */
const SHORT = 1e-9;

export function spaceIn(at: Float64Array, { width, dimensions, models }: SpaceShape): SharedSpace {
  const size = dimensions * width;
  return { projection: { count: dimensions, width, data: Float32Array.from(at.subarray(0, size)) }, models: { count: models, width: dimensions, data: Float32Array.from(at.subarray(size)) } };
}

/**
 * RouterDC's loss (Chen et al. 2024, arXiv:2409.19886, equations 2 to 4) of a batch, and its gradient: for each row, the cross-entropy of
 * each model that it is to be near to, among those that it is not (softmax of cosines / temperature), and `rowWeight` times that of a row
 * of its cluster among rows of others (softmax of cosines); the mean over rows.
 *
 * @param gradient is overwritten
 */
export async function contrastiveLoss(at: Float64Array, shape: SpaceShape, rows: Rows, contrasts: Contrasts, { temperature, rowWeight, products }: { readonly temperature: number; readonly rowWeight: number; readonly products: RowProducts }, gradient: Float64Array): Promise<number> {
  const { width, dimensions, models } = shape;
  const placed = await products(rows, spaceIn(at, shape).projection);
  const own = directions(placed, rows.count, dimensions);
  const theirs = directions(at.subarray(dimensions * width), models, dimensions);
  const pulls = new Float64Array(rows.count * dimensions);
  gradient.fill(0);
  const modelPulls = gradient.subarray(dimensions * width);
  let total = 0;
  for (let i = 0; i < rows.count; i++) {
    for (const contrast of contrasts.models[i] ?? []) total += pull(contrast, i, theirs, modelPulls, 1 / (temperature * rows.count), temperature) / rows.count;
    const among = contrasts.rows[i];
    if (among) total += (rowWeight * pull(among, i, own, pulls, rowWeight / rows.count, 1)) / rows.count;
  }
  const turned = new Float32Array(dimensions * rows.count);
  for (let i = 0; i < rows.count; i++) for (let d = 0; d < dimensions; d++) turned[d * rows.count + i] = pulls[i * dimensions + d] as number;
  gradient.set(await products({ count: dimensions, width: rows.count, data: turned }, transposed(rows)));
  return total;

  /** The cross-entropy of a contrast of row i; adds `weight` times its derivatives to the row and the others. */
  function pull({ near, far }: Contrast, i: number, others: Directions, into: Float64Array, weight: number, heat: number): number {
    const among = [near, ...far];
    const cosines = among.map((j) => cosine(own, i, others, j));
    const most = Math.max(...cosines) / heat;
    const powers = cosines.map((one) => Math.exp(one / heat - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    for (const [k, j] of among.entries()) {
      const slope = weight * ((powers[k] as number) / sum - (k === 0 ? 1 : 0));
      turn(own, i, others, j, cosines[k] as number, slope, pulls);
      turn(others, j, own, i, cosines[k] as number, slope, into);
    }
    return Math.log(sum) - Math.log(powers[0] as number);
  }

  /** Adds slope times the derivative of the cosine by the vector `a` of `from`. */
  function turn(from: Directions, a: number, to: Directions, b: number, cos: number, slope: number, into: Float64Array): void {
    const length = from.lengths[a] as number;
    if (length <= SHORT) return;
    for (let d = 0; d < dimensions; d++) (into[a * dimensions + d] as number) += (slope * ((to.unit[b * dimensions + d] as number) - cos * (from.unit[a * dimensions + d] as number))) / length;
  }

  function cosine(a: Directions, i: number, b: Directions, j: number): number {
    let sum = 0;
    for (let d = 0; d < dimensions; d++) sum += (a.unit[i * dimensions + d] as number) * (b.unit[j * dimensions + d] as number);
    return sum;
  }
}

/** [model][row] the cosines of rows and models; 0 where one has no direction. */
export async function spaceCosines(rows: Rows, { projection, models }: SharedSpace, products: RowProducts): Promise<Float64Array[]> {
  const { count: dimensions } = projection;
  const own = directions(await products(rows, projection), rows.count, dimensions);
  const theirs = directions(models.data, models.count, dimensions);
  return Array.from({ length: models.count }, (_, m) =>
    Float64Array.from({ length: rows.count }, (__, i) => {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) sum += (own.unit[i * dimensions + d] as number) * (theirs.unit[m * dimensions + d] as number);
      return sum;
    }),
  );
}

interface Directions {
  /** [vector · dimensions]; zeros of one that is too short */
  readonly unit: Float64Array;
  readonly lengths: Float64Array;
}

function directions(data: ArrayLike<number>, count: number, dimensions: number): Directions {
  const [unit, lengths] = [new Float64Array(count * dimensions), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let d = 0; d < dimensions; d++) square += (data[i * dimensions + d] as number) ** 2;
    const length = (lengths[i] = Math.sqrt(square));
    if (length > SHORT) for (let d = 0; d < dimensions; d++) unit[i * dimensions + d] = (data[i * dimensions + d] as number) / length;
  }
  return { unit, lengths };
}
