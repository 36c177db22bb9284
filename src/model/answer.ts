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
  /** How sure the model was; absent where nothing is known of it. */
  readonly confidence?: Confidence | undefined;
}

/** What is known of how sure a model was of its answer; what is absent is not known. */
export interface Confidence {
  /** Mean natural logarithm of its tokens' probabilities, ≤ 0. */
  readonly logprob?: number | undefined;
  /** Mean distance in that logarithm from the likeliest to the second likeliest token, ≥ 0. */
  readonly margin?: number | undefined;
  /** What a verifier, or the model itself when asked, gives the answer to be right, in [0,1]. */
  readonly verified?: number | undefined;
}

/** Each kind of confidence. */
export const CONFIDENCES = ["logprob", "margin", "verified"] as const satisfies readonly (keyof Confidence)[];
