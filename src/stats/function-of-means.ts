import type { Design } from "./design.ts";
import type { Mean } from "./means.ts";

/** A smooth function of some means: its value and its gradient, in the order of the means. */
export interface SmoothFunction {
  value(means: readonly number[]): number;
  gradient(means: readonly number[]): readonly number[];
}

/**
 * Bootstrap-t for a smooth function of means (Efron & Tibshirani 1993, ch. 12 with the delta method's standard error, ch. 22):
 * every resample has its own value and its own standard error, so that a skewed cost in one mean is seen in the interval.
 * Feed `resample` to `means` as an `along`, then read `mean`.
 */
export class FunctionOfMeans {
  readonly #design: Design;
  readonly #columns: readonly number[];
  readonly #influence: readonly Float64Array[];
  readonly #smooth: SmoothFunction;
  readonly #size: Float64Array;
  readonly #n: number;
  readonly #resampled: Float64Array;
  readonly #se: Float64Array;

  /**
   * @param columns which columns of `means` the function takes
   * @param influence [column][unit] as `unitInfluence` gives it
   */
  constructor(design: Design, columns: readonly number[], influence: readonly Float64Array[], smooth: SmoothFunction, resamples: number) {
    this.#design = design;
    this.#columns = columns;
    this.#influence = influence;
    this.#smooth = smooth;
    this.#n = design.unit.length;
    this.#size = new Float64Array(design.units);
    for (const u of design.unit) (this.#size[u] as number) += 1 / this.#n;
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
    const theta = this.#columns.map((k) => means[k]?.mean as number);
    const value = this.#smooth.value(theta);
    const se = this.#standardError(null, this.#smooth.gradient(theta), theta.map(() => 0));
    const studentized = this.#resampled.map((again, b) => {
      const own = this.#se[b] as number;
      return own > 0 ? (again - value) / own : NaN;
    });
    return { mean: value, se, n: this.#n, units: this.#design.units, resampled: this.#resampled, studentized };
  }

  /** Residuals of a resample are those of the sample less what its means have moved, times the unit's size. */
  #standardError(weights: Float64Array | null, gradient: readonly number[], moved: readonly number[]): number {
    const { start } = this.#design;
    const shift = gradient.reduce((sum, g, j) => sum + g * (moved[j] as number), 0);
    let variance = 0;
    for (let h = 0; h + 1 < start.length; h++) {
      const from = start[h] as number;
      const to = start[h + 1] as number;
      let first = 0;
      let second = 0;
      for (let u = from; u < to; u++) {
        const w = weights ? (weights[u] as number) : 1;
        if (w === 0) continue;
        let z = -shift * (this.#size[u] as number);
        for (let j = 0; j < gradient.length; j++) z += (gradient[j] as number) * ((this.#influence[j] as Float64Array)[u] as number);
        first += w * z;
        second += w * z * z;
      }
      const c = to - from;
      if (c > 1) variance += (c / (c - 1)) * Math.max(0, second - (first * first) / c);
    }
    return Math.sqrt(variance);
  }
}
