import type { Try } from "../../model/live.ts";
import { fullJitter, worthAnother, type Backoff } from "./backoff.ts";
import { seconds } from "./circuit.ts";
import { STOPPED, Turns, type Granted, type Stopped, type TurnsEvent, type TurnsOptions, type TurnsParts } from "./turns.ts";
import { whenAborted } from "./when-aborted.ts";

export interface FlowOptions extends TurnsOptions {
  /** Most tries after the first. */
  readonly retries: number;
  /** Longest time for an outcome, milliseconds, from the beginning of its first try: waiting for the first turn is not the backend's doing. */
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  /** How long tries in flight may go on after the signal, milliseconds. */
  readonly graceMs: number;
}

/** What a run that states nothing gets. The circuit's and the backoff's figures are ours; the limit begins and ends as inspect_ai's does. */
export const FLOW_DEFAULTS: FlowOptions = {
  concurrency: { start: 20, max: 100 },
  requestsPerMinute: null,
  tokensPerMinute: null,
  retries: 5,
  deadlineMs: 600_000,
  longestPauseMs: 600_000,
  backoff: { baseMs: 500, capMs: 30_000 },
  circuit: { after: 10, quietMs: 120_000, coolDownMs: 30_000 },
  graceMs: 30_000,
};

export interface FlowParts extends TurnsParts {
  /** Uniform in [0,1). */
  readonly random: () => number;
  /** Ends tries in flight at once. */
  readonly kill: AbortSignal;
}

/** One outcome to get. */
export interface Task {
  /** Input and output tokens as estimated, for the limit of tokens in a minute. */
  readonly tokens: number;
  /** The most a try may cost, US dollars; null: unpriced, nothing is reserved (under a cap the caller refuses it). */
  readonly reserveUsd: number | null;
  /** The n-th try, from 1. Ends soon after its signal, and never throws but for a bug. */
  attempt(n: number, signal: AbortSignal): Promise<Try>;
  /** What it came to, US dollars; null: not known. */
  costUsdOf(ended: Try): number | null;
}

export interface FlowedTry {
  readonly try: Try;
  /** Time it waited for its turn, milliseconds; the time between tries is not in it. */
  readonly queuedMs: number;
  readonly costUsd: number | null;
}

/** An outcome, with every try it took. `queueMs`, `backoffMs` and `workMs` add up to all its time. */
export interface Flowed {
  readonly tries: readonly FlowedTry[];
  /** `not-called`: there is no try. `failed`: the last try failed and no other was made. */
  readonly outcome: "answered" | "failed" | "not-called";
  /** Of an outcome that is not an answer, in words. */
  readonly why?: string;
  /** Who ended it although it might have gone on: another run may take it up. Null: it ended of itself. */
  readonly stopped: Stopped | null;
  readonly queueMs: number;
  readonly backoffMs: number;
  readonly workMs: number;
}

/** All calls of one model. */
export interface Flow {
  /**
   * Gets an outcome. Rejects only for a bug in the task's functions.
   *
   * @param signal no call is begun after it: who waits ends at once, who is in flight within `graceMs`
   */
  run(task: Task, signal: AbortSignal): Promise<Flowed>;
  /** For a line on progress. `waiting`: for a turn; times by the clock. */
  state(): ReturnType<Turns["state"]>;
}

export type FlowEvent = TurnsEvent;

