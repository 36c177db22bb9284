/** Bounds of a limit that finds its own place. */
export interface Adaptive {
  /** Where it begins, 1…max. */
  readonly start: number;
  readonly max: number;
}

/** Why the limit moved. */
export type Moved = "slow start" | "a round went well" | "pushed back";

/** As inspect_ai cuts (its documentation, "Model Concurrency"): by a fifth. */
const CUT = 0.8;
/** As inspect_ai grows in the long run: a twentieth a round, at least one. */
const GROWTH = 0.05;

/**
 * How many tries may be in flight: a fixed number, or one that finds its place: additive increase, multiplicative decrease, as inspect_ai
 * and TCP do (Chiu and Jain 1989). It grows after a round, as many successes as the limit is wide and the limit reached meanwhile: doubled
 * until it is first pushed back (slow start), then by a twentieth, at least 1. Pushed back (429, 503, 529), it is cut by a fifth, at least 1,
 * of what was in flight, but at most once a round trip: a try begun before the last cut says nothing about the new limit. Always within 1…max.
 */
export class Steering {
  readonly #adaptive: boolean;
  readonly #max: number;
  readonly #onMove: (from: number, to: number, why: Moved) => void;
  #limit: number;
  #begun = 0;
  /** The last try begun before the limit moved, and before it was cut. */
  #atMove = 0;
  #atCut = 0;
  #slowStart = true;
  #successes = 0;
  #mostInFlight = 0;

  constructor(concurrency: number | Adaptive, onMove: (from: number, to: number, why: Moved) => void) {
    this.#adaptive = typeof concurrency !== "number";
    this.#limit = typeof concurrency === "number" ? concurrency : concurrency.start;
    this.#max = typeof concurrency === "number" ? concurrency : concurrency.max;
    this.#onMove = onMove;
  }

  get limit(): number {
    return this.#limit;
  }

  /** The number of the try that begins now, from 1. @param inFlight with it */
  begin(inFlight: number): number {
    this.#mostInFlight = Math.max(this.#mostInFlight, inFlight);
    return ++this.#begun;
  }

  wentWell(number: number): void {
    if (!this.#adaptive || number <= this.#atMove || ++this.#successes < this.#limit) return;
    if (this.#mostInFlight < this.#limit) return this.#newRound();
    const step = this.#slowStart ? this.#limit : Math.max(1, Math.round(this.#limit * GROWTH));
    this.#move(Math.min(this.#max, this.#limit + step), this.#slowStart ? "slow start" : "a round went well");
  }

  /** @param inFlight now, with the try that was pushed back */
  pushedBack(number: number, inFlight: number): void {
    this.#slowStart = false;
    if (!this.#adaptive || number <= this.#atCut) return;
    this.#atCut = this.#begun;
    const used = Math.min(this.#limit, Math.max(this.#mostInFlight, inFlight));
    this.#move(Math.max(1, Math.min(used - 1, Math.floor(used * CUT))), "pushed back");
  }

  #move(to: number, why: Moved): void {
    const from = this.#limit;
    this.#limit = to;
    this.#newRound();
    if (to !== from) this.#onMove(from, to, why);
  }

  #newRound(): void {
    this.#atMove = this.#begun;
    this.#successes = 0;
    this.#mostInFlight = 0;
  }
}
