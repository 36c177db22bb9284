import type { Tensors } from "../../model/tensor.ts";
import { nearestRows, type NearestRows } from "../../stats/nearest-rows.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import type { FitTools, Training } from "../learned/learned.ts";
import { knownMean } from "../../stats/known-mean.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { bestCandidate, settingIn, tensorOfSetting } from "../learned/search.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns } from "../learned/tensors.ts";

/** What k=auto chooses from. */
const KS = [3, 7, 15, 31, 63, 127];

/**
 * What a model is worth on a prompt is the mean of its outcomes on the k training prompts nearest by the cosine of their texts' vectors (as
 * RouterBench's kNN router, Hu et al. 2024, arXiv:2403.12031); the model of highest quality - lambda · cost is called.
 */
export const knn: Kind<"knn"> = {
  tunables: lambdaTunable,
  build({ k, lambda, weights }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, each expected as its ${weights === "similarity" ? "mean weighted by similarity" : "mean"} over the ${k === "auto" ? "k" : k} nearest training prompts (cosine)${k === "auto" ? ", k chosen in a nested fold" : ""}`,
      content: { k, lambda, weights },
      learned: {
        estimator: { kind: "knn", k, weights },
        fit: async (training, tools) => remembered(training, k === "auto" ? await bestK(training, weights === "similarity", tools) : k),
        async estimate(fitted, { rows }, { products }) {
          const own = settingIn(fitted, "k");
          const found = await nearestRows(rows, rowsOf(fitted, "rows", rows.width), own, products);
          const expected = (name: string) => meansOf(found, own, columnsOf(fitted, name), weights === "similarity");
          return { quality: expected("quality"), costUsd: expected("costUsd") };
        },
        searched: (fitted) => (k === "auto" ? { setting: "k", value: settingIn(fitted, "k") } : null),
        remarks: (prompts) => (k !== "auto" && prompts < k ? [`k is ${k}, more than the ${prompts} prompts that it was fitted on: all of them are neighbours`] : []),
        ...byLambda(lambda),
      },
    };
  },
};

/** Nothing is fitted: all is remembered. */
function remembered({ rows, quality, costUsd }: Training, k: number): Tensors {
  return { rows: tensorOf(rows), quality: tensorOfColumns(quality), costUsd: tensorOfColumns(costUsd), k: tensorOfSetting(k) };
}

/** By one search for the most of them. */
function bestK(training: Training, weighted: boolean, { products, random }: FitTools): Promise<number> {
  return bestCandidate(training, KS, random, async (inner, { rows }) => {
    const found = await nearestRows(rows, inner.rows, KS.at(-1) as number, products);
    return KS.map((k) => meansOf(found, k, inner.quality, weighted));
  });
}

/**
 * [model][prompt] over the first `k` of those found. A model without an outcome among them has its mean over the whole training.
 * Neighbours of similarity below 0 weigh nothing where they are weighted.
 */
function meansOf(found: NearestRows, k: number, columns: readonly Float64Array[], weighted: boolean): Float64Array[] {
  const count = found.k === 0 ? 0 : found.at.length / found.k;
  return columns.map((column) => {
    const whole = knownMean(column);
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let [sum, weight] = [0, 0];
      for (let j = i * found.k; j < i * found.k + Math.min(k, found.k); j++) {
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
}
