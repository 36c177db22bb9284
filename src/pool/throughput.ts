import type { ServedTry } from "../model/live.ts";
import { unionLength } from "../stats/union-length.ts";

/** What a backend made of its time. */
export interface Throughput {
  /** Answers whose tokens the backend counted. */
  readonly answers: number;
  readonly outputTokens: number;
  /** Time in which at least one try was going on, milliseconds; waiting for a turn and between tries is not in it. */
  readonly busyMs: number;
  /** Null: nothing was measured. */
  readonly outputTokensPerSecond: number | null;
  /** Mean number of tries that went on at a time while any did; at few of them a GPU does less than it could. */
  readonly inFlight: number;
}

/** Less than this tells no rate: answers, and output tokens of them all. */
export const [FEWEST_ANSWERS, FEWEST_TOKENS] = [20, 200];

export function isEnough({ answers, outputTokens, outputTokensPerSecond }: Throughput): boolean {
  return answers >= FEWEST_ANSWERS && outputTokens >= FEWEST_TOKENS && outputTokensPerSecond !== null;
}

/**
 * Output tokens of all answers over the time that tries took. A try that broke off has its time in it and its tokens not, since no answer came of
 * them: so what answers cost adds up to what the busy time costs. Answers without a count are left out whole.
 */
export function throughputOf(tries: readonly ServedTry[]): Throughput {
  const counted = tries.filter(tookTime);
  const answered = counted.filter(({ failure }) => failure === null);
  const outputTokens = answered.reduce((sum, one) => sum + (one.outputTokens as number), 0);
  const busyMs = unionLength(counted.map(({ startedMs, durationMs }) => [startedMs, startedMs + durationMs]));
  const workMs = counted.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return { answers: answered.length, outputTokens, busyMs, outputTokensPerSecond: busyMs > 0 ? (outputTokens / busyMs) * 1000 : null, inFlight: busyMs > 0 ? workMs / busyMs : 0 };
}

/** Where nothing came, the backend did nothing: it was not there, or sent the call away. Of a try that we ended, nobody knows. */
function tookTime({ failure, outputTokens, firstTokenMs }: ServedTry): boolean {
  if (failure === null) return outputTokens !== null;
  return firstTokenMs !== null || failure === "timeout" || failure === "aborted";
}
