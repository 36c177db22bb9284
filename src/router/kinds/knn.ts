import { nearestRows } from "../../stats/nearest-rows.ts";
import type { Tensors } from "../../model/tensor.ts";
import type { Kind } from "../kind.ts";
import { byLambda } from "../learned/by-lambda.ts";
import type { Asked, Estimates, FitTools, Training } from "../learned/learned.ts";
import { knownMean } from "../learned/means.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns } from "../learned/tensors.ts";

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
        fit: async (training) => remembered(training),
        estimate: (fitted, asked, tools) => byNeighbours(fitted, asked, k, weights === "similarity", tools),
        remarks: (prompts) => (prompts < k ? [`k is ${k}, more than the ${prompts} prompts that it was fitted on: all of them are neighbours`] : []),
        ...byLambda(lambda),
      },
    };
  },
};

/** Nothing is fitted: all is remembered. */
function remembered({ rows, quality, costUsd }: Training): Tensors {
  return { rows: tensorOf(rows), quality: tensorOfColumns(quality), costUsd: tensorOfColumns(costUsd) };
}

/** A model without an outcome among the neighbours has its mean over the whole training. Neighbours of similarity below 0 weigh nothing. */
async function byNeighbours(fitted: Tensors, { rows }: Asked, k: number, weighted: boolean, { products }: Pick<FitTools, "products">): Promise<Estimates> {
  const found = await nearestRows(rows, rowsOf(fitted, "rows", rows.width), k, products);
  const expected = (columns: readonly Float64Array[]) =>
    columns.map((column) => {
      const whole = knownMean(column);
      const values = new Float64Array(rows.count);
      for (let i = 0; i < rows.count; i++) {
        let [sum, weight] = [0, 0];
        for (let j = i * found.k; j < (i + 1) * found.k; j++) {
          const value = column[found.at[j] as number] as number;
          const own = weighted ? Math.max(0, found.similarity[j] as number) : 1;
          if (Number.isNaN(value)) continue;
          sum += own * value;
          weight += own;
        }
        values[i] = weight > 0 ? sum / weight : whole;
      }
      return values;
    });
  return { quality: expected(columnsOf(fitted, "quality")), costUsd: expected(columnsOf(fitted, "costUsd")) };
}
