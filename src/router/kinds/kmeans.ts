import { kMeans, nearestCentre } from "../../stats/k-means.ts";
import type { Tensors } from "../../model/tensor.ts";
import type { Kind } from "../kind.ts";
import { alphaTunable, byAlpha } from "../learned/by-alpha.ts";
import type { Asked, Estimates, FitTools, Training } from "../learned/learned.ts";
import { knownMean } from "../../stats/known-mean.ts";
import { checkLearnable } from "../learned/requirements.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns } from "../learned/tensors.ts";

/**
 * Training prompts in clusters by k-means over their texts' vectors; in each, a model scores alpha · quality + (1 - alpha) · (1 - cost), its
 * means there put between the lowest (0) and highest (1) of the models, and a prompt goes to the best model of the nearest cluster. As
 * Avengers-Pro (Zhang et al. 2025, arXiv:2508.12631), which adds up the scores of several near clusters.
 */
export const kmeans: Kind<"kmeans"> = {
  tunables: alphaTunable,
  build({ clusters, alpha }, context, base) {
    checkLearnable(base.name, context, alpha < 1 ? `alpha=${alpha}` : null);
    return {
      ...base,
      description: `the model of highest ${alpha} · quality + ${round(1 - alpha)} · (1 - cost), both normalised over the models, in the nearest of ${clusters} clusters of training prompts`,
      content: { clusters, alpha },
      learned: {
        estimator: { kind: "kmeans", clusters },
        fit: (training, tools) => fitClusters(training, clusters, tools),
        estimate: byCluster,
        remarks: (prompts) => (prompts < clusters ? [`${clusters} clusters are more than the ${prompts} prompts that it was fitted on: each has its own`] : []),
        ...byAlpha(alpha),
      },
    };
  },
};

/** A model without an outcome in a cluster has its mean over the whole training there. */
async function fitClusters({ rows, quality, costUsd }: Training, clusters: number, { products, random }: FitTools): Promise<Tensors> {
  const { centres, cluster } = await kMeans(rows, clusters, random, products);
  const members = Array.from({ length: centres.count }, (): number[] => []);
  for (const [i, c] of cluster.entries()) members[c]?.push(i);
  const inEach = (columns: readonly Float64Array[]) =>
    columns.map((column) => {
      const whole = knownMean(column);
      return members.map((at) => {
        const mean = knownMean(column, at);
        return Number.isNaN(mean) ? whole : mean;
      });
    });
  return { centres: tensorOf(centres), quality: tensorOfColumns(inEach(quality)), costUsd: tensorOfColumns(inEach(costUsd)) };
}

async function byCluster(fitted: Tensors, { rows }: Asked, { products }: Pick<FitTools, "products">): Promise<Estimates> {
  const nearest = await nearestCentre(rows, rowsOf(fitted, "centres", rows.width), products);
  const expected = (means: readonly Float64Array[]) => means.map((own) => Float64Array.from(nearest, (c) => own[c] as number));
  return { quality: expected(columnsOf(fitted, "quality")), costUsd: expected(columnsOf(fitted, "costUsd")) };
}

function round(share: number): number {
  return Number(share.toFixed(12));
}
