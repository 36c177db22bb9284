import type { FailureKind } from "../../model/live.ts";

/** How long to wait between tries, milliseconds. */
export interface Backoff {
  /** The most before the second try; doubles with each further try. */
  readonly baseMs: number;
  /** The most before any try. */
  readonly capMs: number;
}

/** What comes malformed comes so again more often than not, and is paid for. */
const MALFORMED_RETRIES = 2;

const AGAIN: ReadonlySet<FailureKind> = new Set(["rate-limit", "overloaded", "server", "connect", "disconnect", "timeout", "malformed"]);

/**
 * Milliseconds to wait after the n-th failed try, n from 1: exponential backoff with full jitter, random(0, min(cap, base · 2^(n-1)))
 * (AWS Architecture Blog, M. Brooker 2015, "Exponential Backoff And Jitter").
 *
 * @param draw uniform in [0,1)
 */
export function fullJitter(n: number, { baseMs, capMs }: Backoff, draw: number): number {
  return draw * Math.min(capMs, baseMs * 2 ** (n - 1));
}

/** Whether a call that failed so may go well another time. `malformed` counts the malformed tries of the outcome so far, this one included. */
export function worthAnother(kind: FailureKind, malformed: number): boolean {
  return AGAIN.has(kind) && (kind !== "malformed" || malformed <= MALFORMED_RETRIES);
}
