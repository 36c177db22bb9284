import { betaDraw, normalDraw } from "../../stats/draws.ts";
import type { Kind } from "../kind.ts";
import { ArmMeans } from "../online/arm-means.ts";
import { bestArm } from "../online/best-arm.ts";
import { LinearArms } from "../online/linear-arms.ts";
import type { Contexts, Learner, OnlineWorld } from "../online/online.ts";
import { onlinePolicy, weighed } from "../online/policy.ts";

/**
 * The model whose reward, drawn from what is believed of it, is the highest. `beta`: a model's quality is Beta(1 + successes, 1 + failures), a
 * grade between 0 and 1 counting as a success with that probability (Agrawal & Goyal 2012, algorithm 2); its cost is its mean so far, 0 before
 * one is known. `linear`: the reward is normal about a ridge regression on the prompt's vector (Agrawal & Goyal 2013, algorithm 1, with a
 * θ for each model, of which only xᵀθ is drawn: that decides).
 */
export const thompson: Kind<"thompson"> = {
  build({ model, scale, dimensions, lambda, ...feedback }, context, base) {
    const linear = model === "linear";
    return onlinePolicy(base, context, feedback, {
      doing: linear
        ? `the model whose reward is drawn highest from a normal belief about a ridge regression on the prompt's vector projected to ${dimensions} numbers, noise ${scale}`
        : "the model whose reward is drawn highest from a Beta belief about its quality",
      content: linear ? { model, scale } : { model },
      costs: weighed(lambda),
      lambda,
      dimensions: linear ? dimensions : null,
      start: (world) => (linear ? linearLearner(world, scale, lambda) : betaLearner(world, lambda)),
    });
  },
};

function betaLearner({ arms, asked, random }: OnlineWorld, lambda: number): Learner {
  const means = new ArmMeans(arms);
  const [won, lost, scores] = [new Float64Array(arms), new Float64Array(arms), new Float64Array(arms)];
  return {
    choose() {
      for (let arm = 0; arm < arms; arm++) {
        scores[arm] = betaDraw(1 + (won[arm] as number), 1 + (lost[arm] as number), random) - lambda * means.costUsd(arm);
      }
      return bestArm(scores, asked);
    },
    learn(arm, _prompt, quality, costUsd) {
      means.learn(arm, quality, costUsd);
      if (Number.isNaN(quality)) return;
      const success = quality >= 1 || (quality > 0 && random.next() < quality);
      ((success ? won : lost)[arm] as number) += 1;
    },
  };
}

function linearLearner({ arms, asked, contexts, random }: OnlineWorld, scale: number, lambda: number): Learner {
  const linear = new LinearArms(arms, contexts as Contexts, { ridge: 1, lambda });
  const scores = new Float64Array(arms);
  return {
    choose(prompt) {
      if (!linear.knows(prompt)) return -1;
      for (let arm = 0; arm < arms; arm++) scores[arm] = linear.expected(arm, prompt) + scale * linear.spread(arm, prompt) * normalDraw(random);
      return bestArm(scores, asked);
    },
    learn: (arm, prompt, quality, costUsd) => linear.learn(arm, prompt, quality, costUsd),
  };
}
