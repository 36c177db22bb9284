import { nearestRows } from "../../stats/nearest-rows.ts";
import type { Kind } from "../kind.ts";
import { bestScore } from "../learned/best-score.ts";
import type { Estimator, FitTools, Training } from "../learned/learned.ts";
import { knownMean } from "../learned/means.ts";
import { checkLearnable } from "../learned/requirements.ts";

/**
 * What a model is worth on a prompt is the mean of its outcomes on the k training prompts nearest by the cosine of their texts' vectors (as
 * RouterBench's kNN router, Hu et al. 2024, arXiv:2403.12031); the model of highest quality - lambda · cost is called.
 */
export const knn: Kind<"knn"> = {
  build({ k, lambda, weights }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, each expected as its ${weights === "similarity" ? "mean weighted by similarity" : "mean"} over the ${k} nearest training prompts (cosine)`,
      content: { k, lambda, weights },
      learned: {
        estimator: { kind: "knn", k, weights },
        fit: (training, tools) => fitKnn(training, k, weights === "similarity", tools),
        remarks: (prompts) => (prompts < k ? [`k is ${k}, more than the ${prompts} prompts that it was fitted on: all of them are neighbours`] : []),
        choose: (models, estimates) =>
          bestScore(models, estimates, (i, into) => {
            for (let m = 0; m < into.length; m++) into[m] = (estimates.quality[m]?.[i] as number) - (lambda === 0 ? 0 : lambda * (estimates.costUsd[m]?.[i] as number));
          }),
      },
    };
  },
};

/** A model without an outcome among the neighbours has its mean over the whole training. Neighbours of similarity below 0 weigh nothing. */
async function fitKnn(training: Training, k: number, weighted: boolean, { products }: FitTools): Promise<Estimator> {
  const wholes = (columns: readonly Float64Array[]) => columns.map((column) => knownMean(column));
  const [wholeQuality, wholeCost] = [wholes(training.quality), wholes(training.costUsd)];
  return async (asked) => {
    const found = await nearestRows(asked, training.rows, k, products);
    const expected = (columns: readonly Float64Array[], whole: readonly number[]) =>
      columns.map((column, m) => {
        const values = new Float64Array(asked.count);
        for (let i = 0; i < asked.count; i++) {
          let [sum, weight] = [0, 0];
          for (let j = i * found.k; j < (i + 1) * found.k; j++) {
            const value = column[found.at[j] as number] as number;
            const own = weighted ? Math.max(0, found.similarity[j] as number) : 1;
            if (Number.isNaN(value)) continue;
            sum += own * value;
            weight += own;
          }
          values[i] = weight > 0 ? sum / weight : (whole[m] as number);
        }
        return values;
      });
    return { quality: expected(training.quality, wholeQuality), costUsd: expected(training.costUsd, wholeCost) };
  };
}
