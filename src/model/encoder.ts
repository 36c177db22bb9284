/** A sentence encoder: texts to vectors that are near where meanings are. */
export interface Encoder {
  /** Hash of its weights, tokenizer and settings: what stored vectors are keyed by. */
  readonly id: string;
  /** For messages. */
  readonly name: string;
  readonly dimensions: number;
  /** True where it stands in for the one that a router uses. */
  readonly surrogate?: boolean;
  /** A vector per text, in order, of length 1. */
  encode(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Tells which of its labels a text has. */
export interface Classifier {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly surrogate?: boolean;
  /** Per text the probability of each label, in the order of `labels`. */
  classify(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Finds stretches of text of some kinds. */
export interface SpanFinder {
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly string[];
  readonly surrogate?: boolean;
  find(texts: readonly string[]): Promise<readonly (readonly Span[])[]>;
}

export interface Span {
  readonly kind: string;
  /** UTF-16 offsets; `end` is after the last. */
  readonly start: number;
  readonly end: number;
  /** In [0,1]. */
  readonly confidence: number;
}
