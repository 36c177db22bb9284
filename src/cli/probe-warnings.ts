import type { ProbeLevel, Reason } from "../evaluate/probe.ts";
import { milliseconds } from "../report/render/numbers.ts";
import { amount } from "./amounts.ts";

/** What a reader of a level's figures must know besides them. */
export function probeWarnings(level: ProbeLevel, maxOutputTokens: number): string[] {
  const { concurrency, calls, answered, notCalled, failedBecause, notCalledBecause, late, lateKept, lagMs, cut, uncounted, ttftMs, pausedMs } = level;
  return [
    ...(calls > answered ? [`${calls - answered} of ${amount(calls, "call")} failed: ${reasonsInWords(failedBecause)}`] : []),
    ...(notCalled > 0 ? [`${amount(notCalled, "call")} ${notCalled === 1 ? "was" : "were"} not made: ${reasonsInWords(notCalledBecause)}`] : []),
    ...(calls > 0 && calls < concurrency && notCalled === 0 ? [`with ${amount(calls, "call")} no more than ${calls} were in flight; --calls gives more`] : []),
    ...(late > 0 ? [`wrp itself was late: ${late} of ${answered} timings are ${lateKept ? `no better than ${milliseconds(lagMs)}; is the machine busy?` : "left out"}`] : []),
    ...(answered > 0 && ttftMs === null ? ["no answer came as a stream: TTFT and TPOT are not known"] : []),
    ...(uncounted > 0 ? [`the backend counted no tokens of ${amount(uncounted, "answer")}: TPOT and tokens/s are not known of them`] : []),
    ...(cut > 0 ? [`${cut} of ${answered} answers ended at ${maxOutputTokens} tokens, the most allowed: they tell no length; --max-output-tokens raises it`] : []),
    ...(pausedMs > 0 ? [`no call was begun for ${milliseconds(pausedMs)}, since the backend asked to wait: throughput is the lower for it`] : []),
  ].map((words) => `concurrency ${concurrency}: ${words}`);
}

/** How many of several reasons are spelt out. */
const SPELT_OUT = 3;

function reasonsInWords(reasons: readonly Reason[]): string {
  const told = reasons.slice(0, SPELT_OUT).map(({ why, calls }) => (reasons.length === 1 ? why : `${calls} × ${why}`));
  const rest = reasons.length - told.length;
  return `${told.join("; ")}${rest > 0 ? `; and ${amount(rest, "other reason")}` : ""}`;
}
