/** How trees are grown. */
export interface TreeShape {
  /** Splits from the root to a leaf, at most. */
  readonly depth: number;
  /** Trees, one after another. */
  readonly rounds: number;
  /** Share of each tree that is added. */
  readonly rate: number;
  /** Fewest rows in a leaf. */
  readonly minLeaf: number;
}

/**
 * Trees as whole binary ones, node after node from the root (children of node k are 2k + 1 and 2k + 2), tree after tree; a node that is not
 * split sends all to the left.
 */
export interface BoostedTrees {
  readonly depth: number;
  /** What all rows begin with; NaN where no target is known. */
  readonly base: number;
  /** [tree · node] the column that a node asks; -1 where it is not split */
  readonly column: Int32Array;
  /** [tree · node] rows above go right */
  readonly threshold: Float64Array;
  /** [tree · node] 1 where a gap goes right */
  readonly gapRight: Int32Array;
  /** [tree · leaf] what is added, the rate counted in */
  readonly leaf: Float64Array;
}

/** Columns whose values stand in bins of rising order, one for each value where they are few: sorted once, for all trees. */
export interface BinnedColumns {
  readonly columns: readonly Float64Array[];
  /** [column][row] the bin of the value, GAP where there is none */
  readonly bins: readonly Uint8Array[];
  /** [column][bin] the lowest and the highest value there */
  readonly low: readonly Float64Array[];
  readonly high: readonly Float64Array[];
}

const GAP = 255;

/** Bins of about the same number of rows; equal values are in one. @param columns [column][row]; NaN is a gap */
export function binColumns(columns: readonly Float64Array[]): BinnedColumns {
  const binned = columns.map((column) => {
    const order = Array.from(column.keys()).filter((i) => !Number.isNaN(column[i])).sort((a, b) => (column[a] as number) - (column[b] as number));
    const few = new Set(order.map((i) => column[i])).size <= GAP;
    const [own, low, high] = [new Uint8Array(column.length).fill(GAP), [] as number[], [] as number[]];
    for (const [rank, i] of order.entries()) {
      const value = column[i] as number;
      if (rank === 0 || (value > (high.at(-1) as number) && (few || rank * GAP >= low.length * order.length))) low.push(value);
      high[low.length - 1] = value;
      own[i] = low.length - 1;
    }
    return { own, low: Float64Array.from(low), high: Float64Array.from(high) };
  });
  return { columns, bins: binned.map(({ own }) => own), low: binned.map(({ low }) => low), high: binned.map(({ high }) => high) };
}

/** Gains below this share of the squares of what is to be explained are rounding. */
const ROUNDING = 1e-12;

/**
 * Gradient boosting with squared loss (Friedman 2001, algorithm 2, shrunken as its equation 36): from the mean on, each tree is fitted to
 * what is left, its splits those that gain most in squares over all columns and all places between two bins (greedy; exact where a column
 * has no more than 255 values), a gap on the side where it gains more, or else on the side of more rows. Rows without a target are left
 * out. Ties go to the first column, and to the lowest threshold.
 *
 * @param target [row]; NaN is a gap
 * @param told is told the squares left, before the first tree and after each
 */
export function fitTrees(binned: BinnedColumns, target: Float64Array, { depth, rounds, rate, minLeaf }: TreeShape, told: (squares: number) => void = () => undefined): BoostedTrees {
  const [inner, leaves] = [2 ** depth - 1, 2 ** depth];
  const known = Int32Array.from(Array.from(target.keys()).filter((i) => !Number.isNaN(target[i])));
  const base = known.length === 0 ? NaN : known.reduce((sum, i) => sum + (target[i] as number), 0) / known.length;
  const trees = { depth, base, column: new Int32Array(rounds * inner).fill(-1), threshold: new Float64Array(rounds * inner), gapRight: new Int32Array(rounds * inner), leaf: new Float64Array(rounds * leaves) };
  const left = target.map((value) => value - base);
  const squares = () => known.reduce((sum, i) => sum + (left[i] as number) ** 2, 0);
  let still = squares();
  told(still);
  /** Which node of the level a row is in; -1 of rows without a target. */
  const at = new Int32Array(target.length);
  for (let tree = 0; tree < rounds && known.length > 0; tree++) {
    for (let i = 0; i < target.length; i++) at[i] = Number.isNaN(target[i]) ? -1 : 0;
    const least = ROUNDING * still;
    for (let level = 0; level < depth; level++) {
      const from = tree * inner + 2 ** level - 1;
      for (const [k, split] of bestSplits(binned, left, at, 2 ** level, minLeaf, least).entries()) {
        if (split.column < 0) continue;
        trees.column[from + k] = split.column;
        trees.threshold[from + k] = split.threshold;
        trees.gapRight[from + k] = split.gapRight ? 1 : 0;
      }
      for (const i of known) at[i] = 2 * (at[i] as number) + side(trees, from + (at[i] as number), binned.columns, i);
    }
    const [sum, count] = [new Float64Array(leaves), new Float64Array(leaves)];
    for (const i of known) {
      (sum[at[i] as number] as number) += left[i] as number;
      (count[at[i] as number] as number)++;
    }
    const leaf = trees.leaf.subarray(tree * leaves, (tree + 1) * leaves);
    for (let k = 0; k < leaves; k++) leaf[k] = count[k] === 0 ? 0 : (rate * (sum[k] as number)) / (count[k] as number);
    for (const i of known) (left[i] as number) -= leaf[at[i] as number] as number;
    told((still = squares()));
  }
  return trees;
}

