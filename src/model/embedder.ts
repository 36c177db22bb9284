/** Makes vectors of texts, so that texts can be compared by what they mean. */
export interface Embedder {
  /** Names the space that the vectors are in, wherever it is computed: those of one identity can be compared with each other. */
  readonly identity: string;
  /** A vector for each text, in order, all of one length ≥ 1 and finite. Rejects with `NoVector` where one cannot be had. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

/** A text has no vector; the message says why. */
export class NoVector extends Error {}
