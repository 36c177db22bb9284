import { fitHeads, headScores, poissonLoss } from "../../stats/linear-heads.ts";
import type { RowProducts, Rows } from "../../stats/rows.ts";
import { headsOf, tensorsOfHeads } from "./heads.ts";
import type { Training } from "./learned.ts";
import { knownMean } from "../../stats/known-mean.ts";
import type { Tensors } from "../../model/tensor.ts";
import { columnsOf, tensorOfColumns } from "./tensors.ts";

/** Of the squared weights, against the mean loss of costs in units of a model's mean. */
const DECAY = 1e-3;

/**
 * Costs that are log-linear in the vector, one head a model, by Poisson pseudo-likelihood: costs are heavy-tailed and may be 0, and this
 * estimates their mean itself, so that over the training the expected costs sum up to the real ones (those of a regression of log cost
 * would not).
 */
export async function fitCosts({ rows, costUsd }: Pick<Training, "rows" | "costUsd">, products: RowProducts): Promise<Tensors> {
  const means = costUsd.map((column) => knownMean(column));
  const relative = costUsd.map((column, m) => column.map((usd) => usd / (means[m] || 1)));
  return { ...tensorsOfHeads("cost", await fitHeads(rows, relative, poissonLoss, { decay: DECAY, products })), "cost.means": tensorOfColumns([means]) };
}

/** [model][prompt] USD of a call; NaN of a model whose cost was not known. */
export async function expectedCosts(fitted: Tensors, rows: Rows, products: RowProducts): Promise<Float64Array[]> {
  const [means] = columnsOf(fitted, "cost.means") as [Float64Array];
  const scores = await headScores(rows, headsOf(fitted, "cost", rows.width), products);
  return scores.map((column, m) => column.map((score) => Math.exp(score) * (means[m] as number)));
}
