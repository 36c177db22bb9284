import type { OutcomeColumns } from "../../model/columns.ts";
import { WrpError } from "../../model/errors.ts";
import type { Played } from "./played.ts";

/** What a policy says of its judge. */
interface JudgeSpec {
  readonly errorRate?: number | undefined;
  readonly judgeCostUsd?: number | undefined;
  readonly judgeLatencyMs?: number | undefined;
}

/** How often the judge errs; 0 of the grader, who is the recorded grade itself; null of all else. Throws WrpError where something is said of a judge who is not there, or too little of one who is. */
export function judgeErrors(by: string, key: "stop" | "pick" | "scorer", spec: JudgeSpec, policy: string): number | null {
  if (by !== "judge") {
    for (const own of ["errorRate", "judgeCostUsd", "judgeLatencyMs"] as const)
      if (spec[own] !== undefined) throw new WrpError(`policy "${policy}": ${own} is the judge's, and ${key} is ${by}`, { hint: `${key}: judge` });
    return by === "grader" ? 0 : null;
  }
  if (spec.errorRate === undefined) throw new WrpError(`policy "${policy}" needs the errorRate of its judge`, { hint: "errorRate: 0.1; 0 is a perfect judge" });
  return spec.errorRate;
}

export function checkOf({ judgeCostUsd, judgeLatencyMs }: JudgeSpec): Played["check"] {
  return { costUsd: judgeCostUsd ?? 0, latencyMs: judgeLatencyMs ?? 0 };
}

/** What a report must say of figures that rest on such a judge; nothing where there is none. */
export function judgeNotes(by: string, errorRate: number | null, spec: JudgeSpec): string[] {
  if (by !== "judge" || errorRate === null) return [];
  const { costUsd, latencyMs } = checkOf(spec);
  const free = [...(costUsd === 0 ? ["costs nothing"] : []), ...(latencyMs === 0 ? ["takes no time"] : [])].join(" and ");
  return [`no judge was asked: ${judgeInWords(errorRate)} is played by the recorded grades${free === "" ? "" : `, and ${free}`}`];
}

export function judgeInWords(errorRate: number): string {
  return `a judge who errs in ${Number((100 * errorRate).toFixed(4))} % of verdicts`;
}

/**
 * The probability that a judge calls a model's answer good, who reads its recorded grade on the wrong side of the threshold with some
 * probability: RouterBench's simulated judge (Hu et al. 2024, section 4.2), as its code has it (withmartian/routerbench 30e0925,
 * routers/run_cascading_router.py). NaN where the grade is not known.
 */
export function calledGood({ quality }: OutcomeColumns, m: number, threshold: number, errorRate: number): (prompt: number) => number {
  const grades = quality[m] as Float64Array;
  return (i) => {
    const grade = grades[i] as number;
    return Number.isNaN(grade) ? NaN : grade >= threshold ? 1 - errorRate : errorRate;
  };
}
