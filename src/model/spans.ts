/** A piece of a text that was found to be of a kind. */
export interface Span {
  readonly kind: string;
  /** UTF-16 offsets into the text: from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
  /** In (0,1]. */
  readonly confidence: number;
}
