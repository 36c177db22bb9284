import { preferenceLoss } from "../../stats/preferences.ts";
import { trainTwoLayer } from "../../stats/train-two-layer.ts";
import { networkScores } from "../../stats/two-layer.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import type { FitTools, Training } from "../learned/learned.ts";
import { networkIn, tensorsOfNetwork } from "../learned/network.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { gradesByWins, standingsIn, standingsOf, tensorsOfStandings } from "../learned/standings.ts";
import type { Tensors } from "../../model/tensor.ts";

const RATE = 1e-3;

/**
 * RouteLLM's matrix factorisation (Ong et al. 2024, arXiv:2406.18665): model M scores w2 · (v_M * (W1 q + b)) on the vector q of a prompt,
 * and wins against another with the probability sigmoid(score - score). Here w2 is part of v, every model has a bias besides, and a tie is
 * half a win of each (there, ties are left out), so that who wins tells an expected difference of grades, which lambda can weigh.
 */
export const mf: Kind<"mf"> = {
  tunables: lambdaTunable,
  build({ rank, decay, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by who wins against whom, factorised in ${rank} dimensions (decay ${decay}), cost by a log-linear regression a model`,
      content: { rank, decay, lambda },
      learned: {
        estimator: { kind: "mf", rank, decay },
        fit: (training, tools) => factorise(training, rank, decay, tools),
        async estimate(fitted, { rows }, { products }) {
          const scores = await networkScores(rows, networkIn(fitted, "mf", rows.width), false, products);
          return { quality: gradesByWins(scores, standingsIn(fitted, "mf")), costUsd: await expectedCosts(fitted, rows, products) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};

async function factorise({ rows, quality, costUsd }: Training, rank: number, decay: number, { products, random }: FitTools): Promise<Tensors> {
  const standings = standingsOf(quality);
  const start = standings.means.map((mean) => (Number.isNaN(mean) ? 0 : 2 * mean)); // sigmoid(2 x) is about (1 + x) / 2
  const shape = { width: rows.width, units: rank, outputs: quality.length, rectified: false };
  const network = await trainTwoLayer(rows, shape, preferenceLoss(quality), { start, decay, rate: RATE, products, random });
  return { ...tensorsOfNetwork("mf", network), ...tensorsOfStandings("mf", standings), ...(await fitCosts({ rows, costUsd }, products)) };
}
