import pLimit, { type LimitFunction } from "p-limit";
import type { Try } from "../../model/live.ts";
import { allowanceWaitMs } from "./allowance.ts";
import { COST_CAP, type Budget, type Reservation } from "./budget.ts";
import { Circuit, seconds, type CircuitEvent, type CircuitOptions } from "./circuit.ts";
import { Line, type Standing } from "./line.ts";
import type { Overall } from "./overall.ts";
import type { Sleep } from "./sleep.ts";
import { Steering, type Adaptive, type Moved } from "./steering.ts";
import { whenAborted } from "./when-aborted.ts";
import { PerMinute } from "./window.ts";

export interface TurnsOptions {
  /** Most tries in flight: a number, or bounds within which the limit finds its place. */
  readonly concurrency: number | Adaptive;
  /** Most tries begun in any minute; null: any. */
  readonly requestsPerMinute: number | null;
  /** Most tokens, input and output, of tries begun in any minute; null: any. */
  readonly tokensPerMinute: number | null;
  readonly circuit: CircuitOptions;
  /** A backend that asks to wait longer than this, milliseconds, is taken for out of service until then. */
  readonly longestPauseMs: number;
}

export interface TurnsParts {
  readonly clockMs: () => number;
  readonly sleep: Sleep;
  readonly overall: Overall;
  readonly budget: Budget;
  readonly onChange: (event: TurnsEvent) => void;
}

/** What changed for all calls of a model. */
export type TurnsEvent =
  | { readonly type: "limit"; readonly from: number; readonly to: number; readonly why: Moved }
  | { readonly type: "paused"; readonly ms: number; readonly why: string }
  | ({ readonly type: "circuit" } & CircuitEvent);

/** Who asks for a turn. */
export interface Asking {
  readonly tokens: number;
  /** US dollars. */
  readonly reserveUsd: number;
  /** It has been called before: it goes before those who have not. */
  readonly again: boolean;
  /** When waiting makes no more sense, by the clock; null: never. */
  readonly deadlineAtMs: number | null;
  readonly signal: AbortSignal;
}

/** Who stopped an outcome that might have gone on. */
export type Stopped = "signal" | "cost-cap" | "circuit";

/** Leave to call, to be ended once; or none, and why. */
export type Turn = Granted | Refused;

export interface Granted {
  readonly granted: true;
  /** The try ended so. @param costUsd null: not known */
  readonly end: (ended: Try, costUsd: number | null) => void;
  /** It was not made. */
  readonly unused: () => void;
  /** It broke by a bug: its money counts as spent. */
  readonly broke: () => void;
}

export interface Refused {
  readonly granted: false;
  readonly why: string;
  readonly stopped: Stopped | null;
}

interface Waiting extends Asking {
  settle(turn: Turn): void;
}

const CAP_REACHED: Refused = { granted: false, why: COST_CAP, stopped: "cost-cap" };
/** We were told to stop. */
export const STOPPED: Refused = { granted: false, why: "stopped", stopped: "signal" };
const TOO_LATE: Refused = { granted: false, why: "no turn before the deadline", stopped: null };

