/**
 * What a model did with a prompt. A failed call has the same shape as a success. `null` is "not known": a gap, never a zero.
 */
export interface Answer {
  /** A grade that came with the answer, in [0,1]; a failed call has none. */
  readonly quality: number | null;
  /** USD for this one call, ≥ 0. */
  readonly costUsd: number | null;
  /** What the user waited, milliseconds, ≥ 0. */
  readonly latencyMs: number | null;
  /** Time to first token, milliseconds, ≥ 0. */
  readonly ttftMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Why the call failed. */
  readonly error: string | null;
  /** The answer's text, where it is known. */
  readonly text: string | null;
}
