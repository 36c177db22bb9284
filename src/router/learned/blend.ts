import { putBetweenEnds } from "../../stats/between-ends.ts";

/** What one component says of a model and a prompt, and how much it counts. */
export interface Part {
  readonly weight: number;
  of(model: number, prompt: number): number;
}

/** What the cost of a model adds to its score, at most `weight` of it. */
interface CostBonus {
  /** [model] NaN of those that are to have no score. */
  readonly known: Float64Array;
  /** [model] NaN where it is not known: then nothing is added. */
  readonly costs: Float64Array;
  readonly weight: number;
}

/**
 * [model][prompt] scores in [0,1]: the weighted mean of the parts, each put between the lowest (0) and highest (1) of the models, times
 * 1 + (1 - cost) · weight, over the most that this can be. Models that are alike in a part have a half of it; where no part counts, all
 * score alike before the bonus.
 */
export function blended(parts: readonly Part[], { known, costs, weight }: CostBonus, prompts: number): Float64Array[] {
  const models = [...known.keys()].filter((m) => !Number.isNaN(known[m]));
  const counting = parts.filter((part) => part.weight > 0);
  const total = counting.reduce((sum, part) => sum + part.weight, 0);
  const price = Float64Array.from(models, (m) => costs[m] as number);
  putBetweenEnds(price, NaN);
  const bonus = price.map((cost) => (Number.isNaN(cost) ? 1 : 1 + (1 - cost) * weight));
  const scores = Array.from(known, () => new Float64Array(prompts).fill(NaN));
  for (let i = 0; i < prompts; i++) {
    const each = counting.map((part) => {
      const own = Float64Array.from(models, (m) => part.of(m, i));
      putBetweenEnds(own, 0.5);
      return own;
    });
    for (const [k, m] of models.entries()) {
      const mean = total === 0 ? 1 : each.reduce((sum, own, p) => sum + ((counting[p] as Part).weight * (own[k] as number)) / total, 0);
      (scores[m] as Float64Array)[i] = (mean * (bonus[k] as number)) / (1 + weight);
    }
  }
  return scores;
}
