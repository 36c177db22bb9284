import type { Prompt } from "../model/prompt.ts";
import type { LiveModel, LiveOutcome } from "../pool/live.ts";
import { wilson } from "../stats/proportions.ts";
import { quantileLinear } from "../stats/quantiles.ts";
import { isLate } from "./ask-live.ts";

/** What a live model did while so many calls were in flight. Null: nothing was measured that would tell. */
export interface ProbeLevel {
  readonly concurrency: number;
  /** Calls that were made: answered, failed or rate limited. */
  readonly calls: number;
  readonly answered: number;
  /** Failed in any way but by rate limit. */
  readonly failed: number;
  readonly rateLimited: number;
  /** Calls that were not made: the cost cap was reached, or the backend was dead. */
  readonly notCalled: number;
  /** Why calls failed, rate limits among them. */
  readonly failedBecause: readonly Reason[];
  readonly notCalledBecause: readonly Reason[];
  /** Answers that came while wrp itself was late. Their timings are left out, unless that leaves fewer than half. */
  readonly late: number;
  /** They were kept: for want of others. */
  readonly lateKept: boolean;
  /** The longest delay of wrp during the answers whose timings are kept, milliseconds: they are no better than that. */
  readonly lagMs: number | null;
  /** Answers as long as they were allowed to be: they might have been longer. */
  readonly cut: number;
  /** Answers of which the backend counted no tokens. */
  readonly uncounted: number;
  readonly errorRate: MeasuredShare | null;
  readonly rateLimitRate: MeasuredShare | null;
  /** From when the connection stood to the first token, milliseconds. */
  readonly ttftMs: MeasuredQuantiles | null;
  /** Between the first token and the last, by output token after the first, milliseconds; of answers of two tokens or more. */
  readonly tpotMs: MeasuredQuantiles | null;
  readonly outputTokens: MeasuredQuantiles | null;
  /** From the first call to the end of the last, milliseconds. */
  readonly elapsedMs: number;
  /** Time within it in which no call was begun because the backend had asked to wait, milliseconds. */
  readonly pausedMs: number;
  /** Answered ones. */
  readonly callsPerSecond: number | null;
  readonly outputTokensPerSecond: number | null;
}

/** In words, and of how many calls; the commonest stands first. */
export interface Reason {
  readonly why: string;
  readonly calls: number;
}

/** A share in [0,1] with its 95 % interval. */
export interface MeasuredShare {
  readonly value: number;
  readonly ci: [number, number] | null;
}

/** Quantiles of `n` values, as [share, value]. */
export interface MeasuredQuantiles {
  readonly n: number;
  readonly quantiles: [share: number, value: number][];
}

/** Shares at which quantiles are kept. */
const SHARES = [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1];

export interface ProbeParts {
  readonly model: LiveModel;
  readonly concurrency: number;
  /** Most tokens of an answer. */
  readonly maxOutputTokens: number;
  readonly clockMs: () => number;
  readonly signal: AbortSignal;
  /** So long no call was begun since the backend had asked to wait, milliseconds. */
  pausedMs(): number;
  /** A call came to its end. */
  onEnd(outcome: LiveOutcome): void;
}

/** Asks all prompts of a model, as many at a time as its flow lets through, and measures. */
export async function probeLevel(prompts: readonly Pick<Prompt, "messages" | "inputTokens">[], { model, concurrency, maxOutputTokens, clockMs, signal, pausedMs, onEnd }: ProbeParts): Promise<ProbeLevel> {
  const startedMs = clockMs();
  const outcomes = await Promise.all(
    prompts.map(async (prompt) => {
      const outcome = await model.ask(prompt, signal);
      onEnd(outcome);
      return outcome;
    }),
  );
  return { ...measured(outcomes, maxOutputTokens, clockMs() - startedMs), concurrency, pausedMs: pausedMs() };
}

function measured(outcomes: readonly LiveOutcome[], maxOutputTokens: number, elapsedMs: number): Omit<ProbeLevel, "concurrency" | "pausedMs"> {
  // What a run would ask again (a wrong key, a wrong address) was called all the same.
  const called = outcomes.filter((outcome) => outcome.called || outcome.tries.length > 0);
  const answered = outcomes.filter((outcome) => outcome.called).filter(({ answer }) => answer.error === null);
  const rateLimited = called.filter((outcome) => lastTry(outcome)?.failure?.kind === "rate-limit").length;
  const failed = called.length - answered.length - rateLimited;
  const onTime = answered.filter((outcome) => !isLate(outcome));
  // Of a machine that is slow all the time, the few on time would be no sample.
  const lateKept = onTime.length < answered.length / 2;
  const timed = (lateKept ? answered : onTime).flatMap((outcome) => lastTry(outcome) ?? []);
  const counts = answered.map(({ answer }) => answer.outputTokens);
  const known = counts.filter((tokens) => tokens !== null);
  const perSecond = (n: number) => (n > 0 && elapsedMs > 0 ? (n / elapsedMs) * 1000 : null);
  return {
    calls: called.length,
    answered: answered.length,
    failed,
    rateLimited,
    notCalled: outcomes.length - called.length,
    failedBecause: reasonsOf(called.map((outcome) => (outcome.called ? outcome.answer.error : outcome.why))),
    notCalledBecause: reasonsOf(outcomes.map((outcome) => (outcome.called || outcome.tries.length > 0 ? null : outcome.why))),
    late: answered.length - onTime.length,
    lateKept,
    lagMs: timed.length === 0 ? null : thousandths(timed.reduce((most, { lagMs }) => Math.max(most, lagMs), 0)),
    cut: known.filter((tokens) => tokens >= maxOutputTokens).length,
    uncounted: counts.length - known.length,
    errorRate: shareOf(failed, called.length),
    rateLimitRate: shareOf(rateLimited, called.length),
    ttftMs: quantilesOf(timed.flatMap(({ times: { firstTokenMs, connectMs } }) => (firstTokenMs === null ? [] : [firstTokenMs - (connectMs ?? 0)]))),
    tpotMs: quantilesOf(timed.flatMap(({ times: { firstTokenMs, lastTokenMs }, usage: { outputTokens: n } }) => (firstTokenMs === null || lastTokenMs === null || n === null || n < 2 ? [] : [(lastTokenMs - firstTokenMs) / (n - 1)]))),
    outputTokens: quantilesOf(known),
    elapsedMs,
    callsPerSecond: perSecond(answered.length),
    outputTokensPerSecond: known.length < counts.length ? null : perSecond(known.reduce((sum, tokens) => sum + tokens, 0)),
  };
}

function lastTry(outcome: LiveOutcome) {
  return outcome.tries.at(-1)?.try;
}

function reasonsOf(words: readonly (string | null)[]): Reason[] {
  const counts = new Map<string, number>();
  for (const why of words) if (why !== null) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, calls]) => ({ why, calls })).sort((a, b) => b.calls - a.calls);
}

function shareOf(count: number, of: number): MeasuredShare | null {
  return of === 0 ? null : { value: count / of, ci: wilson(count / of, of) };
}

function quantilesOf(values: readonly number[]): MeasuredQuantiles | null {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? null : { n: sorted.length, quantiles: SHARES.map((p) => [p, thousandths(quantileLinear(sorted, p))]) };
}

/** Clocks of this kind tell no more. */
function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
