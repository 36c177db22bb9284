import type { Design } from "./design.ts";
import { studentize, type Mean, type UnitInfluence } from "./means.ts";

/** A smooth function of some means: its value and its gradient, in the order of the means. */
export interface SmoothFunction {
  value(means: readonly number[]): number;
  gradient(means: readonly number[]): readonly number[];
}

/**
 * Bootstrap-t for a smooth function of means (Efron & Tibshirani 1993, ch. 12, with the delta method's standard error, ch. 21):
 * every resample has its own value and its own standard error, so that a skewed cost in one mean is seen in the interval.
 * Feed `resample` to `means` as an `along`, then read `mean`.
 */
export class FunctionOfMeans {
  readonly #design: Design;
  readonly #columns: readonly number[];
  readonly #units: readonly UnitInfluence[];
  readonly #smooth: SmoothFunction;
  readonly #resampled: Float64Array;
  readonly #se: Float64Array;

  /**
   * @param columns which columns of `means` the function takes
   * @param units [column] as `unitInfluence` gives it
   */
  constructor(design: Design, columns: readonly number[], units: readonly UnitInfluence[], smooth: SmoothFunction, resamples: number) {
    this.#design = design;
    this.#columns = columns;
    this.#units = units;
    this.#smooth = smooth;
    this.#resampled = new Float64Array(resamples);
    this.#se = new Float64Array(resamples);
  }

  readonly resample = (weights: Float64Array, b: number, means: readonly Mean[]): void => {
    const theta = this.#columns.map((k) => means[k]?.resampled[b] as number);
    const moved = theta.map((t, j) => t - (means[this.#columns[j] as number]?.mean as number));
    this.#resampled[b] = this.#smooth.value(theta);
    this.#se[b] = this.#standardError(weights, this.#smooth.gradient(theta), moved);
  };

  /** The function as if it were a mean, for `meanInterval`. */
  mean(means: readonly Mean[]): Mean {
    const own = this.#columns.map((k) => means[k] as Mean);
    const theta = own.map((m) => m.mean);
    const value = this.#smooth.value(theta);
    const se = this.#standardError(null, this.#smooth.gradient(theta), theta.map(() => 0));
    const studentized = this.#resampled.map((again, b) => studentize(again - value, this.#se[b] as number));
    const fewest = (of: (m: Mean) => number) => Math.min(...own.map(of));
    return { mean: value, se, n: fewest((m) => m.n), units: fewest((m) => m.units), df: fewest((m) => m.df), resampled: this.#resampled, studentized };
  }

  /** Residuals of a resample are those of the sample less what its means have moved, over the prompts that it drew. */
  #standardError(weights: Float64Array | null, gradient: readonly number[], moved: readonly number[]): number {
    const { start, units } = this.#design;
    const z = new Float64Array(units);
    gradient.forEach((g, j) => {
      if (g === 0) return;
      const { influence, size } = this.#units[j] as UnitInfluence;
      let drawn = 0;
      for (let u = 0; u < units; u++) drawn += (weights ? (weights[u] as number) : 1) * (size[u] as number);
      for (let u = 0; u < units; u++) (z[u] as number) += (g / drawn) * ((influence[u] as number) - (moved[j] as number) * (size[u] as number));
    });
    let variance = 0;
    for (let h = 0; h + 1 < start.length; h++) {
      const from = start[h] as number;
      const to = start[h + 1] as number;
      let first = 0;
      let second = 0;
      for (let u = from; u < to; u++) {
        const w = weights ? (weights[u] as number) : 1;
        first += w * (z[u] as number);
        second += w * (z[u] as number) * (z[u] as number);
      }
      const c = to - from;
      const spread = second - (first * first) / c;
      if (c > 1 && spread > 1e-12 * second) variance += (c / (c - 1)) * spread;
    }
    return Math.sqrt(variance);
  }
}
