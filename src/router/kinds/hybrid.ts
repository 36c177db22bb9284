import { bradleyTerry } from "../../stats/bradley-terry.ts";
import { spaceCosines } from "../../stats/contrastive.ts";
import { trainContrastive } from "../../stats/train-contrastive.ts";
import type { Kind } from "../kind.ts";
import { blended, type Part } from "../learned/blend.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { expectedCosts, fitCosts } from "../learned/costs.ts";
import { knownMean } from "../../stats/known-mean.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { winShares } from "../learned/standings.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns } from "../learned/tensors.ts";

/** Of the space that contrastive's defaults make. */
const SPACE = { dimensions: 64, temperature: 0.2, rowWeight: 1 } as const;
/** How much of its quality automix takes off the dearest model: upstream's cost_quality_tradeoff. */
const TRADEOFF = 0.3;

/**
 * vLLM Semantic Router's hybrid (upstream pkg/selection/hybrid.go, after arXiv:2404.14618), its parts learned from the training in place of
 * its live feedback: experience is Bradley and Terry's score of a model over all training prompts, router_dc the cosine of the prompt and the
 * model in RouterDC's space, automix a model's mean grade less `TRADEOFF` times its mean cost over that of the dearest (upstream: over USD 10
 * per million tokens). Each is put between its lowest (0) and highest (1) of the models, and their weighted mean times
 * 1 + (1 - cost) · costWeight² is the score, the cost put between those of the models too. It is a score, not an expected grade.
 */
export const hybrid: Kind<"hybrid"> = {
  tunables: lambdaTunable,
  build({ experienceWeight, routerDcWeight, automixWeight, costWeight, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    const weights = [experienceWeight, routerDcWeight, automixWeight];
    return {
      ...base,
      description: `the model of highest score - ${lambda} · cost in USD, the score as vLLM Semantic Router's hybrid has it: experience ${experienceWeight}, router_dc ${routerDcWeight}, automix ${automixWeight}, cost ${costWeight}`,
      content: { weights, costWeight, lambda },
      learned: {
        estimator: { kind: "hybrid", weights, costWeight },
        scores: true,
        async fit(training, { products, random }) {
          const { rows, quality, costUsd } = training;
          const { projection, models } = await trainContrastive(rows, quality, { ...SPACE, products, random });
          const [grades, costs] = [quality, costUsd].map((table) => table.map((column) => knownMean(column))) as [number[], number[]];
          return {
            "hybrid.projection": tensorOf(projection),
            "hybrid.models": tensorOf(models),
            "hybrid.figures": tensorOfColumns([bradleyTerry(winsIn(quality), quality.length), grades, costs]),
            ...(await fitCosts({ rows, costUsd }, products)),
          };
        },
        async estimate(fitted, { rows }, { products }) {
          const projection = rowsOf(fitted, "hybrid.projection", rows.width);
          const [experience, grades, costs] = columnsOf(fitted, "hybrid.figures") as [Float64Array, Float64Array, Float64Array];
          const cosines = await spaceCosines(rows, { projection, models: rowsOf(fitted, "hybrid.models") }, products);
          const most = Math.max(0, ...costs.filter((cost) => !Number.isNaN(cost)));
          const automix = grades.map((grade, m) => grade - (most > 0 ? TRADEOFF * ((costs[m] || 0) / most) : 0));
          const parts: Part[] = [
            { weight: experienceWeight, of: (m) => experience[m] as number },
            { weight: routerDcWeight, of: (m, i) => cosines[m]?.[i] as number },
            { weight: automixWeight, of: (m) => automix[m] as number },
          ];
          return { quality: blended(parts, { known: grades, costs, weight: costWeight ** 2 }, rows.count), costUsd: await expectedCosts(fitted, rows, products) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};

/** [a · models + b] how often a won against b over the prompts on which both were graded. */
function winsIn(quality: readonly Float64Array[]): Float64Array {
  const prompts = quality[0]?.length ?? 0;
  return Float64Array.from(winShares(quality), (share) => {
    let wins = 0;
    for (let i = 0; i < prompts; i++) wins += share(i);
    return wins;
  });
}
