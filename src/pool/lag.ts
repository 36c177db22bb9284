/** Watches how late this process is: what is measured in it is no better than that. */
export interface LagWatch {
  /** The longest delay of the event loop, milliseconds, since a time on the watch's clock; of the last 10,000 delays at most. */
  maxSinceMs(ms: number): number;
  stop(): void;
}

const TICK_MS = 10;
/** Timers are this inexact anyway. */
const UNSEEN_MS = 2;
const KEPT = 10_000;

/**
 * Begins to watch: a timer that looks how late it is. (Node's own monitorEventLoopDelay keeps a histogram without times, and loses the delay
 * in which it is reset.) It keeps no process alive.
 */
export function watchLag(clockMs: () => number): LagWatch {
  const delays: { readonly untilMs: number; readonly lagMs: number }[] = [];
  let last = clockMs();
  const tick = setInterval(() => {
    const now = clockMs();
    const lagMs = now - last - TICK_MS;
    last = now;
    if (lagMs < UNSEEN_MS) return;
    delays.push({ untilMs: now, lagMs });
    if (delays.length > KEPT) delays.shift();
  }, TICK_MS).unref();
  return {
    maxSinceMs(ms) {
      const now = clockMs();
      // The one that goes on now, too; of one that began before, what fell into the time asked for.
      let most = Math.max(0, Math.min(now - last - TICK_MS, now - ms));
      for (let i = delays.length - 1; i >= 0; i--) {
        const { untilMs, lagMs } = delays[i] as (typeof delays)[number];
        if (untilMs < ms) break;
        most = Math.max(most, Math.min(lagMs, untilMs - ms));
      }
      return most < UNSEEN_MS ? 0 : most;
    },
    stop: () => clearInterval(tick),
  };
}
