import type { Kind } from "../kind.ts";
import { ArmMeans } from "../online/arm-means.ts";
import { bestArm } from "../online/best-arm.ts";
import { confidence } from "../online/confidence.ts";
import { onlinePolicy } from "../online/policy.ts";

/**
 * A bandit with a budget (bandits with knapsacks, Badanidiyuru, Kleinberg & Slivkins 2013), by primal and dual: the model of highest
 * q⁺ - θ · c⁻ / b, where q⁺ and c⁻ are an upper bound of its mean quality and a lower one of its mean cost, b the budget of a prompt, and the
 * price θ of the budget is learned by multiplicative weights on what was spent above b: θ = 1 / (1 + exp(-η Σ (c - b) / c_max)),
 * η = √(ln 2 / T) over T prompts (Agrawal & Devanur 2016, algorithm 1 with one resource, Z = 1 / b). Once the bills that came have used up
 * the budget of all prompts, the model of lowest mean cost is called.
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
        const rate = Math.sqrt(Math.LN2 / prompts);
        let [spentUsd, dearestUsd, overspent] = [0, budgetUsd, 0];
        return {
          choose() {
            const exhausted = spentUsd >= budgetUsd * prompts;
            const price = 1 / (1 + Math.exp(-rate * overspent));
            const all = means.allGrades();
            for (let arm = 0; arm < arms; arm++) {
              const width = exploration * confidence(all, means.grades(arm));
              const least = Math.max(0, means.costUsd(arm) - width * dearestUsd);
              scores[arm] = exhausted ? -known(means.costUsd(arm)) : Math.min(1, means.quality(arm) + width) - (price * least) / budgetUsd;
            }
            return bestArm(scores, asked);
          },
          learn(arm, _prompt, quality, costUsd) {
            means.learn(arm, quality, costUsd);
            if (Number.isNaN(costUsd)) return;
            spentUsd += costUsd;
            dearestUsd = Math.max(dearestUsd, costUsd);
            overspent += (costUsd - budgetUsd) / dearestUsd;
          },
        };
      },
    });
  },
};

/** A cost that nobody knows is no lowest one. */
function known(costUsd: number): number {
  return Number.isNaN(costUsd) ? Infinity : costUsd;
}
