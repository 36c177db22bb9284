import { adam } from "./adam.ts";
import { contrastiveLoss, spaceIn, type Contrast, type Contrasts, type SharedSpace } from "./contrastive.ts";
import { kMeans } from "./k-means.ts";
import { shuffled, type Random } from "./random.ts";
import { rowsAt, type RowProducts, type Rows } from "./rows.ts";

/** As in the paper: rows of a step, steps, models that a row is to be near to and far from at most, rows that it is to be far from, clusters. */
const [BATCH, MOST_STEPS, NEAR, FAR, FAR_ROWS, CLUSTERS] = [64, 1000, 3, 3, 3, 5];
/** Few rows are walked so often, and at least so many steps. */
const [EPOCHS, FEWEST_STEPS] = [20, 150];
/** Models with a grade above may be near; up to and including, far. */
const HALF = 0.5;
const RATE = 3e-3;

/**
 * Learns a space of rows and models by RouterDC's dual contrastive loss (arXiv:2409.19886, algorithm 1) on batches, by Adam. The same numbers
 * for the same generator.
 *
 * @param grades [model][row] in [0,1]; NaN is a gap
 */
export async function trainContrastive(
  rows: Rows,
  grades: readonly Float64Array[],
  { dimensions, temperature, rowWeight, products, random }: { readonly dimensions: number; readonly temperature: number; readonly rowWeight: number; readonly products: RowProducts; readonly random: Random },
): Promise<SharedSpace> {
  const shape = { width: rows.width, dimensions, models: grades.length };
  const draws = random.fork("start");
  const at = Float64Array.from({ length: dimensions * (rows.width + grades.length) }, () => Math.sqrt(3) * (2 * draws.next() - 1));
  const ties = random.fork("ties");
  const models = Array.from({ length: rows.count }, (_, i) => modelContrasts(grades.map((column) => column[i] as number), ties));
  const { cluster } = await kMeans(rows, Math.min(CLUSTERS, rows.count), random.fork("clusters"), products);
  const step = adam(at.length, RATE);
  const gradient = new Float64Array(at.length);
  let order: number[] = [];
  const steps = Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, EPOCHS * Math.ceil(rows.count / BATCH)));
  for (let k = 0; k < steps; k++) {
    if (order.length === 0) order = shuffled(rows.count, random.fork(k));
    const places = order.splice(0, BATCH);
    const contrasts: Contrasts = { models: places.map((i) => models[i] as Contrast[]), rows: rowContrasts(places.map((i) => cluster[i] as number), random.fork(`rows ${k}`)) };
    await contrastiveLoss(at, shape, rowsAt(rows, places), contrasts, { temperature, rowWeight, products }, gradient);
    step(at, gradient);
  }
  return spaceIn(at, shape);
}

/**
 * Each of the best models with a grade above 0 against the worst with a grade of up to a half, of those that are worse than it. Of equal ones,
 * chance says which.
 */
export function modelContrasts(grades: readonly number[], random: Random): Contrast[] {
  const known = shuffled(grades.length, random).filter((m) => !Number.isNaN(grades[m]));
  const grade = (m: number) => grades[m] as number;
  const best = known.toSorted((a, b) => grade(b) - grade(a));
  const low = best.toReversed().slice(0, FAR).filter((m) => grade(m) <= HALF);
  return best.slice(0, NEAR).flatMap((near) => {
    const far = low.filter((m) => grade(m) < grade(near));
    return far.length > 0 ? [{ near, far }] : [];
  });
}

/** For each row of a batch another of its cluster against some of other clusters; null where there are too few. */
export function rowContrasts(cluster: readonly number[], random: Random): (Contrast | null)[] {
  return cluster.map((own, i) => {
    const near = cluster.flatMap((c, j) => (c === own && j !== i ? [j] : []));
    const far = cluster.flatMap((c, j) => (c === own ? [] : [j]));
    if (near.length === 0 || far.length < FAR_ROWS) return null;
    const chosen = Array.from({ length: FAR_ROWS }, () => far.splice(random.below(far.length), 1)[0] as number);
    return { near: near[random.below(near.length)] as number, far: chosen };
  });
}
