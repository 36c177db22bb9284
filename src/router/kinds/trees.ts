import { WrpError } from "../../model/errors.ts";
import type { Tensor, Tensors } from "../../model/tensor.ts";
import { fitTrees, binColumns, treeValues, type BoostedTrees, type TreeShape } from "../../stats/boosted-trees.ts";
import { alongAxes, principalAxes } from "../../stats/principal-axes.ts";
import type { Rows } from "../../stats/rows.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { checkFacts, factColumn } from "../learned/facts.ts";
import type { Asked, EstimateTools, FitTools, Learned, Training } from "../learned/learned.ts";
import { knownMean } from "../../stats/known-mean.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns, tensorOfWholes, wholesOf } from "../learned/tensors.ts";

type Settings = TreeShape & { readonly components: number };

/**
 * Gradient-boosted regression trees (Friedman 2001), one row of them for each model's quality and one for its cost, on numeric facts of the
 * prompt and on where its vector stands along the first principal axes of those that it was fitted on.
 */
export const trees: Kind<"trees"> = {
  facts: ({ facts }) => facts.map((fact, k) => ({ fact, path: ["facts", k] })),
  tunables: lambdaTunable,
  build({ facts, components, rounds, depth, rate, minLeaf, lambda }, context, base) {
    checkLearnable(base.name, context, lambda > 0 ? `lambda=${lambda}` : null);
    const names = checkFacts(base.name, facts, context);
    if (names.length + components === 0) throw new WrpError(`policy "${base.name}" has nothing to split by`, { hint: "facts: [prompt.lengthCodePoints], or components: 16" });
    const settings = { components, rounds, depth, rate, minLeaf };
    const by = [...names, ...(components > 0 ? [`${components} principal components of vectors`] : [])].join(", ");
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, each expected by ${rounds} boosted trees of depth ${depth} (rate ${rate}) on ${by}`,
      content: { facts: names, ...settings, lambda },
      learned: {
        estimator: { kind: "trees", facts: names, ...settings },
        fit: (training, tools) => grown(training, names, settings, tools),
        estimate: expected(names, settings),
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};

async function grown(training: Training, facts: readonly string[], { components, ...shape }: Settings, { products, random }: FitTools): Promise<Tensors> {
  const { rows } = training;
  const axes = await principalAxes(rows, components, random.fork("axes"), products);
  const binned = binColumns([...facts.map((name) => factColumn(training, name)), ...(await alongAxes(rows, axes, products))]);
  const interrupted = () => products(NOTHING, NOTHING);
  const table: Record<string, Tensor> = { "trees.mean": tensorOfColumns([axes.mean]), "trees.axes": tensorOf(axes.axes) };
  for (const [figure, targets] of [["quality", training.quality], ["cost", training.costUsd.map(relative)]] as const) {
    const each: BoostedTrees[] = [];
    for (const target of targets) {
      await interrupted();
      each.push(fitTrees(binned, target, shape));
    }
    table[`trees.${figure}.base`] = tensorOfColumns([each.map(({ base }) => base)]);
    table[`trees.${figure}.column`] = tensorOfWholes(each.map(({ column }) => column));
    table[`trees.${figure}.threshold`] = tensorOfColumns(each.map(({ threshold }) => threshold));
    table[`trees.${figure}.gapRight`] = tensorOfWholes(each.map(({ gapRight }) => gapRight));
    table[`trees.${figure}.leaf`] = tensorOfColumns(each.map(({ leaf }) => leaf));
  }
  return { ...table, "trees.cost.mean": tensorOfColumns([training.costUsd.map((column) => knownMean(column))]) };
}

const NOTHING: Rows = { count: 0, width: 1, data: new Float32Array(0) };

/** Costs in units of a model's mean, so that what counts as rounding is the same for all. */
function relative(costUsd: Float64Array): Float64Array {
  const mean = knownMean(costUsd) || 1;
  return costUsd.map((usd) => usd / mean);
}

function expected(facts: readonly string[], { depth, rounds }: Settings): Learned["estimate"] {
  return async (fitted: Tensors, asked: Asked, { products }: EstimateTools) => {
    const { rows } = asked;
    const axes = rowsOf(fitted, "trees.axes", rows.width);
    const [mean] = columnsOf(fitted, "trees.mean") as [Float64Array];
    const columns = [...facts.map((name) => factColumn(asked, name)), ...(await alongAxes(rows, { mean, axes }, products))];
    const values = (figure: string) => treesIn(fitted, figure, depth, rounds, columns.length).map((own) => treeValues(own, columns, rows.count));
    const [means] = columnsOf(fitted, "trees.cost.mean") as [Float64Array];
    return {
      quality: values("quality").map((column) => column.map((value) => Math.min(1, Math.max(0, value)))),
      costUsd: values("cost").map((column, m) => column.map((value) => Math.max(0, value) * (means[m] as number))),
    };
  };
}

/** Throws WrpError where they are of another shape, or ask columns that are not there. */
function treesIn(fitted: Tensors, figure: string, depth: number, rounds: number, columns: number): BoostedTrees[] {
  const [bases] = columnsOf(fitted, `trees.${figure}.base`) as [Float64Array];
  const [threshold, leaf] = [columnsOf(fitted, `trees.${figure}.threshold`), columnsOf(fitted, `trees.${figure}.leaf`)];
  const [column, gapRight] = [wholesOf(fitted, `trees.${figure}.column`), wholesOf(fitted, `trees.${figure}.gapRight`)];
  return Array.from(bases, (base, m) => {
    const own = { depth, base, column: column[m], threshold: threshold[m], gapRight: gapRight[m], leaf: leaf[m] };
    const nodes = rounds * (2 ** depth - 1);
    if ([own.column, own.threshold, own.gapRight].some((one) => one?.length !== nodes) || own.leaf?.length !== rounds * 2 ** depth || own.column?.some((c) => c >= columns)) throw new WrpError(`what was fitted does not fit together: trees of another shape in "trees.${figure}"`);
    return own as BoostedTrees;
  });
}
