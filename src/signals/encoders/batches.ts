/** Most tokens in a batch, padding and all: beyond that a batch gets slower per token, since what it computes no longer fits the caches. */
const MOST_TOKENS = 2048;
/** Most texts that are tokenized at a time, so that memory stays flat. */
const MOST_TEXTS = 1024;

/** Rows of token ids that go through a model together: `texts` says whose they are. */
export interface Batch<T> {
  readonly texts: readonly number[];
  readonly rows: readonly T[];
  /** Tokens of the longest, at least 1: what the others are padded to. */
  readonly width: number;
}

/**
 * Texts tokenized and grouped so that those of one batch are of much the same length. Which texts share a batch changes what a model answers
 * by no more than rounding.
 */
export function* batchesOf<T extends { readonly length: number }>(texts: readonly string[], tokenize: (text: string) => T, mostTokens = MOST_TOKENS): Generator<Batch<T>> {
  for (let first = 0; first < texts.length; first += MOST_TEXTS) {
    const rows = texts.slice(first, first + MOST_TEXTS).map(tokenize);
    const order = rows.map((_, k) => k).sort((a, b) => (rows[a] as T).length - (rows[b] as T).length || a - b);
    for (let start = 0; start < order.length; ) {
      let end = start;
      let width = 1;
      while (end < order.length) {
        const next = Math.max(width, (rows[order[end] as number] as T).length);
        if (end > start && next * (end - start + 1) > mostTokens) break;
        width = next;
        end++;
      }
      const group = order.slice(start, end);
      yield { texts: group.map((k) => first + k), rows: group.map((k) => rows[k] as T), width };
      start = end;
    }
  }
}

/** The rows one after another, each padded to `width`. */
export function padded(rows: readonly ArrayLike<number>[], width: number, padding: number): BigInt64Array {
  const values = new BigInt64Array(rows.length * width).fill(BigInt(padding));
  for (const [row, ids] of rows.entries()) for (let k = 0; k < ids.length; k++) values[row * width + k] = BigInt(ids[k] as number);
  return values;
}
