/** Outcomes of prompts of which all is known. */
export interface FrugalTable {
  readonly prompts: number;
  /** [model][prompt] in [0,1] */
  readonly quality: readonly Float64Array[];
  /** [model][prompt] USD of a call. */
  readonly costUsd: readonly Float64Array[];
  /** [model] at which thresholds its answers may be kept, each with [prompt] the probability that one is; none of a model whose answers nothing tells of. */
  readonly keeps: readonly (readonly { readonly threshold: number; readonly kept: Float64Array }[])[];
  /** USD of a look at an answer. */
  readonly lookUsd: number;
}

/** A cascade, with what it comes to on the table. */
export interface FrugalChoice {
  readonly models: readonly number[];
  /** Of all models but the last. */
  readonly thresholds: readonly number[];
  readonly quality: number;
  /** Mean, USD per prompt. */
  readonly costUsd: number;
}

/** Qualities that differ by less are equal: then the cheaper is chosen. */
const EQUAL = 1e-12;

/** A cost is within the budget if it is above it by no more than this part: the rounding of sums. */
const EQUAL_COST = 1e-9;

/**
 * The ordered list of at most `length` models, with thresholds, of the highest mean quality at a mean cost of at most `budgetUsd`: FrugalGPT's
 * problem of the cascade (Chen et al. 2023, arXiv 2305.05176, section 3, "LLM cascade"), solved whole over the thresholds that are given.
 * A list is not followed any further where it already costs too much, or where it could not do better than the best one so far if each
 * prompt that it still has were answered by whoever is best at it; neither leaves out a better one. Null where even one model costs too much.
 */
export function frugalSearch(table: FrugalTable, length: number, budgetUsd: number): FrugalChoice | null {
  const { prompts, quality, costUsd, keeps, lookUsd } = table;
  const highest = Float64Array.from({ length: prompts }, (_, i) => Math.max(...quality.map((column) => column[i] as number)));
  const cheapestFirst = [...costUsd.keys()].sort((a, b) => sum(costUsd[a] as Float64Array) - sum(costUsd[b] as Float64Array) || a - b);
  let best: FrugalChoice | null = null;
  follow([], [], new Float64Array(prompts).fill(1), 0, 0);
  return best;

  /** @param open [prompt] the probability that no answer was kept so far @param earned mean quality of answers that were @param paid mean cost of all calls and looks so far */
  function follow(models: readonly number[], thresholds: readonly number[], open: Float64Array, earned: number, paid: number): void {
    for (const m of cheapestFirst) {
      if (models.includes(m)) continue;
      const called = paid + dot(open, costUsd[m] as Float64Array) / prompts;
      if (called > budgetUsd * (1 + EQUAL_COST)) continue;
      offer({ models: [...models, m], thresholds, quality: earned + dot(open, quality[m] as Float64Array) / prompts, costUsd: called });
      if (models.length + 1 === length) continue;
      const looked = called + (lookUsd * sum(open)) / prompts;
      for (const { threshold, kept } of keeps[m] ?? []) {
        const here = open.map((p, i) => p * (kept[i] as number));
        const then = earned + dot(here, quality[m] as Float64Array) / prompts;
        const on = open.map((p, i) => p - (here[i] as number));
        if (best && then + dot(on, highest) / prompts < best.quality - EQUAL) continue;
        follow([...models, m], [...thresholds, threshold], on, then, looked);
      }
    }
  }

  function offer(one: FrugalChoice): void {
    if (!best || one.quality > best.quality + EQUAL || (one.quality > best.quality - EQUAL && one.costUsd < best.costUsd)) best = one;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
