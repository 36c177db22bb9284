import type { Kind } from "../kind.ts";
import { ArmMeans } from "../online/arm-means.ts";
import { bestArm } from "../online/best-arm.ts";
import { onlinePolicy, weighed } from "../online/policy.ts";
import { confidence } from "../online/confidence.ts";

/**
 * The model of highest mean reward + c · √(ln t / n), n its grades among all t so far, each model once first: UCB1 (Auer, Cesa-Bianchi & Fischer
 * 2002, figure 1) where c is √2 and rewards lie in [0,1]; with a discount, D-UCB (Garivier & Moulines 2011, section 2; B = 1, ξ = c² / 4).
 */
export const ucb: Kind<"ucb"> = {
  build({ exploration, lambda, discount, ...feedback }, context, base) {
    return onlinePolicy(base, context, feedback, {
      doing: `the model of highest mean reward so far + ${Number(exploration.toFixed(4))} · √(ln t / n)${discount === 1 ? "" : `, outcomes aging by ${discount} a prompt`}`,
      content: { exploration, discount },
      costs: weighed(lambda),
      lambda,
      dimensions: null,
      start({ arms, asked }) {
        const means = new ArmMeans(arms, discount);
        const scores = new Float64Array(arms);
        return {
          choose() {
            means.age();
            const all = means.allGrades();
            for (let arm = 0; arm < arms; arm++) scores[arm] = means.reward(arm, lambda) + exploration * confidence(all, means.grades(arm));
            return bestArm(scores, asked);
          },
          learn: (arm, _prompt, quality, costUsd) => means.learn(arm, quality, costUsd),
        };
      },
    });
  },
};
