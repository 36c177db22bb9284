import { rowsBetween, type RowProducts, type Rows } from "./rows.ts";

/** The nearest rows of each row that was asked about, nearest first. */
export interface NearestRows {
  /** How many of each: as many as wanted, or all there are. */
  readonly k: number;
  /** [asked · k] index among the rows. */
  readonly at: Int32Array;
  /** [asked · k] their product: the cosine, where vectors have length 1. */
  readonly similarity: Float32Array;
}

/** Rows asked about and searched at a time: 16 MB of products, and each row that is searched is used often enough to be worth its way into the cache. */
const [ASKED, AMONG] = [512, 8192];

/**
 * Exact search: the `k` rows of highest product for each row of `asked`, ties to the row that stands first. All of `among`, where it has
 * fewer. Time is that of the product, asked · among · width multiplications; memory that of a block of it.
 */
export async function nearestRows(asked: Rows, among: Rows, k: number, products: RowProducts): Promise<NearestRows> {
  const kept = Math.min(k, among.count);
  const at = new Int32Array(asked.count * kept);
  const similarity = new Float32Array(asked.count * kept);
  if (kept === 0) return { k: kept, at, similarity };
  for (let from = 0; from < asked.count; from += ASKED) {
    const block = rowsBetween(asked, from, Math.min(asked.count, from + ASKED));
    for (let first = 0; first < among.count; first += AMONG) {
      const tile = rowsBetween(among, first, Math.min(among.count, first + AMONG));
      const scores = await products(block, tile);
      for (let i = 0; i < block.count; i++) {
        const to = (from + i) * kept;
        keepHighest(scores.subarray(i * tile.count, (i + 1) * tile.count), first, at.subarray(to, to + kept), similarity.subarray(to, to + kept));
      }
    }
  }
  return { k: kept, at, similarity };
}

/**
 * Puts what is higher among the scores, of the rows from `first` on, in the place of what is held of the rows before it; both fall. Few
 * get past the lowest that is held, so insertion is cheap.
 */
function keepHighest(scores: Float32Array, first: number, at: Int32Array, values: Float32Array): void {
  const k = at.length;
  let held = Math.min(first, k);
  for (let j = 0; j < scores.length; j++) {
    const score = scores[j] as number;
    if (held === k && score <= (values[k - 1] as number)) continue;
    let place = held < k ? held++ : k - 1;
    for (; place > 0 && (values[place - 1] as number) < score; place--) {
      values[place] = values[place - 1] as number;
      at[place] = at[place - 1] as number;
    }
    values[place] = score;
    at[place] = first + j;
  }
}
