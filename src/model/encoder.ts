/**
 * Models that run on this machine, as signals and graders use them. The `id` of each is a content hash of all that changes what it
 * answers (weights, tokenizer, settings): what it answered is stored under it, and is as good on another machine.
 */

/** Makes vectors of texts. */
export interface Encoder {
  readonly id: string;
  /** For messages. */
  readonly name: string;
  readonly dimensions: number;
  /** True where it stands in for what a router itself uses. */
  readonly surrogate?: boolean;
  /** A vector of length 1 for each text, in order. */
  encode(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Says how probable each label is for a text. */
export interface Classifier {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly surrogate?: boolean;
  /** A probability for each label, in label order, for each text. */
  classify(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** What reads a type of signal may be either. */
export function isClassifier(model: Classifier | SpanFinder): model is Classifier {
  return "classify" in model;
}

/** Finds parts of texts that are of a kind. */
export interface SpanFinder {
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly string[];
  readonly surrogate?: boolean;
  /** The spans of each text, in the order they stand in it. */
  find(texts: readonly string[]): Promise<readonly (readonly Span[])[]>;
}

/** `start` and `end` (exclusive) are offsets in UTF-16 units; `confidence` is in [0,1]. */
export interface Span {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}
