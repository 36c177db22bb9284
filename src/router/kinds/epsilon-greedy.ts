import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";
import { ArmMeans } from "../online/arm-means.ts";
import { bestArm } from "../online/best-arm.ts";
import { onlinePolicy, weighed } from "../online/policy.ts";

const DEFAULT_EPSILON = 0.1;

/**
 * A share ε of prompts goes to a model drawn evenly, the rest to the one of highest mean reward so far; with `decay`, ε = min(1, decay · K / t)
 * over K models at prompt t (ε_n-greedy, Auer, Cesa-Bianchi & Fischer 2002, figure 3, decay in place of c / d²).
 */
export const epsilonGreedy: Kind<"epsilon-greedy"> = {
  build({ epsilon, decay, lambda, discount, ...feedback }, context, base) {
    if (epsilon !== undefined && decay !== undefined) throw new WrpError(`policy "${base.name}" has epsilon and decay: give one`);
    const constant = epsilon ?? DEFAULT_EPSILON;
    return onlinePolicy(base, context, feedback, {
      doing: `${decay === undefined ? `${constant} of prompts` : `min(1, ${decay} · models / t) of prompts`} to a model drawn evenly, the rest to the one of highest mean reward so far${discount === 1 ? "" : `, outcomes aging by ${discount} a prompt`}`,
      content: { epsilon: decay === undefined ? constant : null, decay: decay ?? null, discount },
      costs: weighed(lambda),
      lambda,
      dimensions: null,
      start({ arms, asked, random }) {
        const means = new ArmMeans(arms, discount);
        const scores = new Float64Array(arms);
        return {
          choose(_prompt, step) {
            means.age();
            const share = decay === undefined ? constant : Math.min(1, (decay * arms) / step);
            if (random.next() < share) return random.below(arms);
            for (let arm = 0; arm < arms; arm++) scores[arm] = means.reward(arm, lambda);
            return bestArm(scores, asked);
          },
          learn: (arm, _prompt, quality, costUsd) => means.learn(arm, quality, costUsd),
        };
      },
    });
  },
};
