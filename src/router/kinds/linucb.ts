import type { Kind } from "../kind.ts";
import { bestArm } from "../online/best-arm.ts";
import { LinearArms } from "../online/linear-arms.ts";
import type { Contexts } from "../online/online.ts";
import { onlinePolicy, weighed } from "../online/policy.ts";

/**
 * The model of highest expected reward + alpha standard deviations, by a ridge regression a model on the prompt's vector (LinUCB with disjoint
 * linear models: Li, Chu, Langford & Schapire 2010, algorithm 1). Vectors are projected at random to few numbers, and a constant is added.
 */
export const linucb: Kind<"linucb"> = {
  build({ alpha, ridge, dimensions, lambda, ...feedback }, context, base) {
    return onlinePolicy(base, context, feedback, {
      doing: `the model of highest expected reward + ${alpha} standard deviations, by ridge regression on the prompt's vector projected to ${dimensions} numbers`,
      content: { alpha, ridge },
      costs: weighed(lambda),
      lambda,
      dimensions,
      start({ arms, asked, contexts }) {
        const linear = new LinearArms(arms, contexts as Contexts, { ridge, lambda });
        const scores = new Float64Array(arms);
        return {
          choose(prompt) {
            if (!linear.knows(prompt)) return -1;
            for (let arm = 0; arm < arms; arm++) scores[arm] = linear.expected(arm, prompt) + (alpha === 0 ? 0 : alpha * linear.spread(arm, prompt));
            return bestArm(scores, asked);
          },
          learn: (arm, prompt, quality, costUsd) => linear.learn(arm, prompt, quality, costUsd),
        };
      },
    });
  },
};
