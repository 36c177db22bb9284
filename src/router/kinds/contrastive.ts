import { WrpError } from "../../model/errors.ts";
import { spaceCosines } from "../../stats/contrastive.ts";
import { trainContrastive } from "../../stats/train-contrastive.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import { gradesByWins, standingsIn, standingsOf, tensorsOfStandings } from "../learned/standings.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { rowsOf, tensorOf } from "../learned/tensors.ts";

/**
 * RouterDC's dual contrastive learning (Chen et al. 2024, arXiv:2409.19886) on vectors that stay as they are: they are projected into a space
 * where models have places, and a prompt is to be nearer to models that were right than to those that were wrong, and to prompts of its
 * cluster than to others. Cosines over the temperature are scores that tell who wins: the loss makes sigmoid(score - score) of it.
 */
export const contrastive: Kind<"contrastive"> = {
  tunables: lambdaTunable,
  build({ dimensions, temperature, promptWeight, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by how near the prompt is to the model in ${dimensions} dimensions (temperature ${temperature}, prompts among themselves weigh ${promptWeight}), cost by a log-linear regression a model`,
      content: { dimensions, temperature, promptWeight, lambda },
      learned: {
        estimator: { kind: "contrastive", dimensions, temperature, promptWeight },
        async fit({ rows, quality, costUsd }, { products, random }) {
          const { projection, models } = await trainContrastive(rows, quality, { dimensions, temperature, rowWeight: promptWeight, products, random });
          return { "contrastive.projection": tensorOf(projection), "contrastive.models": tensorOf(models), ...tensorsOfStandings("contrastive", standingsOf(quality)), ...(await fitCosts({ rows, costUsd }, products)) };
        },
        async estimate(fitted, { rows }, { products }) {
          const projection = rowsOf(fitted, "contrastive.projection", rows.width);
          const models = rowsOf(fitted, "contrastive.models");
          if (models.width !== projection.count) throw new WrpError("what was fitted does not fit together: models and projection are of other dimensions");
          const cosines = await spaceCosines(rows, { projection, models }, products);
          return { quality: gradesByWins(cosines.map((column) => column.map((cosine) => cosine / temperature)), standingsIn(fitted, "contrastive")), costUsd: await expectedCosts(fitted, rows, products) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};
