import type { Measure, OutcomeColumns } from "../../model/columns.ts";
import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import { calledGood, judgeErrors, judgeInWords } from "./judge.ts";
import { MEASURED, measuredOf, measuredOfAnswers } from "./measured.ts";
import { voteAt, votersOf } from "./vote.ts";

export type CascadeSpec = Extract<PolicySpec, { kind: "cascade" }>;

/** When a cascade keeps an answer. */
export interface StopRule {
  /** What the rule goes by, where the outcomes do not tell it. */
  readonly needs: string;
  /** Where the next model is asked, in words. */
  next(threshold: number): string;
  /** The probability that a model's answer to each prompt is kept, failed calls aside; NaN where it is not known. */
  keeps(columns: OutcomeColumns, m: number, threshold: number): (prompt: number) => number;
  /** Whether an answer is looked at before it is given. */
  readonly looks: boolean;
  /** Whether each model but the last is asked for all its samples, and most of them have its answer. */
  readonly votes?: boolean;
  /** Null: none can be guessed. */
  readonly defaultThreshold: number | null;
  /** Thresholds that mean something, both ends included. */
  readonly range: readonly [number, number];
}

/** The rule of a spec. Throws WrpError where the spec gives what the rule does not read, or lacks what it does. */
export function stopRuleOf(spec: CascadeSpec, policy: string): StopRule {
  const errorRate = judgeErrors(spec.stop, "stop", spec, policy);
  if (spec.keep !== undefined && spec.stop !== "answerLength") throw new WrpError(`policy "${policy}": keep is answerLength's, and stop is ${spec.stop}`, { hint: "stop: answerLength" });
  switch (spec.stop) {
    case "grader":
    case "judge":
      return graded(errorRate ?? 0, spec.stop === "grader" ? "unless its grade is" : `unless ${judgeInWords(errorRate ?? 0)} says that the grade is`);
    case "logprob":
      return measured(policy, "logprob", true, { range: [-Infinity, 0] });
    case "margin":
      return measured(policy, "margin", true, { range: [0, Infinity] });
    case "verified":
      return measured(policy, "verified", true, { range: [0, 1], defaultThreshold: 0.5 });
    case "answerLength":
      return measured(policy, "length", spec.keep === "long", { range: [0, Infinity] });
    case "selfConsistency":
      return {
        needs: "whether the answers of a model agree",
        next: (threshold) => `unless ${threshold} or more of its answers agree`,
        keeps: (columns, m, threshold) => {
          votersOf(columns, m, policy);
          const { samples } = columns;
          return (i) => {
            const vote = samples ? voteAt(samples, m, i) : null;
            return vote ? (vote.share >= threshold ? 1 : 0) : NaN;
          };
        },
        looks: true,
        votes: true,
        defaultThreshold: null,
        range: [0, 1],
      };
    case "always":
    case "never": {
      const kept = spec.stop === "always" ? 1 : 0;
      if (spec.threshold !== undefined) throw new WrpError(`policy "${policy}": stop ${spec.stop} has no threshold`);
      return { needs: "nothing", next: () => (kept ? "where its call failed" : "whatever it answered"), keeps: () => () => kept, looks: false, defaultThreshold: 0, range: [0, 0] };
    }
  }
}

function graded(errorRate: number, unless: string): StopRule {
  return {
    needs: "the grade of an answer",
    next: (threshold) => `${unless} ${threshold} or more`,
    keeps: (columns, m, threshold) => calledGood(columns, m, threshold, errorRate),
    looks: true,
    defaultThreshold: 0.5,
    range: [0, 1],
  };
}

/** By what is recorded of an answer. @param least whether the threshold is the least that is kept, or the most */
function measured(policy: string, measure: Measure, least: boolean, { range, defaultThreshold = null }: Pick<StopRule, "range"> & Partial<StopRule>): StopRule {
  return {
    needs: measuredOfAnswers(measure),
    next: (threshold) => `unless ${MEASURED[measure]} is ${threshold} or ${least ? "more" : "less"}`,
    keeps: (columns, m, threshold) => {
      const values = measuredOf(columns, measure, m, policy);
      return (i) => {
        const value = values[i] as number;
        return Number.isNaN(value) ? NaN : (least ? value >= threshold : value <= threshold) ? 1 : 0;
      };
    },
    looks: true,
    defaultThreshold,
    range,
  };
}