/** How calls of one model are made: in turn, again where that may help, and within limits (see Turns). */
export function flow(options: FlowOptions, parts: FlowParts): Flow {
  const { clockMs, sleep } = parts;
  /** Those between two tries, to be woken when the circuit opens. */
  const resting = new Set<AbortController>();
  const turns = new Turns(options, {
    ...parts,
    onChange(event) {
      if (event.type === "circuit" && event.to === "open") for (const rest of resting) rest.abort();
      parts.onChange(event);
    },
  });

  async function run(task: Task, signal: AbortSignal): Promise<Flowed> {
    if (!(task.tokens >= 0) || !((task.reserveUsd ?? 0) >= 0)) throw new RangeError(`not a task: ${task.tokens} tokens, ${task.reserveUsd} USD`);
    const tries: FlowedTry[] = [];
    const spent = { queueMs: 0, backoffMs: 0, workMs: 0 };
    let deadlineAtMs: number | null = null;
    let malformed = 0;
    const end = (why: string | null, stopped: Stopped | null): Flowed => ({
      tries,
      outcome: why === null ? "answered" : tries.length > 0 ? "failed" : "not-called",
      ...(why !== null && { why }),
      stopped,
      ...spent,
    });

    for (let n = 1; ; n++) {
      const cameMs = clockMs();
      const turn = await turns.take({ tokens: task.tokens, reserveUsd: task.reserveUsd ?? 0, again: n > 1, deadlineAtMs, signal });
      const beganMs = clockMs();
      spent.queueMs += beganMs - cameMs;
      if (!turn.granted) return end(because(turn.why, tries), turn.stopped);
      if (signal.aborted || parts.kill.aborted) {
        turn.unused();
        return end(because(STOPPED.why, tries), STOPPED.stopped);
      }

      deadlineAtMs ??= beganMs + options.deadlineMs;
      const ended = await tried(task, n, turn, deadlineAtMs, signal);
      const endedMs = clockMs();
      spent.workMs += endedMs - beganMs;
      tries.push({ try: ended.try, queuedMs: beganMs - cameMs, costUsd: ended.costUsd });

      const { failure } = ended.try;
      if (!failure) return end(null, null);
      if (failure.kind === "malformed") malformed++;
      const again = worthAnother(failure.kind, malformed);
      const late = `no answer within ${seconds(options.deadlineMs)}`;
      if (ended.cut === "deadline") return end(because(late, tries), null);
      if (ended.cut === "told" || (again && (signal.aborted || parts.kill.aborted))) return end(because(STOPPED.why, tries), STOPPED.stopped);
      if (!again || n > options.retries) return end(because(n > 1 ? `given up after ${n} tries` : null, tries), null);

      const leftMs = deadlineAtMs - endedMs;
      const askedMs = failure.retryAfterMs ?? 0;
      const waitMs = Math.max(askedMs, fullJitter(n, options.backoff, parts.random()));
      if (waitMs >= leftMs) return end(because(askedMs >= leftMs ? `${late}: the backend asks to wait ${seconds(askedMs)}` : late, tries), null);
      await between(waitMs, signal);
      spent.backoffMs += clockMs() - endedMs;
    }
  }

  async function tried(task: Task, n: number, turn: Granted, deadlineAtMs: number, signal: AbortSignal): Promise<Tried> {
    const stop = new AbortController();
    const over = new AbortController();
    let cut: Tried["cut"] = null;
    const cutBy = (by: Tried["cut"]) => {
      if (over.signal.aborted) return;
      cut ??= by;
      stop.abort();
    };
    const unhear = [
      whenAborted(signal, () => void sleep(options.graceMs, over.signal).then(() => cutBy("told"))),
      whenAborted(parts.kill, () => cutBy("told")),
    ];
    void sleep(deadlineAtMs - clockMs(), over.signal).then(() => cutBy("deadline"));
    try {
      const ended = await task.attempt(n, stop.signal);
      const costUsd = task.costUsdOf(ended);
      turn.end(ended, costUsd);
      return { try: ended, costUsd, cut };
    } catch (bug) {
      turn.broke();
      throw bug;
    } finally {
      over.abort();
      for (const forget of unhear) forget();
    }
  }

  /** The time between two tries, cut short where there will be none. */
  async function between(ms: number, signal: AbortSignal): Promise<void> {
    const waking = new AbortController();
    const unhear = whenAborted(signal, () => waking.abort());
    resting.add(waking);
    if (turns.state().circuit !== null) waking.abort();
    await sleep(ms, waking.signal);
    resting.delete(waking);
    unhear();
  }

  return { run, state: () => turns.state() };
}

interface Tried {
  readonly try: Try;
  readonly costUsd: number | null;
  /** What fired the signal of the try, if anything did: its failure is then our doing. */
  readonly cut: "deadline" | "told" | null;
}

/** Why it ended, with what the last try failed of. */
function because(why: string | null, tries: readonly FlowedTry[]): string {
  const last = tries.at(-1)?.try.failure?.message;
  return [why, last].filter((part) => part !== null && part !== undefined).join("; the last: ");
}
