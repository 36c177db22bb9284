import { fitItemResponse } from "../../stats/item-response.ts";
import { sigmoid } from "../../stats/linear-heads.ts";
import { networkScores } from "../../stats/two-layer.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import { networkIn, tensorsOfNetwork } from "../learned/network.ts";
import { checkLearnable } from "../learned/requirements.ts";

/**
 * Item response theory, as IRT-Router's MIRT (Song et al. 2025, arXiv:2506.01048): a prompt asks for abilities (a) and is difficult (b), both
 * linear in its vector, a model has abilities (theta), and its expected grade is sigmoid(a · theta - b). There, abilities are read from
 * texts about the models; here, they are fitted.
 */
export const irt: Kind<"irt"> = {
  tunables: lambdaTunable,
  build({ dimensions, decay, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by ${dimensions} abilities of the model and what the prompt asks of them (decay ${decay}), cost by a log-linear regression a model`,
      content: { dimensions, decay, lambda },
      learned: {
        estimator: { kind: "irt", dimensions, decay },
        async fit({ rows, quality, costUsd }, { products, random }) {
          const network = await fitItemResponse(rows, quality, random, { dimensions, decay, products });
          return { ...tensorsOfNetwork("irt", network), ...(await fitCosts({ rows, costUsd }, products)) };
        },
        async estimate(fitted, { rows }, { products }) {
          const scores = await networkScores(rows, networkIn(fitted, "irt", rows.width), false, products);
          return { quality: scores.map((column) => column.map(sigmoid)), costUsd: await expectedCosts(fitted, rows, products) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};
