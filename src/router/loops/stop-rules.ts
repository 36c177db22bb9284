import type { Measure, OutcomeColumns } from "../../model/columns.ts";
import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";

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
  /** Null: none can be guessed. */
  readonly defaultThreshold: number | null;
  /** Thresholds that mean something, both ends included. */
  readonly range: readonly [number, number];
}

/** The rule of a spec. Throws WrpError where the spec gives what the rule does not read, or lacks what it does. */
export function stopRuleOf(spec: CascadeSpec, policy: string): StopRule {
  if (spec.stop !== "judge")
    for (const key of ["errorRate", "judgeCostUsd", "judgeLatencyMs"] as const)
      if (spec[key] !== undefined) throw new WrpError(`policy "${policy}": ${key} is the judge's, and stop is ${spec.stop}`, { hint: "stop: judge" });
  if (spec.keep !== undefined && spec.stop !== "answerLength") throw new WrpError(`policy "${policy}": keep is answerLength's, and stop is ${spec.stop}`, { hint: "stop: answerLength" });
  switch (spec.stop) {
    case "grader":
      return graded(0, (threshold) => `unless its grade is ${threshold} or more`);
    case "judge": {
      const { errorRate } = spec;
      if (errorRate === undefined) throw new WrpError(`policy "${policy}" needs the errorRate of its judge`, { hint: "errorRate: 0.1; 0 is a perfect judge" });
      return graded(errorRate, (threshold) => `unless a judge who errs in ${Number((100 * errorRate).toFixed(4))} % of verdicts says that the grade is ${threshold} or more`);
    }
    case "logprob":
      return measured(policy, "logprob", "the mean log-probability of its tokens", true, { range: [-Infinity, 0] });
    case "margin":
      return measured(policy, "margin", "its mean margin to the second likeliest token", true, { range: [0, Infinity] });
    case "verified":
      return measured(policy, "verified", "its verification", true, { range: [0, 1], defaultThreshold: 0.5 });
    case "answerLength":
      return measured(policy, "length", "its length in code points", spec.keep === "long", { range: [0, Infinity] });
    case "always":
    case "never": {
      const kept = spec.stop === "always" ? 1 : 0;
      if (spec.threshold !== undefined) throw new WrpError(`policy "${policy}": stop ${spec.stop} has no threshold`);
      return { needs: "nothing", next: () => (kept ? "where its call failed" : "whatever it answered"), keeps: () => () => kept, looks: false, defaultThreshold: 0, range: [0, 0] };
    }
  }
}

/** By what is recorded of an answer. @param least whether the threshold is the least that is kept, or the most */
function measured(policy: string, measure: Measure, words: string, least: boolean, { range, defaultThreshold = null }: Pick<StopRule, "range"> & Partial<StopRule>): StopRule {
  const needs = words.replace("its", "an answer's");
  return {
    needs,
    next: (threshold) => `unless ${words} is ${threshold} or ${least ? "more" : "less"}`,
    keeps: ({ measures, models }, m, threshold) => {
      const values = measures?.get(measure)?.[m];
      if (!values?.some((value) => !Number.isNaN(value))) throw new WrpError(`policy "${policy}" goes by ${needs}, which is known of no answer of ${models[m]} here`, { hint: NEEDED[measure] });
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

const NEEDED: Readonly<Record<Measure, string>> = {
  logprob: "rows of wrp's own form carry it: outcomes.MODEL.confidence.logprob, or outcomes.MODEL.logprobs as the API answered them",
  margin: "rows of wrp's own form carry it: outcomes.MODEL.confidence.margin, or outcomes.MODEL.logprobs with top_logprobs",
  verified: "rows of wrp's own form carry it: outcomes.MODEL.confidence.verified",
  length: "answers' texts must be in the data: outcomes.MODEL.text",
};

/**
 * By the recorded grade, read on the wrong side of the threshold with some probability: RouterBench's cascade (Hu et al. 2024, section 4.2)
 * with its simulated judge, as its code has it (withmartian/routerbench 30e0925, routers/run_cascading_router.py).
 */
function graded(wrong: number, next: StopRule["next"]): StopRule {
  return {
    needs: "the grade of an answer",
    next,
    keeps: ({ quality }, m, threshold) => {
      const grades = quality[m] as Float64Array;
      return (i) => {
        const grade = grades[i] as number;
        return Number.isNaN(grade) ? NaN : grade >= threshold ? 1 - wrong : wrong;
      };
    },
    looks: true,
    defaultThreshold: 0.5,
    range: [0, 1],
  };
}
