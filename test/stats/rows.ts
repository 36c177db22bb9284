import type { RowProducts, Rows } from "../../src/stats/rows.ts";

/** Rows of these vectors. */
export function rowsOf(vectors: readonly (readonly number[])[], width = vectors[0]?.length ?? 0): Rows {
  return { count: vectors.length, width, data: Float32Array.from(vectors.flat()) };
}

/** Products one by one, in double precision until they are kept. */
export const plainProducts: RowProducts = async (a, b) => {
  const products = new Float32Array(a.count * b.count);
  for (let i = 0; i < a.count; i++)
    for (let j = 0; j < b.count; j++) {
      let sum = 0;
      for (let d = 0; d < a.width; d++) sum += (a.data[i * a.width + d] as number) * (b.data[j * b.width + d] as number);
      products[i * b.count + j] = sum;
    }
  return products;
};
