import { counted } from "../../lib/counted.ts";
import type { OutcomeColumns } from "../../model/columns.ts";
import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";
import { calledGood, checkOf, judgeErrors, judgeInWords, judgeNotes } from "../loops/judge.ts";
import { MEASURED, measuredOf, measuredOfAnswers } from "../loops/measured.ts";
import type { Played } from "../loops/played.ts";
import { verdict } from "../loops/verdict.ts";
import { placesOf } from "../loops/walk.ts";

type BestOfSpec = Extract<PolicySpec, { kind: "best-of" }>;

/**
 * Asks several models at the same time and gives one of their answers: all are paid for and see the prompt, and the slowest is waited for.
 * A failed call is no answer.
 */
export const bestOf: Kind<"best-of"> = {
  models: (spec) => spec.models.map((model, k) => ({ model, path: ["models", k] })),
  tunables: (spec) => ({
    numbers: spec.pick === "judge" ? [{ name: "threshold", range: [0, 1], scale: "linear", whole: false, unit: "grade", own: spec.threshold ?? 0.5 }] : [],
    tuned: (values) => ({ ...spec, threshold: values.get("threshold") ?? spec.threshold }),
  }),
  build(spec, _context, base) {
    const { models, pick, threshold = 0.5 } = spec;
    const twice = models.find((model, k) => models.indexOf(model) !== k);
    if (twice !== undefined) throw new WrpError(`policy "${base.name}" names ${twice} twice: its recorded answer would be the same`);
    const errorRate = judgeErrors(pick, "pick", spec, base.name);
    if (spec.threshold !== undefined && pick !== "judge") throw new WrpError(`policy "${base.name}": threshold is the judge's, and pick is ${pick}`, { hint: "pick: judge" });
    const hindsight = errorRate === 0;
    const by = pick === "grader" ? "the answer of the highest grade" : pick === "judge" ? `the first answer of which ${judgeInWords(errorRate ?? 0)} says that the grade is ${threshold} or more` : `the answer that is highest by ${MEASURED[pick]}`;
    const words = `asks ${models.join(", ")} at the same time; gives ${by}`;
    return {
      ...base,
      hindsight,
      description: `best of ${models.length}: ${words}${hindsight ? " (hindsight: a perfect judge)" : pick === "judge" ? " (the judge is played by the recorded grades)" : ""}`,
      content: { models, pick, threshold },
      decide: () => ({ alternatives: [{ steps: models.map((model, k) => ({ do: "call", model, ...(k === 0 ? {} : { together: true }) })), probability: 1 }], rule: words, facts: [] }),
      plays(columns, seed) {
        const { notes, ...own } = playedAtOnce(columns, models, scoresOf(columns, seed, spec, threshold, errorRate, base.name), checkOf(spec), pick === "grader" || pick === "judge" ? "the grade of an answer" : measuredOfAnswers(pick));
        return { ...own, notes: [...judgeNotes(pick, errorRate, spec), ...notes] };
      },
    };
  },
};

/** How good each model's answer is held to be, by its place; NaN where that is not known. */
function scoresOf(columns: OutcomeColumns, seed: number, { pick }: BestOfSpec, threshold: number, errorRate: number | null, policy: string): (m: number) => (prompt: number) => number {
  return (m) => {
    if (pick === "judge") {
      const good = calledGood(columns, m, threshold, errorRate ?? 0);
      return (i) => (Number.isNaN(good(i)) ? NaN : verdict(columns, seed, i, m, good(i)) ? 1 : 0);
    }
    const values = pick === "grader" ? (columns.quality[m] as Float64Array) : measuredOf(columns, pick, m, policy);
    return (i) => values[i] as number;
  };
}

function playedAtOnce(columns: OutcomeColumns, models: readonly string[], scores: (m: number) => (prompt: number) => number, check: Played["check"], needs: string): Played {
  const places = placesOf(columns, models);
  const score = places.map(scores);
  const taken = Int32Array.from({ length: columns.n }, (_, i) => {
    let [best, highest] = [-1, -Infinity];
    for (const [k, m] of places.entries()) {
      if (columns.failed[m]?.[i] === 1) continue;
      const value = (score[k] as (prompt: number) => number)(i);
      if (Number.isNaN(value)) return -1;
      if (value > highest) [best, highest] = [k, value];
    }
    return Math.max(best, 0); // where all calls failed, there is no answer to give
  });
  const unknown = taken.reduce((count, one) => count + (one < 0 ? 1 : 0), 0);
  return {
    paths: places.map((gives) => ({ rounds: [places], gives, checked: places })),
    rules: models.map((model) => `asked ${models.join(", ")} at the same time: the answer is ${model}'s`),
    taken,
    check,
    notes: unknown === 0 ? [] : [`${counted(unknown)} of ${counted(columns.n)} prompts are not decided: ${needs} is not known`],
  };
}
