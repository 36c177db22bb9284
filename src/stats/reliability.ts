import type { Design } from "./design.ts";
import { analyticInterval, percentileInterval, proportionInterval, type Bounds } from "./intervals.ts";
import { groupedMeans } from "./means.ts";
import { ascending } from "./order.ts";

/** Bins of expectations, of about equal numbers. */
const BINS = 15;

/** A bin of expectations and what came of them. */
export interface ReliabilityBin {
  readonly n: number;
  /** Lowest and highest expectation. */
  readonly from: number;
  readonly to: number;
  readonly expected: number;
  readonly quality: { readonly mean: number; readonly ci: Bounds | null };
}

/** Expectations beside outcomes. Feed `resample` the weights of units, then `finish`. */
export interface Reliability {
  resample(weights: Float64Array, resample: number): void;
  finish(): { readonly ece: number; readonly corrected: number; readonly ci: Bounds | null; readonly bins: ReliabilityBin[] };
}

/**
 * Expected calibration error Σ_b (n_b/n) · |mean expected - mean outcome| over 15 bins of about equal numbers (Naeini et al. 2015; Guo et al.
 * 2017, eq. 3, whose bins are of equal width); equal expectations stay together, so bins may be fewer. Outcomes may be graded: the outcome of
 * a bin is its mean. The sum of absolute noise is biased upward: `corrected` takes off the bias that resamples show (Efron & Tibshirani 1993,
 * eq. 10.12). The upper bound is the basic bootstrap's (Davison & Hinkley 1997, eq. 5.6), which fails near 0, where ECE has a corner: so the
 * lower bound is ECE less the 97.5 % point of Σ_b |gap_b* - gap_b|, the most that noise can add by the triangle inequality. Both are at least
 * 0; bins are held over resamples.
 *
 * @param design with the unit of each pair
 */
export function reliabilityOf(expected: Float64Array, came: Float64Array, design: Design, resamples: number): Reliability {
  const { order, groupEnd } = ascending(expected);
  const n = expected.length;
  const bin = new Int32Array(n);
  const ends: number[] = [];
  let from = 0;
  for (const end of groupEnd) {
    for (let k = from; k < end; k++) bin[order[k] as number] = ends.length;
    if (end === n || end * BINS >= (Math.floor(((ends.at(-1) ?? 0) * BINS) / n) + 1) * n) ends.push(end);
    from = end;
  }
  // What a resample adds up: by bin, of each unit the expected less what came.
  const sums = ends.map(() => new Map<number, number>());
  const size = new Float64Array(design.units);
  for (const [i, u] of design.unit.entries()) {
    (size[u] as number) += 1;
    const own = sums[bin[i] as number] as Map<number, number>;
    own.set(u, (own.get(u) ?? 0) + (expected[i] as number) - (came[i] as number));
  }
  const terms = sums.map((own) => ({ unit: Int32Array.from(own.keys()), sum: Float64Array.from(own.values()) }));
  /** [bin] its share of all times how far what is expected is above what came. */
  const gaps = (weights: Float64Array): number[] => {
    let total = 0;
    for (let u = 0; u < size.length; u++) total += (weights[u] as number) * (size[u] as number);
    return terms.map(({ unit, sum }) => {
      let off = 0;
      for (let k = 0; k < unit.length; k++) off += (weights[unit[k] as number] as number) * (sum[k] as number);
      return off / total;
    });
  };
  const absolute = (of: readonly number[]) => of.reduce((sum, gap) => sum + Math.abs(gap), 0);
  const now = gaps(new Float64Array(design.units).fill(1));
  const again = new Float64Array(resamples);
  const noise = new Float64Array(resamples);

  return {
    resample(weights, b) {
      const own = gaps(weights);
      again[b] = absolute(own);
      noise[b] = absolute(own.map((gap, g) => gap - (now[g] as number)));
    },
    finish() {
      const value = absolute(now);
      const mean = again.reduce((sum, one) => sum + one, 0) / resamples;
      const [bounds, most] = design.units < 2 ? [null, null] : [percentileInterval(again), percentileInterval(noise)];
      const floor = (one: number) => Math.min(1, Math.max(0, one));
      const qualities = groupedMeans(design, came, bin, ends.length);
      const binary = came.every((y) => y === 0 || y === 1);
      return {
        ece: value,
        corrected: floor(2 * value - mean),
        ci: bounds && most && [floor(value - most[1]), floor(2 * value - bounds[0])],
        bins: ends.map((end, g) => {
          const own = order.subarray(ends[g - 1] ?? 0, end);
          const quality = qualities[g] as (typeof qualities)[number];
          return {
            n: own.length,
            from: expected[own[0] as number] as number,
            to: expected[own.at(-1) as number] as number,
            expected: own.reduce((sum, i) => sum + (expected[i] as number), 0) / own.length,
            quality: { mean: quality.mean, ci: binary ? proportionInterval(quality) : analyticInterval(quality, { low: 0, high: 1 }) },
          };
        }),
      };
    },
  };
}
