import type { Kind } from "../kind.ts";
import { ArmMeans } from "../online/arm-means.ts";
import { bestArm } from "../online/best-arm.ts";
import { confidence } from "../online/confidence.ts";
import { onlinePolicy } from "../online/policy.ts";

/**
 * A bandit with a budget (bandits with knapsacks, Badanidiyuru, Kleinberg & Slivkins 2013), by primal and dual (Agrawal & Devanur 2014): the
 * model of highest q⁺ - θ · c⁻ / b, where q⁺ and c⁻ are an upper bound of its mean quality and a lower one of its mean cost, and b is the budget
 * of a prompt. The price θ in [0,1] of the budget starts at 0 and is learned by online gradient descent (Zinkevich 2003): a bill c adds
 * (c / b - 1) / (G √T) to it, T the number of prompts, G the largest |c / b - 1| so far, at least 1. Once the bills that came have used up the
 * budget of all prompts, the model of lowest mean cost is called, of those that have one.
 */
export const budgeted: Kind<"budgeted"> = {
  build({ budgetUsdPer1k, exploration, ...feedback }, context, base) {
    const budgetUsd = budgetUsdPer1k / 1000;
    return onlinePolicy(base, context, feedback, {
      doing: `the model of highest quality less the learned price of its cost, within ${budgetUsdPer1k} USD per 1,000 prompts on average; the cheapest once that is spent`,
      content: { budgetUsdPer1k, exploration },
      costs: `budgetUsdPer1k=${budgetUsdPer1k}`,
      lambda: 0,
      dimensions: null,
      start({ arms, asked, prompts }) {
        const means = new ArmMeans(arms);
        const scores = new Float64Array(arms);
        let [spentUsd, dearestUsd, steepest, price] = [0, 0, 1, 0];
        return {
          choose() {
            const exhausted = spentUsd >= budgetUsd * prompts;
            const all = means.allGrades();
            for (let arm = 0; arm < arms; arm++) {
              const width = exploration * confidence(all, means.grades(arm));
              const least = Math.max(0, means.costUsd(arm) - width * dearestUsd);
              scores[arm] = exhausted ? -(means.bills(arm) === 0 ? Infinity : means.costUsd(arm)) : Math.min(1, means.quality(arm) + width) - (price * least) / budgetUsd;
            }
            return bestArm(scores, asked);
          },
          learn(arm, _prompt, quality, costUsd) {
            means.learn(arm, quality, costUsd);
            if (Number.isNaN(costUsd)) return;
            spentUsd += costUsd;
            dearestUsd = Math.max(dearestUsd, costUsd);
            const slope = costUsd / budgetUsd - 1;
            steepest = Math.max(steepest, Math.abs(slope));
            price = Math.min(1, Math.max(0, price + slope / (steepest * Math.sqrt(prompts))));
          },
        };
      },
    });
  },
};
