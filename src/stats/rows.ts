/** Vectors of one length, laid out row after row. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  /** [count · width] */
  readonly data: Float32Array;
}

/** The products of every row of `a` with every row of `b`: [a.count · b.count]. */
export type RowProducts = (a: Rows, b: Rows) => Promise<Float32Array>;

/** The rows at these places, in this order. */
export function rowsAt({ width, data }: Rows, at: ArrayLike<number>): Rows {
  const picked = new Float32Array(at.length * width);
  for (let k = 0; k < at.length; k++) picked.set(data.subarray((at[k] as number) * width, ((at[k] as number) + 1) * width), k * width);
  return { count: at.length, width, data: picked };
}

/** Rows from `from` up to `to`, of the same memory. */
export function rowsBetween({ width, data }: Rows, from: number, to: number): Rows {
  return { count: to - from, width, data: data.subarray(from * width, to * width) };
}

const BLOCK = 32;

/** Columns as rows. */
export function transposed({ count, width, data }: Rows): Rows {
  const turned = new Float32Array(data.length);
  // Block by block, so that what is read and what is written stay in the cache.
  for (let from = 0; from < count; from += BLOCK)
    for (let at = 0; at < width; at += BLOCK) {
      const [to, end] = [Math.min(count, from + BLOCK), Math.min(width, at + BLOCK)];
      for (let d = at; d < end; d++) for (let i = from; i < to; i++) turned[d * count + i] = data[i * width + d] as number;
    }
  return { count: width, width: count, data: turned };
}