/** What the trees expect of each row. */
export function treeValues(trees: BoostedTrees, columns: readonly Float64Array[], rows: number): Float64Array {
  const { depth, base, leaf } = trees;
  const [inner, leaves] = [2 ** depth - 1, 2 ** depth];
  const values = new Float64Array(rows).fill(base);
  for (let i = 0; i < rows; i++)
    for (let tree = 0; tree * leaves < leaf.length; tree++) {
      let k = 0;
      for (let level = 0; level < depth; level++) k = 2 * k + side(trees, tree * inner + 2 ** level - 1 + k, columns, i);
      (values[i] as number) += leaf[tree * leaves + k] as number;
    }
  return values;
}

/** 1 where a row goes right of a node. */
function side({ column, threshold, gapRight }: BoostedTrees, node: number, columns: readonly Float64Array[], row: number): number {
  const c = column[node] as number;
  if (c < 0) return 0;
  const value = columns[c]?.[row] as number;
  return Number.isNaN(value) ? (gapRight[node] as number) : value > (threshold[node] as number) ? 1 : 0;
}

interface Split {
  readonly column: number;
  readonly threshold: number;
  readonly gapRight: boolean;
}

/** The best split of each node of a level, of column -1 where none gains more than `least`. */
function bestSplits({ columns, bins, low, high }: BinnedColumns, left: Float64Array, at: Int32Array, nodes: number, minLeaf: number, least: number): Split[] {
  const width = GAP + 1;
  const [count, sum] = [new Float64Array(nodes * width), new Float64Array(nodes * width)];
  const best = new Float64Array(nodes).fill(least);
  const found = Array.from({ length: nodes }, (): Split => ({ column: -1, threshold: 0, gapRight: false }));
  for (const column of columns.keys()) {
    count.fill(0);
    sum.fill(0);
    const own = bins[column] as Uint8Array;
    for (let i = 0; i < at.length; i++) {
      const k = at[i] as number;
      if (k < 0) continue;
      const cell = k * width + (own[i] as number);
      (count[cell] as number)++;
      (sum[cell] as number) += left[i] as number;
    }
    for (let k = 0; k < nodes; k++) ofNode(k, column, count.subarray(k * width, (k + 1) * width), sum.subarray(k * width, (k + 1) * width));
  }
  return found;

  function ofNode(k: number, column: number, counts: Float64Array, sums: Float64Array): void {
    const [lows, highs] = [low[column] as Float64Array, high[column] as Float64Array];
    const [gapCount, gapSum] = [counts[GAP] as number, sums[GAP] as number];
    let [all, total] = [gapCount, gapSum];
    for (let b = 0; b < lows.length; b++) {
      all += counts[b] as number;
      total += sums[b] as number;
    }
    let [n, s, last] = [0, 0, -1];
    for (let b = 0; b < lows.length; b++) {
      if (counts[b] === 0) continue;
      if (n > 0) {
        const next = lows[b] as number;
        const middle = ((highs[last] as number) + next) / 2;
        const threshold = middle < next ? middle : (highs[last] as number);
        tried(threshold, gapCount > 0 || 2 * n <= all, n, s);
        if (gapCount > 0) tried(threshold, false, n + gapCount, s + gapSum);
      }
      n += counts[b] as number;
      s += sums[b] as number;
      last = b;
    }
    if (gapCount > 0) tried(Infinity, true, n, s);

    function tried(threshold: number, gapRight: boolean, lower: number, lowerSum: number): void {
      const upper = all - lower;
      if (lower < minLeaf || upper < minLeaf || lower === 0 || upper === 0) return;
      const gain = (lowerSum * lowerSum) / lower + ((total - lowerSum) * (total - lowerSum)) / upper - (total * total) / all;
      if (gain <= (best[k] as number)) return;
      best[k] = gain;
      found[k] = { column, threshold, gapRight };
    }
  }
}
