import { normalDraw } from "./draws.ts";
import type { Random } from "./random.ts";
import type { RowProducts, Rows } from "./rows.ts";

/**
 * Rows projected to fewer numbers by a matrix of normal draws with variance 1 / dimensions, which keeps lengths and angles on average (Johnson
 * & Lindenstrauss 1984; Dasgupta & Gupta 2003) and looks at no row. Rows that are as short stay as they are.
 */
export async function projected(rows: Rows, dimensions: number, random: Random, products: RowProducts): Promise<Rows> {
  if (rows.width <= dimensions) return rows;
  const matrix = Float32Array.from({ length: dimensions * rows.width }, () => normalDraw(random) / Math.sqrt(dimensions));
  return { count: rows.count, width: dimensions, data: await products(rows, { count: dimensions, width: rows.width, data: matrix }) };
}
