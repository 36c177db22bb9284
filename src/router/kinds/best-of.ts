import type { OutcomeColumns } from "../../model/columns.ts";
import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";
import { calledGood, checkOf, judgeErrors, judgeInWords, judgeNotes } from "../loops/judge.ts";
import { MEASURED, measuredOf, measuredOfAnswers } from "../loops/measured.ts";
import type { Played } from "../loops/played.ts";

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
      plays(columns) {
        const own = playedAtOnce(columns, models, scoresOf(columns, spec, threshold, errorRate, base.name), pick === "judge" ? firstGood : highest, checkOf(spec), pick === "grader" || pick === "judge" ? "the grade of an answer" : measuredOfAnswers(pick));
        return { ...own, notes: judgeNotes(pick, errorRate, spec) };
      },
    };
  },
};

/** How good each model's answer is held to be, by its place: of a judge, the probability that it is called good. NaN where that is not known. */
function scoresOf(columns: OutcomeColumns, { pick }: BestOfSpec, threshold: number, errorRate: number | null, policy: string): (m: number) => (prompt: number) => number {
  return (m) => {
    if (pick === "judge") return calledGood(columns, m, threshold, errorRate ?? 0);
    const values = pick === "grader" ? (columns.quality[m] as Float64Array) : measuredOf(columns, pick, m, policy);
    return (i) => values[i] as number;
  };
}

/** The probability that each of the answers is given, by its score, in the order of the models. */
type Giving = (scores: readonly number[]) => readonly number[];

/** The first of the highest score. */
const highest: Giving = (scores) => {
  const best = scores.indexOf(Math.max(...scores));
  return scores.map((_, k) => (k === best ? 1 : 0));
};

/** The first that is called good, each by itself with the probability that is its score; where none is, the first. */
const firstGood: Giving = (scores) => {
  let open = 1;
  const given = scores.map((good) => {
    const here = open * good;
    open *= 1 - good;
    return here;
  });
  return given.map((here, k) => (k === 0 ? here + open : here));
};

function playedAtOnce(columns: OutcomeColumns, models: readonly string[], scores: (m: number) => (prompt: number) => number, giving: Giving, check: Played["check"], needs: string): Played {
  const { n, failed } = columns;
  const places = models.map((name) => columns.models.indexOf(name));
  const score = places.map(scores);
  const weights = places.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    const answered = [...places.keys()].filter((k) => failed[places[k] as number]?.[i] !== 1);
    const values = answered.map((k) => (score[k] as (prompt: number) => number)(i));
    if (values.some(Number.isNaN)) continue;
    const given = giving(values);
    for (const [at, k] of answered.entries()) (weights[k] as Float64Array)[i] = given[at] as number;
    if (answered.length === 0) (weights[0] as Float64Array)[i] = 1; // there is no answer to give
  }
  return {
    paths: places.map((gives) => ({ rounds: [places], gives, checked: places })),
    rules: models.map((model) => `asked ${models.join(", ")} at the same time: the answer is ${model}'s`),
    weights,
    check,
    notes: [],
    needs,
  };
}
