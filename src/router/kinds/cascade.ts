import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";
import { checkOf, judgeNotes } from "../loops/judge.ts";
import { stopRuleOf, type CascadeSpec, type StopRule } from "../loops/stop-rules.ts";
import { cascadeTunables } from "../loops/tunables.ts";
import { walked } from "../loops/walk.ts";
import type { RouterContext } from "../policy.ts";

/**
 * Asks one model after the other until an answer is kept; the last one's always is. A failed call is no answer: the next model is asked,
 * and where the last one fails, the last answer that there is is given. Every call is paid and waited for, and every model that was asked has seen the prompt.
 */
export const cascade: Kind<"cascade"> = {
  models: (spec) => (spec.models ?? []).map((model, k) => ({ model, path: ["models", k] })),
  tunables: cascadeTunables,
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
      plays: (columns) =>
        walked(columns, {
          models,
          keeps: (of, m, stage) => rule.keeps(of, m, thresholds[stage] as number),
          ...(rule.votes ? { votes: true } : {}),
          looks: rule.looks ? "but the last" : "none",
          onError: "next",
          check: checkOf(spec),
          needs: rule.needs,
          notes: judgeNotes(spec.stop, spec.errorRate ?? null, spec),
        }),
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

function inWords(models: readonly string[], rule: StopRule, thresholds: readonly number[]): string {
  const [first, ...others] = models;
  const alike = new Set(thresholds).size === 1;
  if (alike) return `asks ${models.join(", then ")}${others.length > 1 ? ", each" : ""} ${rule.next(thresholds[0] as number)}`;
  return [`asks ${first}`, ...others.map((model, k) => `then ${model} ${rule.next(thresholds[k] as number)}`)].join("; ");
}
