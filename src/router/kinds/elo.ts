import type { Tensors } from "../../model/tensor.ts";
import { bradleyTerry } from "../../stats/bradley-terry.ts";
import { rowsBetween, type RowProducts, type Rows } from "../../stats/rows.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import type { Asked, Estimates, FitTools, Training } from "../learned/learned.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { gradesByWins, standingsIn, standingsOf, tensorsOfStandings, winShares } from "../learned/standings.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns } from "../learned/tensors.ts";

/** Prompts asked about at a time: each holds a weight for every training prompt. */
const ASKED = 256;

/**
 * RouteLLM's similarity-weighted ranking (Ong et al. 2024, arXiv:2406.18665): for each prompt, Bradley and Terry's scores of the
 * models over all training prompts, of which one counts 10^(similarity / highest similarity), similarities being cosines. Here every model
 * is its own tier, a grade is a share of a win as in mf, and costs are means of the same weights. Where no training prompt has a
 * similarity above 0, all count alike. A prompt takes training prompts · (width + models²) multiplications, and an exponential for each.
 */
export const elo: Kind<"elo"> = {
  tunables: lambdaTunable,
  build({ lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality by who wins against whom (Bradley and Terry), cost as a mean, both over all training prompts weighted by similarity`,
      content: { lambda },
      learned: {
        estimator: { kind: "elo" },
        fit: async (training) => remembered(training),
        estimate: (fitted, asked, { products }) => byRanking(fitted, asked, products),
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};

/** Nothing is fitted before it is asked: all is remembered. */
function remembered({ rows, quality, costUsd }: Training): Tensors {
  return { "elo.rows": tensorOf(rows), "elo.quality": tensorOfColumns(quality), "elo.costUsd": tensorOfColumns(costUsd), ...tensorsOfStandings("elo", standingsOf(quality)) };
}

async function byRanking(fitted: Tensors, { rows }: Asked, products: FitTools["products"]): Promise<Estimates> {
  const known = rowsOf(fitted, "elo.rows", rows.width);
  const [quality, costUsd] = [columnsOf(fitted, "elo.quality"), columnsOf(fitted, "elo.costUsd")];
  const models = quality.length;
  const summed = tableOf([...winShares(quality), ...costUsd.map((column) => (i: number) => column[i] || 0), ...costUsd.map((column) => (i: number) => Number(!Number.isNaN(column[i])))], known.count);
  const scores = quality.map(() => new Float64Array(rows.count));
  const costs = quality.map(() => new Float64Array(rows.count));
  for (let from = 0; from < rows.count; from += ASKED) {
    const block = rowsBetween(rows, from, Math.min(rows.count, from + ASKED));
    const sums = await products(await weightsOf(block, known, products), summed);
    for (let i = 0; i < block.count; i++) {
      const own = sums.subarray(i * summed.count, (i + 1) * summed.count);
      for (const [m, score] of bradleyTerry(Float64Array.from(own.subarray(0, models * models)), models).entries()) (scores[m] as Float64Array)[from + i] = score;
      const [paid, counted] = [own.subarray(models * models), own.subarray(models * (models + 1))];
      for (const [m, column] of costs.entries()) column[from + i] = (counted[m] as number) > 0 ? (paid[m] as number) / (counted[m] as number) : NaN;
    }
  }
  return { quality: gradesByWins(scores, standingsIn(fitted, "elo")), costUsd: costs };
}

/** Gaps are 0 in it. */
function tableOf(columns: readonly ((i: number) => number)[], length: number): Rows {
  const data = new Float32Array(columns.length * length);
  for (const [c, column] of columns.entries()) for (let i = 0; i < length; i++) data[c * length + i] = column(i);
  return { count: columns.length, width: length, data };
}

/** [asked] rows of a weight a training prompt. */
async function weightsOf(asked: Rows, known: Rows, products: RowProducts): Promise<Rows> {
  const weights = await products(asked, known);
  for (let i = 0; i < asked.count; i++) {
    const own = weights.subarray(i * known.count, (i + 1) * known.count);
    const most = own.reduce((a, b) => Math.max(a, b), 0);
    for (let j = 0; j < own.length; j++) own[j] = most > 0 ? 10 ** ((own[j] as number) / most) : 1;
  }
  return { count: asked.count, width: known.count, data: weights };
}
