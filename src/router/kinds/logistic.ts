import type { Tensors } from "../../model/tensor.ts";
import { fitHeads, headScores, logisticLoss, sigmoid } from "../../stats/linear-heads.ts";
import type { RowProducts, Rows } from "../../stats/rows.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import { headsOf, tensorsOfHeads } from "../learned/heads.ts";
import type { FitTools, Training } from "../learned/learned.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { bestCandidate, settingIn, tensorOfSetting } from "../learned/search.ts";

/** What decay=auto chooses from. */
const DECAYS = [1e-5, 1e-4, 1e-3, 1e-2];

/**
 * A logistic regression a model on the vectors of prompts' texts: its expected grade is sigmoid(weights · vector + bias), by cross-entropy
 * with the grade as a soft target.
 */
export const logistic: Kind<"logistic"> = {
  tunables: lambdaTunable,
  build({ decay, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by a logistic regression a model (decay ${decay === "auto" ? "chosen in a nested fold" : decay}), cost by a log-linear one`,
      content: { decay, lambda },
      learned: {
        estimator: { kind: "logistic", decay },
        fit: async (training, tools) => fitGrades(training, decay === "auto" ? await bestDecay(training, tools) : decay, tools),
        async estimate(fitted, { rows }, { products }) {
          return { quality: await grades(fitted, rows, products), costUsd: await expectedCosts(fitted, rows, products) };
        },
        searched: (fitted) => (decay === "auto" ? { setting: "decay", value: settingIn(fitted, "logistic.decay") } : null),
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};

async function fitGrades(training: Training, decay: number, { products }: FitTools): Promise<Tensors> {
  return { ...(await headsOfGrades(training, decay, products)), ...(await fitCosts(training, products)), "logistic.decay": tensorOfSetting(decay) };
}

async function headsOfGrades({ rows, quality }: Training, decay: number, products: RowProducts): Promise<Tensors> {
  return tensorsOfHeads("logistic", await fitHeads(rows, quality, logisticLoss, { decay, products }));
}

function bestDecay(training: Training, { products, random }: FitTools): Promise<number> {
  return bestCandidate(training, DECAYS, random, async (inner, { rows }) => {
    const found: Float64Array[][] = [];
    for (const decay of DECAYS) found.push(await grades(await headsOfGrades(inner, decay, products), rows, products));
    return found;
  });
}

async function grades(fitted: Tensors, rows: Rows, products: RowProducts): Promise<Float64Array[]> {
  return (await headScores(rows, headsOf(fitted, "logistic", rows.width), products)).map((column) => column.map(sigmoid));
}
