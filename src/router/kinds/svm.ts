import { fitHeads, headScores, insensitiveLoss } from "../../stats/linear-heads.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import { headsOf, tensorsOfHeads } from "../learned/heads.ts";
import { checkLearnable } from "../learned/requirements.ts";

/**
 * A linear support vector regression a model on the vectors of prompts' texts: what is lost is the square of what an expected grade is
 * further than epsilon from the real one (as scikit-learn's LinearSVR with that loss). Expected grades are put within [0,1].
 */
export const svm: Kind<"svm"> = {
  tunables: lambdaTunable,
  build({ decay, epsilon, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by a linear support vector regression a model (epsilon ${epsilon}, decay ${decay}), cost by a log-linear one`,
      content: { decay, epsilon, lambda },
      learned: {
        estimator: { kind: "svm", decay, epsilon },
        fit: async ({ rows, quality, costUsd }, { products }) => ({
          ...tensorsOfHeads("svm", await fitHeads(rows, quality, insensitiveLoss(epsilon), { decay, products })),
          ...(await fitCosts({ rows, costUsd }, products)),
        }),
        async estimate(fitted, { rows }, { products }) {
          const scores = await headScores(rows, headsOf(fitted, "svm", rows.width), products);
          return { quality: scores.map((column) => column.map((grade) => Math.min(1, Math.max(0, grade)))), costUsd: await expectedCosts(fitted, rows, products) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};
