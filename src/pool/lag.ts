import { monitorEventLoopDelay } from "node:perf_hooks";

/** Watches how late this process is: what is measured in it is no better than that. */
export interface LagWatch {
  /** The longest delay of the event loop, milliseconds, since a time on the watch's clock; of the last quarter of an hour at most. */
  maxSinceMs(ms: number): number;
  stop(): void;
}

const RESOLUTION_MS = 10;
/** What was late before a call began counts against it for up to so long. */
const LOOK_EVERY_MS = 50;
const KEPT = 18_000;

/** Begins to watch. It keeps no process alive. */
export function watchLag(clockMs: () => number): LagWatch {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const looks: { readonly untilMs: number; readonly lagMs: number }[] = [];
  // Each sample is the time between two ticks of a timer, so an idle process shows the timer's own interval.
  const now = () => (delay.count === 0 ? 0 : Math.max(0, delay.max / 1e6 - RESOLUTION_MS));
  const look = setInterval(() => {
    looks.push({ untilMs: clockMs(), lagMs: now() });
    if (looks.length > KEPT) looks.shift();
    delay.reset();
  }, LOOK_EVERY_MS).unref();
  delay.enable();
  return {
    maxSinceMs(ms) {
      let most = now();
      for (let i = looks.length - 1; i >= 0; i--) {
        const { untilMs, lagMs } = looks[i] as (typeof looks)[number];
        if (untilMs < ms) break;
        if (lagMs > most) most = lagMs;
      }
      return most;
    },
    stop() {
      clearInterval(look);
      delay.disable();
    },
  };
}
