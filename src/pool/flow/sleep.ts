import { setTimeout as pause } from "node:timers/promises";

/** Ends after `ms` milliseconds, or as soon as the signal is aborted; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** The longest time that a timer of Node takes; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The sleep of the real world. What is longer than 24 days ends after 24 days: whoever waits looks at the clock again. */
export const realSleep: Sleep = async (ms, signal) => {
  await pause(Math.min(Math.max(0, ms), LONGEST_MS), undefined, { signal }).catch(() => undefined);
};
