import { setImmediate as drained } from "node:timers/promises";
import type { Sleep } from "../../../src/pool/flow/sleep.ts";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  /** Null once it is cancelled. */
  fire: (() => void) | null;
}

/** Time that passes only when nobody has anything left to do: from timer to timer. */
export function virtualClock(): { readonly nowMs: () => number; readonly sleep: Sleep; until<T>(promise: Promise<T>): Promise<T> } {
  const heap: Timer[] = [];
  let now = 0;
  let order = 0;

  const before = (a: number, b: number) => {
    const [x, y] = [heap[a] as Timer, heap[b] as Timer];
    return x.atMs < y.atMs || (x.atMs === y.atMs && x.order < y.order);
  };
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b] as Timer, heap[a] as Timer]);

  function push(timer: Timer): void {
    heap.push(timer);
    for (let i = heap.length - 1; i > 0 && before(i, (i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1);
  }

  function pop(): Timer | undefined {
    if (heap.length === 0) return undefined;
    swap(0, heap.length - 1);
    const first = heap.pop();
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && before(left, least)) least = left;
      if (right < heap.length && before(right, least)) least = right;
      if (least === i) return first;
      swap(i, least);
      i = least;
    }
  }

  return {
    nowMs: () => now,
    sleep: (ms, signal) =>
      new Promise((ended) => {
        if (signal.aborted) return ended();
        const timer: Timer = { atMs: now + Math.max(0, ms), order: order++, fire: ended };
        signal.addEventListener("abort", () => {
          timer.fire = null;
          ended();
        }, { once: true });
        push(timer);
      }),
    async until(promise) {
      let over = false;
      const settled = promise.finally(() => (over = true));
      settled.catch(() => undefined);
      for (;;) {
        await drained();
        if (over) return settled;
        let next = pop();
        while (next && !next.fire) next = pop();
        if (!next) throw new Error("all sleep for ever: a wakeup was lost");
        now = Math.max(now, next.atMs);
        next.fire?.();
      }
    },
  };
}
