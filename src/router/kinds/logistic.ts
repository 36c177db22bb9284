import { fitHeads, headScores, logisticLoss, sigmoid } from "../../stats/linear-heads.ts";
import type { Kind } from "../kind.ts";
import { byLambda } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import { headsOf, tensorsOfHeads } from "../learned/heads.ts";
import { checkLearnable } from "../learned/requirements.ts";

/**
 * A logistic regression a model on the vectors of prompts' texts: its expected grade is sigmoid(weights · vector + bias), by cross-entropy
 * with the grade as a soft target.
 */
export const logistic: Kind<"logistic"> = {
  build({ decay, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by a logistic regression a model (decay ${decay}), cost by a log-linear one`,
      content: { decay, lambda },
      learned: {
        estimator: { kind: "logistic", decay },
        fit: async (training, { products }) => ({ ...tensorsOfHeads("logistic", await fitHeads(training.rows, training.quality, logisticLoss, { decay, products })), ...(await fitCosts(training, products)) }),
        async estimate(fitted, { rows }, { products }) {
          const scores = await headScores(rows, headsOf(fitted, "logistic", rows.width), products);
          return { quality: scores.map((column) => column.map(sigmoid)), costUsd: await expectedCosts(fitted, rows, products) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};
