import type { Random } from "./random.ts";
import { rowsAt, rowsBetween, type RowProducts, type Rows } from "./rows.ts";

/** Rows in clusters. */
export interface KMeans {
  readonly centres: Rows;
  /** [row] the cluster that it is in. */
  readonly cluster: Int32Array;
  /** Sum of squared distances of rows to the centres, at the start of each round and at the end: it never rises but by rounding. */
  readonly inertia: readonly number[];
}

const MOST_ROUNDS = 100;
/** Rounds end where they gain less than this share of the inertia. */
const GAIN = 1e-6;
/** Products that are held at a time. */
const BLOCK = 1 << 22;

/**
 * Lloyd's algorithm from centres by k-means++ (Arthur & Vassilvitskii 2007): the first row drawn evenly, each further one with
 * probability proportional to its squared distance from the centres so far. Fewer clusters where fewer rows differ; a centre that loses
 * all its rows stays where it is. Ties go to the centre that was drawn first.
 */
export async function kMeans(rows: Rows, clusters: number, random: Random, products: RowProducts): Promise<KMeans> {
  const norms = squaredNorms(rows);
  let centres = await spread(rows, norms, clusters, random, products);
  let { cluster, inertia } = await assign(rows, norms, centres, products);
  const inertias = [inertia];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    centres = means(rows, cluster, centres);
    const next = await assign(rows, norms, centres, products);
    const before = inertia;
    ({ cluster, inertia } = next);
    inertias.push(inertia);
    if (before - inertia <= GAIN * before) break;
  }
  return { centres, cluster, inertia: inertias };
}

/** The nearest centre of each row. */
export async function nearestCentre(rows: Rows, centres: Rows, products: RowProducts): Promise<Int32Array> {
  return (await assign(rows, squaredNorms(rows), centres, products)).cluster;
}

/** Squared distances from |x|² - 2 x·c + |c|², not below 0. */
async function assign(rows: Rows, norms: Float64Array, centres: Rows, products: RowProducts): Promise<{ cluster: Int32Array; inertia: number }> {
  const of = squaredNorms(centres);
  const cluster = new Int32Array(rows.count);
  let inertia = 0;
  const step = Math.max(1, Math.floor(BLOCK / centres.count));
  for (let from = 0; from < rows.count; from += step) {
    const block = rowsBetween(rows, from, Math.min(rows.count, from + step));
    const dots = await products(block, centres);
    for (let i = 0; i < block.count; i++) {
      let best = 0;
      let low = Infinity;
      for (let c = 0; c < centres.count; c++) {
        const apart = (of[c] as number) - 2 * (dots[i * centres.count + c] as number);
        if (apart < low) [best, low] = [c, apart];
      }
      cluster[from + i] = best;
      inertia += Math.max(0, (norms[from + i] as number) + low);
    }
  }
  return { cluster, inertia };
}

async function spread(rows: Rows, norms: Float64Array, clusters: number, random: Random, products: RowProducts): Promise<Rows> {
  const chosen: number[] = [random.below(rows.count)];
  const apart = new Float64Array(rows.count).fill(Infinity);
  for (;;) {
    const last = chosen[chosen.length - 1] as number;
    const dots = await products(rows, rowsAt(rows, [last]));
    let sum = 0;
    for (let i = 0; i < rows.count; i++) {
      const distance = (norms[i] as number) + (norms[last] as number) - 2 * (dots[i] as number);
      apart[i] = Math.min(apart[i] as number, i === last || distance < SAME ? 0 : distance);
      sum += apart[i] as number;
    }
    if (chosen.length >= clusters || sum === 0) return rowsAt(rows, chosen);
    let rest = random.next() * sum;
    let at = -1;
    for (let i = 0; i < rows.count; i++) {
      if (apart[i] === 0) continue;
      at = i;
      rest -= apart[i] as number;
      if (rest < 0) break;
    }
    chosen.push(at);
  }
}

/** Rows this close are one row: the rest is rounding. */
const SAME = 1e-6;

function means(rows: Rows, cluster: Int32Array, centres: Rows): Rows {
  const { width } = rows;
  const sums = new Float64Array(centres.data.length);
  const counts = new Int32Array(centres.count);
  for (let i = 0; i < rows.count; i++) {
    const c = cluster[i] as number;
    (counts[c] as number)++;
    for (let d = 0; d < width; d++) (sums[c * width + d] as number) += rows.data[i * width + d] as number;
  }
  return { ...centres, data: Float32Array.from(sums, (sum, k) => (counts[Math.floor(k / width)] ? sum / (counts[Math.floor(k / width)] as number) : (centres.data[k] as number))) };
}

function squaredNorms({ count, width, data }: Rows): Float64Array {
  const norms = new Float64Array(count);
  for (let i = 0; i < count; i++) for (let d = 0; d < width; d++) (norms[i] as number) += (data[i * width + d] as number) ** 2;
  return norms;
}
