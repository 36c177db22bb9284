import { logisticLoss, sigmoid } from "../../stats/linear-heads.ts";
import { trainTwoLayer } from "../../stats/train-two-layer.ts";
import { networkScores, type OutputLoss } from "../../stats/two-layer.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import type { FitTools, Training } from "../learned/learned.ts";
import { knownMean } from "../../stats/known-mean.ts";
import { networkIn, tensorsOfNetwork } from "../learned/network.ts";
import { checkLearnable } from "../learned/requirements.ts";
import type { Tensors } from "../../model/tensor.ts";

const RATE = 1e-3;

/**
 * A network of one hidden layer (rectified) whose outputs are the models' expected grades, all learned together: sigmoid of each, by
 * cross-entropy with the grade as a soft target; what is missing has no part in it.
 */
export const mlp: Kind<"mlp"> = {
  tunables: lambdaTunable,
  build({ units, decay, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by a network with a hidden layer of ${units} units (decay ${decay}), cost by a log-linear regression a model`,
      content: { units, decay, lambda },
      learned: {
        estimator: { kind: "mlp", units, decay },
        fit: (training, tools) => fitNetwork(training, units, decay, tools),
        async estimate(fitted, { rows }, { products }) {
          const scores = await networkScores(rows, networkIn(fitted, "mlp", rows.width), true, products);
          return { quality: scores.map((column) => column.map(sigmoid)), costUsd: await expectedCosts(fitted, rows, products) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};

async function fitNetwork({ rows, quality, costUsd }: Training, units: number, decay: number, { products, random }: FitTools): Promise<Tensors> {
  const means = Float64Array.from(quality, (column) => knownMean(column));
  const start = means.map((mean) => (Number.isNaN(mean) ? 0 : logisticLoss.start(mean)));
  const shape = { width: rows.width, units, outputs: quality.length, rectified: true };
  const network = await trainTwoLayer(rows, shape, gradeLoss(quality), { start, decay, rate: RATE, products, random });
  return { ...tensorsOfNetwork("mlp", { ...network, biases: network.biases.map((bias, m) => (Number.isNaN(means[m]) ? NaN : bias)) }), ...(await fitCosts({ rows, costUsd }, products)) };
}

/** The mean over all models, known or not, so that each grade counts the same. */
function gradeLoss(grades: readonly Float64Array[]): OutputLoss {
  return (prompt, scores, slopes) => {
    let loss = 0;
    for (const [m, column] of grades.entries()) {
      const grade = column[prompt] as number;
      if (Number.isNaN(grade)) continue;
      loss += logisticLoss.value(scores[m] as number, grade) / grades.length;
      slopes[m] = logisticLoss.slope(scores[m] as number, grade) / grades.length;
    }
    return loss;
  };
}
