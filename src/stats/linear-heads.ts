import { minimise } from "./minimise.ts";
import { transposed, type RowProducts, type Rows } from "./rows.ts";

/** What a score costs that was meant for a target; convex in the score. */
export interface HeadLoss {
  /** The score of least loss where all that is known of the targets is their mean, or one near to it. */
  start(mean: number): number;
  value(score: number, target: number): number;
  /** The derivative of `value` by the score. */
  slope(score: number, target: number): number;
}

/** Cross-entropy of a target in [0,1] and the sigmoid of the score: logistic regression, of shares as well as of yes and no. */
export const logisticLoss: HeadLoss = {
  start: (mean) => Math.log((mean + EDGE) / (1 - mean + EDGE)),
  value: (score, target) => Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score,
  slope: (score, target) => sigmoid(score) - target,
};

/**
 * Poisson deviance (halved, up to a constant) of a target of 0 or more and the exponential of the score. It needs no Poisson counts: the
 * exponential is the expected target wherever that is log-linear (Gourieroux, Monfort & Trognon 1984; Santos Silva & Tenreyro 2006).
 */
export const poissonLoss: HeadLoss = {
  start: (mean) => Math.log(Math.max(mean, EDGE)),
  value: (score, target) => Math.exp(score) - target * score,
  slope: (score, target) => Math.exp(score) - target,
};

/**
 * The square of what a score is further from the target than `free`: support vector regression with squared excess, which is smooth.
 *
 * @param free 0 or more
 */
export function insensitiveLoss(free: number): HeadLoss {
  const excess = (score: number, target: number) => Math.max(0, Math.abs(score - target) - free);
  return {
    start: (mean) => mean,
    value: (score, target) => excess(score, target) ** 2,
    slope: (score, target) => 2 * excess(score, target) * Math.sign(score - target),
  };
}

/** Keeps starts finite. */
const EDGE = 1e-3;

export function sigmoid(score: number): number {
  return score >= 0 ? 1 / (1 + Math.exp(-score)) : Math.exp(score) / (1 + Math.exp(score));
}

/** Linear functions of the same vectors: weights · vector + bias each. */
export interface LinearHeads {
  /** [heads] rows of the vectors' width */
  readonly weights: Rows;
  /** [heads] NaN of one that had no target. */
  readonly biases: Float64Array;
}

const ITERATIONS = 200;
/** Of the length of the gradient, all heads together. */
const TOLERANCE = 1e-5;

/**
 * Fits one head a column of targets, all at once: the mean loss over the column's known targets plus `decay`/2 times the squared weights
 * (the bias apart). Matrix products are of single precision, so weights are right to some 1e-5.
 *
 * @param targets [head][row]; NaN is a gap
 */
export async function fitHeads(rows: Rows, targets: readonly Float64Array[], loss: HeadLoss, { decay, products }: { readonly decay: number; readonly products: RowProducts }): Promise<LinearHeads> {
  const heads = targets.length;
  const known = targets.map((column) => column.filter((target) => !Number.isNaN(target)));
  const columns = transposed(rows);
  const size = heads * rows.width;
  const start = new Float64Array(size + heads);
  for (const [h, own] of known.entries()) if (own.length > 0) start[size + h] = loss.start(own.reduce((sum, target) => sum + target, 0) / own.length);

  const found = await minimise(
    async (at, gradient) => {
      const scores = await products(rows, { count: heads, width: rows.width, data: Float32Array.from(at.subarray(0, size)) });
      const slopes = new Float32Array(heads * rows.count);
      let total = 0;
      for (let h = 0; h < heads; h++) {
        const target = targets[h] as Float64Array;
        const bias = at[size + h] as number;
        let [sum, pull] = [0, 0];
        for (let i = 0; i < rows.count; i++) {
          const wanted = target[i] as number;
          if (Number.isNaN(wanted)) continue;
          const score = (scores[i * heads + h] as number) + bias;
          sum += loss.value(score, wanted);
          pull += slopes[h * rows.count + i] = loss.slope(score, wanted);
        }
        const n = Math.max(1, known[h]?.length ?? 0);
        total += sum / n;
        gradient[size + h] = pull / n;
      }
      const pulls = await products({ count: heads, width: rows.count, data: slopes }, columns);
      for (let h = 0, k = 0; h < heads; h++) {
        const n = Math.max(1, known[h]?.length ?? 0);
        for (let d = 0; d < rows.width; d++, k++) {
          const weight = at[k] as number;
          gradient[k] = (pulls[k] as number) / n + decay * weight;
          total += (decay / 2) * weight * weight;
        }
      }
      return total;
    },
    start,
    { iterations: ITERATIONS, tolerance: TOLERANCE },
  );
  return {
    weights: { count: heads, width: rows.width, data: Float32Array.from(found.subarray(0, size)) },
    biases: Float64Array.from(known, (own, h) => (own.length > 0 ? (found[size + h] as number) : NaN)),
  };
}

/** [head][row] the scores of these rows. */
export async function headScores(rows: Rows, { weights, biases }: LinearHeads, products: RowProducts): Promise<Float64Array[]> {
  const scores = await products(rows, weights);
  return Array.from(biases, (bias, h) => Float64Array.from({ length: rows.count }, (_, i) => (scores[i * weights.count + h] as number) + bias));
}
