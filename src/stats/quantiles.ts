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

/** The smallest n whose largest value is a one-sided upper bound of the `p` quantile at `level`: 59 for p95, 299 for p99. */
export function fewestForQuantile(p: number, level = 0.95): number {
  return Math.ceil(Math.log(1 - level) / Math.log(Math.max(p, 1 - p)) - 1e-9);
}

/** A mixture of samples, each ascending and with a weight for every one of its values. */
export class Distribution {
  readonly #parts: readonly { readonly sorted: Float64Array; readonly weight: number }[];
  readonly #total: number;
  readonly mean: number;

  constructor(parts: readonly { readonly sorted: Float64Array; readonly weight: number }[]) {
    this.#parts = parts.filter(({ sorted }) => sorted.length > 0);
    let total = 0;
    let sum = 0;
    for (const { sorted, weight } of this.#parts) {
      total += weight * sorted.length;
      let own = 0;
      for (const v of sorted) own += v;
      sum += weight * own;
    }
    this.#total = total;
    this.mean = sum / total;
  }

  /** The smallest value whose cumulative weight reaches `p` of the total (type 1). NaN when empty. */
  quantile(p: number): number {
    const wanted = p * this.#total * (1 - 1e-12);
    let best = NaN;
    for (const { sorted } of this.#parts) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#upTo(sorted[middle] as number) >= wanted) high = middle;
        else low = middle + 1;
      }
      if (low < sorted.length && !((sorted[low] as number) >= best)) best = sorted[low] as number;
    }
    if (!Number.isNaN(best) || this.#parts.length === 0) return best;
    return Math.max(...this.#parts.map(({ sorted }) => sorted[sorted.length - 1] as number));
  }

  /** Weight of the values ≤ x. */
  #upTo(x: number): number {
    let weight = 0;
    for (const part of this.#parts) {
      let low = 0;
      let high = part.sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((part.sorted[middle] as number) <= x) low = middle + 1;
        else high = middle;
      }
      weight += part.weight * low;
    }
    return weight;
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