/**
 * Who may call a model, and when: in the order in which they came, those who come again first; no more in flight than the model's limit and
 * that of all models together, no more in a minute than its rates, none during a pause and none while the circuit is open, and none without
 * the money. The first in line waits for all of it and nobody overtakes it; what it needs is looked at and taken in one step, so no limit
 * is passed at any time. Slots are p-limit's: of the model, of the door before it (one at a time, so that order holds), and of all models.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #parts: TurnsParts;
  readonly #steering: Steering;
  readonly #circuit: Circuit;
  readonly #requests: PerMinute;
  readonly #tokens: PerMinute;
  readonly #line = new Line<Waiting>();
  /** Holds one call for each who joined the line, though not for whom: whoever is first when a slot is free takes it. */
  readonly #slots: LimitFunction;
  readonly #door = pLimit(1);
  #inFlight = 0;
  #pausedUntilMs = -Infinity;
  #wake: (() => void) | null = null;

  constructor(options: TurnsOptions, parts: TurnsParts) {
    this.#options = options;
    this.#parts = parts;
    this.#steering = new Steering(options.concurrency, (from, to, why) => {
      this.#slots.concurrency = to;
      parts.onChange({ type: "limit", from, to, why });
    });
    this.#circuit = new Circuit(options.circuit, (event) => {
      if (event.to === "open") this.#sendAway();
      parts.onChange({ type: "circuit", ...event });
    });
    this.#slots = pLimit(this.#steering.limit);
    this.#requests = new PerMinute(options.requestsPerMinute ?? Infinity);
    this.#tokens = new PerMinute(options.tokensPerMinute ?? Infinity);
    parts.budget.onFreed(() => this.#ring());
  }

  state(): { readonly inFlight: number; readonly waiting: number; readonly limit: number; readonly pausedUntilMs: number | null; readonly circuit: string | null } {
    const paused = this.#pausedUntilMs > this.#parts.clockMs();
    return {
      inFlight: this.#inFlight,
      waiting: this.#line.length,
      limit: this.#steering.limit,
      pausedUntilMs: paused ? this.#pausedUntilMs : null,
      circuit: this.#circuit.reason,
    };
  }

  /** Waits for a turn. */
  take(asking: Asking): Promise<Turn> {
    if (asking.signal.aborted) return Promise.resolve(STOPPED);
    if (this.#circuit.refuses(this.#parts.clockMs())) return Promise.resolve(this.#refusal());
    return new Promise((settled) => {
      const over = new AbortController();
      const unhear = whenAborted(asking.signal, () => this.#away(standing, STOPPED));
      const settle = (turn: Turn) => {
        unhear();
        over.abort();
        settled(turn);
      };
      const standing = this.#line.join({ ...asking, settle }, asking.again);
      if (asking.deadlineAtMs !== null)
        void this.#parts.sleep(asking.deadlineAtMs - this.#parts.clockMs(), over.signal).then(() => this.#away(standing, TOO_LATE));
      void this.#slots(() => this.#slot());
      this.#ring();
    });
  }

  /** Holds a slot until the try of whoever was first has ended. */
  async #slot(): Promise<void> {
    const begun = await this.#door(() => this.#admit());
    await begun?.ended;
  }

  /** Begins for the first in line as soon as all allows it; null where nobody is left in it. */
  async #admit(): Promise<{ readonly ended: Promise<void> } | null> {
    for (;;) {
      const first = this.#line.head();
      if (!first) return null;
      const until = this.#hindered(first.value);
      if (until === "for good") this.#away(first, CAP_REACHED);
      else if (until !== null) await this.#woken(until);
      else {
        const leave = await this.#parts.overall.take();
        const head = this.#line.head();
        // Meanwhile there may be another first, or something in its way: a place among all models is not held while waiting for that.
        if (head && this.#hindered(head.value) === null) return this.#begin(head, leave);
        leave();
      }
    }
  }

  /** Null: it can begin now. Otherwise when to look again, by the clock; Infinity: when something happens. */
  #hindered({ tokens, reserveUsd }: Asking): number | "for good" | null {
    const { clockMs, budget } = this.#parts;
    const now = clockMs();
    if (this.#inFlight >= this.#steering.limit || this.#circuit.probing) return Infinity;
    const at = Math.max(this.#pausedUntilMs, this.#requests.freeAt(now, 1), this.#tokens.freeAt(now, tokens));
    if (at > now) return at;
    if (budget.fits(reserveUsd)) return null;
    return budget.mayFit(reserveUsd) ? Infinity : "for good";
  }

  #begin(standing: Standing<Waiting>, leave: () => void): { readonly ended: Promise<void> } {
    const { clockMs, budget } = this.#parts;
    const asking = standing.value;
    const now = clockMs();
    this.#line.leave(standing);
    const money = budget.reserve(asking.reserveUsd) as Reservation;
    this.#requests.take(now, 1);
    const counted = this.#tokens.take(now, asking.tokens);
    const number = this.#steering.begin(++this.#inFlight);
    this.#circuit.begin(number);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const left = () => {
      this.#inFlight--;
      leave();
      resolve();
      this.#ring();
    };
    asking.settle({
      granted: true,
      end: (last, costUsd) => {
        counted((last.usage.inputTokens ?? 0) + (last.usage.outputTokens ?? 0));
        money.settle(costUsd);
        this.#learn(last, number);
        left();
      },
      unused: () => {
        this.#circuit.unused(number);
        money.release();
        left();
      },
      broke: () => {
        this.#circuit.unused(number);
        money.settle(null);
        left();
      },
    });
    return { ended };
  }

  /** What a try that ended says of the model. */
  #learn(last: Try, number: number): void {
    const now = this.#parts.clockMs();
    const { failure } = last;
    if (!failure) this.#steering.wentWell(number);
    else if (failure.kind === "rate-limit" || failure.kind === "overloaded") this.#steering.pushedBack(number, this.#inFlight);
    this.#circuit.ended(number, failure, now);
    const { longestPauseMs } = this.#options;
    const asked = failure?.retryAfterMs ?? 0;
    if (asked > longestPauseMs) {
      if (this.#circuit.reason === null) this.#circuit.open(`it asks to wait ${seconds(asked)}, longer than ${seconds(longestPauseMs)}: ${failure?.message}`, now + asked);
    } else this.#pause(now, asked, "the backend asks to wait");
    // A refusal by rate says itself how long to wait, and better.
    if (asked === 0) this.#pause(now, allowanceWaitMs(last), "nothing is left of its rate limit");
  }

  #pause(nowMs: number, ms: number, why: string): void {
    if (nowMs + ms <= Math.max(nowMs, this.#pausedUntilMs)) return;
    this.#pausedUntilMs = nowMs + ms;
    this.#circuit.excuse(this.#pausedUntilMs);
    this.#parts.onChange({ type: "paused", ms, why });
  }

  #refusal(): Refused {
    return { granted: false, why: `not called, since ${this.#circuit.reason}`, stopped: "circuit" };
  }

  /** All who wait, as the circuit opens. */
  #sendAway(): void {
    for (let first = this.#line.head(); first; first = this.#line.head()) this.#away(first, this.#refusal());
  }

  #away(standing: Standing<Waiting>, turn: Turn): void {
    if (!this.#line.leave(standing)) return;
    standing.value.settle(turn);
    this.#ring();
  }

  /** Lets whoever stands in the door look again. Only one does at a time. */
  #ring(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Until the bell rings, or a time by the clock. */
  async #woken(untilMs: number): Promise<void> {
    const { clockMs, sleep } = this.#parts;
    const rung = new AbortController();
    const bell = new Promise<void>((ring) => {
      this.#wake = () => {
        rung.abort();
        ring();
      };
    });
    if (untilMs !== Infinity) void sleep(untilMs - clockMs(), rung.signal).then(() => !rung.signal.aborted && this.#ring());
    await bell;
  }
}
