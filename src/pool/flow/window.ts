const MINUTE_MS = 60_000;
/** So many entries may lie dead before the log is packed. */
const PACK_AFTER = 1024;

/** What was taken at one time. */
interface Taken {
  readonly atMs: number;
  amount: number;
}

/**
 * What may begin in a minute, as a sliding window: in no 60 s, wherever they start, is more taken than the limit. Its worst case is that a
 * whole minute's allowance is taken at once; a backend that counts by shorter times answers that with 429, which is obeyed. One amount
 * over the limit is let through alone, since it would wait for ever. Keeps an entry for each taking of the last minute, no more.
 */
export class PerMinute {
  readonly #limit: number;
  #log: Taken[] = [];
  #from = 0;
  #sum = 0;

  /** @param limit above 0; Infinity is no limit, and keeps no log */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The earliest time, not before `nowMs`, at which the amount can be taken, should nothing else be. */
  freeAt(nowMs: number, amount: number): number {
    this.#forget(nowMs);
    let over = this.#sum + amount - this.#limit;
    let at = nowMs;
    for (let i = this.#from; over > 0 && i < this.#log.length; i++) {
      const taken = this.#log[i] as Taken;
      over -= taken.amount;
      at = taken.atMs + MINUTE_MS;
    }
    return at;
  }

  /** Returns what raises the amount to what it turned out to be; an amount is never lowered, as backends count what was asked for. */
  take(nowMs: number, amount: number): (actual: number) => void {
    if (this.#limit === Infinity) return () => undefined;
    const taken: Taken = { atMs: nowMs, amount };
    this.#log.push(taken);
    this.#sum += amount;
    return (actual) => {
      if (actual <= taken.amount) return;
      // What the window has left behind is out of the sum: the sum follows only what it still holds.
      if (this.#holds(taken)) this.#sum += actual - taken.amount;
      taken.amount = actual;
    };
  }

  #holds(taken: Taken): boolean {
    const first = this.#log[this.#from];
    return first !== undefined && taken.atMs >= first.atMs;
  }

  #forget(nowMs: number): void {
    for (let taken = this.#log[this.#from]; taken && taken.atMs + MINUTE_MS <= nowMs; taken = this.#log[this.#from]) {
      this.#sum -= taken.amount;
      this.#from++;
    }
    if (this.#from > PACK_AFTER && this.#from * 2 > this.#log.length) {
      this.#log = this.#log.slice(this.#from);
      this.#from = 0;
    }
    if (this.#from === this.#log.length) this.#sum = 0;
  }
}
