/** Quantile of ascending `sorted` with linear interpolation, as numpy's and pandas' default (Hyndman & Fan 1996, type 7). NaN when empty. */
export function quantileLinear(sorted: ArrayLike<number>, p: number): number {
  const n = sorted.length;
  if (n === 0) return NaN;
  const h = (n - 1) * p;
  const low = Math.floor(h);
  const a = sorted[low] as number;
  const b = sorted[Math.min(low + 1, n - 1)] as number;
  return a + (h - low) * (b - a);
}

/** Inverse of the empirical distribution: the smallest value with at least share `p` at or below it (type 1). NaN when empty. */
export function quantileStep(sorted: ArrayLike<number>, p: number): number {
  const n = sorted.length;
  if (n === 0) return NaN;
  return sorted[Math.min(n - 1, Math.max(0, Math.ceil(n * p - 1e-9) - 1))] as number;
}

/**
 * Ranks [l, u], 0-based, of the order statistics that hold the `p` quantile of n values: equal tails, Binomial(n, p) coverage
 * of at least `level` (David & Nagaraja 2003, Order Statistics, 7.1). Null where n is too small for both to exist.
 */
export function quantileRanks(n: number, p: number, level = 0.95): [number, number] | null {
  const alpha = (1 - level) / 2;
  const low = binomialRank(n, p, alpha);
  const fromTop = binomialRank(n, 1 - p, alpha);
  return low < 0 || fromTop < 0 ? null : [low, n - 1 - fromTop];
}

/** Values with weights, sorted once, for quantiles of mixtures. */
export class WeightedValues {
  readonly #values: Float64Array;
  readonly #upTo: Float64Array;
  readonly mean: number;

  constructor(values: ArrayLike<number>, weights: ArrayLike<number>) {
    const n = values.length;
    const order = new Uint32Array(n);
    for (let k = 0; k < n; k++) order[k] = k;
    order.sort((a, b) => (values[a] as number) - (values[b] as number));
    this.#values = Float64Array.from(order, (k) => values[k] as number);
    this.#upTo = new Float64Array(n);
    let total = 0;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const w = weights[order[k] as number] as number;
      total += w;
      sum += w * (this.#values[k] as number);
      this.#upTo[k] = total;
    }
    this.mean = sum / total;
  }

  /** The smallest value whose cumulative weight reaches `p` of the total (type 1). NaN when empty. */
  quantile(p: number): number {
    const n = this.#values.length;
    if (n === 0) return NaN;
    const wanted = p * (this.#upTo[n - 1] as number) * (1 - 1e-12);
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#upTo[middle] as number) >= wanted) high = middle;
      else low = middle + 1;
    }
    return this.#values[low] as number;
  }
}

/** Largest 0-based rank r with P(Binomial(n, p) ≤ r) ≤ alpha, -1 when there is none. */
function binomialRank(n: number, p: number, alpha: number): number {
  if (n === 0) return -1;
  const ratio = p / (1 - p);
  let log = n * Math.log1p(-p);
  let cumulative = 0;
  for (let k = 0; k <= n; k++) {
    cumulative += Math.exp(log);
    if (cumulative > alpha) return k - 1;
    log += Math.log(((n - k) / (k + 1)) * ratio);
  }
  return n - 1;
}
