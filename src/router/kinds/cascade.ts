import { counted } from "../../lib/counted.ts";
import type { OutcomeColumns } from "../../model/columns.ts";
import { WrpError } from "../../model/errors.ts";
import type { Path } from "../../model/path.ts";
import { random } from "../../stats/random.ts";
import type { Kind } from "../kind.ts";
import type { Played } from "../loops/played.ts";
import { stopRuleOf, type CascadeSpec, type StopRule } from "../loops/stop-rules.ts";
import type { RouterContext } from "../policy.ts";

/**
 * Asks one model after the other until an answer is kept; the last one's always is. A failed call is no answer: the next model is asked.
 * Every call is paid and waited for, and every model that was asked has seen the prompt.
 */
export const cascade: Kind<"cascade"> = {
  models: (spec) => (spec.models ?? []).map((model, k) => ({ model, path: ["models", k] })),
  build(spec, context, base) {
    const models = spec.models ?? cheapestFirst(context, base.name);
    const twice = models.find((model, k) => models.indexOf(model) !== k);
    if (twice !== undefined) throw new WrpError(`policy "${base.name}" names ${twice} twice: its recorded answer would be the same`);
    const rule = stopRuleOf(spec, base.name);
    const thresholds = thresholdsOf(spec, rule, models.length, base.name);
    const hindsight = spec.stop === "grader" || (spec.stop === "judge" && spec.errorRate === 0);
    const words = inWords(models, rule, thresholds);
    return {
      ...base,
      hindsight,
      description: `cascade: ${words}${hindsight ? " (hindsight: a perfect judge)" : spec.stop === "judge" ? " (the judge is played by the recorded grades)" : ""}`,
      content: { models, stop: spec.stop, thresholds },
      decide: () => ({ alternatives: [{ steps: models.map((model) => ({ do: "call", model })), probability: 1 }], rule: words, facts: [] }),
      plays: (columns, seed) => {
        const places = models.map((model) => columns.models.indexOf(model));
        const taken = walked(columns, places, places.slice(0, -1).map((m, stage) => keptAt(columns, rule, m, thresholds[stage] as number)), seed);
        return {
          paths: places.map((_, last): Path => ({ rounds: places.slice(0, last + 1).map((m) => [m]), gives: places[last] as number, checked: rule.looks ? places.slice(0, Math.min(last + 1, places.length - 1)) : [] })),
          rules: models.map((_, last) => `asked ${models.slice(0, last + 1).join(", then ")}`),
          taken,
          check: { costUsd: spec.judgeCostUsd ?? 0, latencyMs: spec.judgeLatencyMs ?? 0 },
          notes: notes(taken, rule),
        } satisfies Played;
      },
    };
  },
};

/** All models in the order of their mean cost. */
function cheapestFirst({ models }: RouterContext, policy: string): string[] {
  if (models.length < 2) throw new WrpError(`policy "${policy}": a cascade needs two models or more`);
  const unpriced = models.find(({ costUsdPer1k }) => Number.isNaN(costUsdPer1k));
  if (unpriced) throw new WrpError(`policy "${policy}": what ${unpriced.name} costs is not known, so which model is the cheapest is not`, { hint: "give the order: models: [SMALL, BIG]" });
  return models.toSorted((a, b) => a.costUsdPer1k - b.costUsdPer1k).map(({ name }) => name);
}

function thresholdsOf({ threshold, stop }: CascadeSpec, { defaultThreshold, range }: StopRule, models: number, policy: string): readonly number[] {
  if (threshold === undefined && defaultThreshold === null) throw new WrpError(`policy "${policy}" needs a threshold`, { hint: `stop: ${stop} has none of its own` });
  const given = typeof threshold === "object" ? threshold : Array.from({ length: models - 1 }, () => threshold ?? (defaultThreshold as number));
  if (given.length !== models - 1) throw new WrpError(`policy "${policy}": ${given.length} thresholds for ${models} models`, { hint: "one for each model but the last, whose answer is always kept" });
  const outside = given.find((one) => !(one >= range[0] && one <= range[1]));
  if (outside !== undefined) throw new WrpError(`policy "${policy}": threshold ${outside} is not within ${range[0]} to ${range[1]}`);
  return given;
}

/** The probability that an answer is kept; a failed call's never is. */
function keptAt(columns: OutcomeColumns, rule: StopRule, m: number, threshold: number): (prompt: number) => number {
  const kept = rule.keeps(columns, m, threshold);
  const failed = columns.failed[m] as Uint8Array;
  return (i) => (failed[i] === 1 ? 0 : kept(i));
}

/** How far each prompt goes. What is a matter of chance is drawn by (seed, prompt, model), so that cascades with the same judge hear the same of an answer. */
function walked({ n, models, promptHash }: OutcomeColumns, places: readonly number[], kept: readonly ((prompt: number) => number)[], seed: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => {
    for (const [stage, keeps] of kept.entries()) {
      const p = keeps(i);
      if (Number.isNaN(p)) return -1;
      if (p === 1 || (p > 0 && random(seed, "verdict", (promptHash[i] as bigint).toString(16), models[places[stage] as number] as string).next() < p)) return stage;
    }
    return kept.length;
  });
}

function notes(taken: Int32Array, { needs }: StopRule): string[] {
  const unknown = taken.reduce((count, one) => count + (one < 0 ? 1 : 0), 0);
  return unknown === 0 ? [] : [`${counted(unknown)} of ${counted(taken.length)} prompts are not decided: ${needs} on the way is not known`];
}

function inWords(models: readonly string[], rule: StopRule, thresholds: readonly number[]): string {
  const [first, ...others] = models;
  const alike = new Set(thresholds).size === 1;
  if (alike) return `asks ${models.join(", then ")}${others.length > 1 ? ", each" : ""} ${rule.next(thresholds[0] as number)}`;
  return [`asks ${first}`, ...others.map((model, k) => `then ${model} ${rule.next(thresholds[k] as number)}`)].join("; ");
}
