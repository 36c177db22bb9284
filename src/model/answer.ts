/** What a model did with a prompt. A failed call has the same shape as a success. `null` is "not known", never zero. */
export interface Answer {
  readonly text: string | null;
  readonly costUsd: number | null;
  readonly latencyMs: number | null;
  readonly ttftMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly error: string | null;
  /** A grade that came with a recorded answer, in [0,1]. */
  readonly quality: number | null;
}
