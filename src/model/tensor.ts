/** A table of numbers, laid out row after row. */
export interface Tensor {
  /** Lengths of its axes. */
  readonly shape: readonly number[];
  /** As many as the product of `shape`. */
  readonly data: Float32Array | Float64Array | Int32Array | BigUint64Array;
}

/** Tables by name. */
export type Tensors = Readonly<Record<string, Tensor>>;
