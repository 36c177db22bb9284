import type { Mean } from "./means.ts";
import { normalCdf, normalQuantile, Z90, Z95 } from "./normal.ts";
import { clopperPearson, wilson } from "./proportions.ts";

export type Bounds = [number, number];

/** Two-sided; the bounds of 0.9 are the one-sided 95 % bounds that gates rest on. */
export type Level = 0.95 | 0.9;

const Z: Readonly<Record<Level, number>> = { 0.95: Z95, 0.9: Z90 };

/** What a mean's values are limited to, so that no bound leaves it. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/** Up to here the bootstrap of a mean has too few different resamples, and Student's t is the sounder guess. */
const FEW_DF = 9;
/** Resamples without spread, beyond this share, say that a handful of units carry all of it. */
const SPREADLESS = 0.005;

/**
 * Interval of a mean: bootstrap-t (Efron & Tibshirani 1993, eq. 12.22), second-order correct for skewed costs. Null below two
 * units; a point where nothing varies.
 *
 * Bootstrap-t breaks down where a few units carry all the spread: a share f of resamples then misses them all and has no spread,
 * f = exp(-λ) for λ such units. Their number limits what is known, so Student's t with 2λ degrees of freedom stands instead
 * (Satterthwaite 1946, for a sum of λ rare events), as it does with fewer than ten degrees of freedom.
 */
export function meanInterval(mean: Mean, limits?: Limits, level: Level = 0.95): Bounds | null {
  if (!(mean.se >= 0) || mean.units < 2) return null;
  const student = studentOf(mean, level);
  let bounds: Bounds = [mean.mean, mean.mean];
  if (student !== null) bounds = [mean.mean - student * mean.se, mean.mean + student * mean.se];
  else if (mean.se > 0) {
    const t = mean.studentized.filter((v) => !Number.isNaN(v)).sort();
    if (t.length === 0) return null;
    bounds = [mean.mean - quantileAt(t, (1 + level) / 2) * mean.se, mean.mean - quantileAt(t, (1 - level) / 2) * mean.se];
  }
  return limits ? [Math.max(limits.low, bounds[0]), Math.min(limits.high, bounds[1])] : bounds;
}

/** Interval of a mean from its standard error alone: Student's t at its degrees of freedom. Null below two units. */
export function analyticInterval(mean: Omit<Mean, "resampled" | "studentized">, limits: Limits, level: Level = 0.95): Bounds | null {
  if (!(mean.se >= 0) || mean.units < 2) return null;
  const half = mean.se === 0 ? 0 : studentQuantile(Math.max(1, mean.df), level) * mean.se;
  return [Math.max(limits.low, mean.mean - half), Math.min(limits.high, mean.mean + half)];
}

/** Student's t where the bootstrap-t cannot be had; null where it can. */
function studentOf(mean: Mean, level: Level = 0.95): number | null {
  if (mean.se === 0) return null;
  const spreadless = spreadlessShare(mean);
  if (spreadless > SPREADLESS) return studentQuantile(Math.max(1, Math.min(mean.df, -2 * Math.log(spreadless))), level);
  return mean.df <= FEW_DF ? studentQuantile(Math.max(1, mean.df), level) : null;
}

function spreadlessShare({ studentized }: Mean): number {
  let count = 0;
  for (const t of studentized) if (t === Infinity || t === -Infinity) count++;
  return count / studentized.length;
}

/** The two-sided point of Student's t: tables for whole degrees of freedom to 9, then Cornish-Fisher (Abramowitz & Stegun 26.7.5). */
export function studentQuantile(df: number, level: Level = 0.95): number {
  if (df < 10) return STUDENT[level][Math.floor(df) - 1] ?? Infinity;
  const z = Z[level];
  return (
    z +
    (z ** 3 + z) / (4 * df) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * df ** 3)
  );
}

const STUDENT: Readonly<Record<Level, readonly number[]>> = {
  0.95: [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622],
  0.9: [6.3138, 2.92, 2.3534, 2.1318, 2.015, 1.9432, 1.8946, 1.8595, 1.8331],
};

/**
 * Interval of a mean paired difference of binary values (-1, 0, 1): adjusted Wald (Bonett & Price 2012, eq. 11), at the
 * effective n that the cluster standard error implies. It has a width also where no pair is discordant.
 *
 * @param won share of prompts that only the first has right; lost: only the second
 * @param z the level's, or a simultaneous critical value
 */
export function binaryDifferenceInterval(won: number, lost: number, mean: Pick<Mean, "se" | "n" | "units" | "df">, level: Level = 0.95, z = Z[level]): Bounds | null {
  if (mean.units < 2) return null;
  const spread = won + lost - (won - lost) ** 2;
  const n = (mean.se > 0 && spread > 0 ? spread / (mean.se * mean.se) : mean.units) * (Z[level] / studentQuantile(Math.max(1, mean.df), level)) ** 2;
  const [a, b] = [(won * n + 1) / (n + 2), (lost * n + 1) / (n + 2)];
  const half = z * Math.sqrt((a + b - (a - b) ** 2) / (n + 2));
  return [Math.max(-1, a - b - half), Math.min(1, a - b + half)];
}

/**
 * Interval of a proportion (every value 0 or 1): Wilson at the effective n that the cluster standard error implies, less its
 * degrees of freedom (Korn & Graubard 1998, eq. 2.4); at the number of units where the sample shows no spread. Null below two units.
 * One-sided bounds are exact ones at that n: Wilson's covers 95 % on average of both sides, but near 0 and 1 one side of it alone is wrong
 * up to 18 % of the time (20 prompts at a rate of 1 %).
 */
export function proportionInterval(mean: Omit<Mean, "resampled" | "studentized">, level: Level = 0.95): Bounds | null {
  if (Number.isNaN(mean.mean) || mean.units < 2) return null;
  const p = mean.mean;
  const spread = p * (1 - p);
  const n = mean.se > 0 && spread > 0 ? (spread / (mean.se * mean.se)) * (Z[level] / studentQuantile(Math.max(1, mean.df), level)) ** 2 : mean.units;
  return level === 0.9 ? clopperPearson(p, n, 0.05) : wilson(p, n);
}

/**
 * Max-t over a family (Romano & Wolf 2005; studentized, symmetric): the 95 % point of max |t| over the family's members in
 * the same resample. Members that a handful of units carry are left out, since their t is no t; z of .95 where none remains.
 */
export function maxT(family: readonly Mean[]): number {
  const varying = family.filter((m) => m.se > 0 && spreadlessShare(m) <= SPREADLESS);
  const first = varying[0];
  if (!first) return Z95;
  const largest = new Float64Array(first.studentized.length);
  for (const { studentized } of varying)
    for (let b = 0; b < largest.length; b++) {
      const t = Math.abs(studentized[b] as number);
      if (t > (largest[b] as number) && t < Infinity) largest[b] = t;
    }
  return quantileAt(largest.sort(), 0.95);
}

/** The critical value of one member of a family of `size`: the family's, or its own Student's t, Bonferroni-wide, where a handful of units carry it. */
export function criticalFor(mean: Mean, familyCritical: number, size: number): number {
  const student = studentOf(mean);
  return student === null ? familyCritical : Math.max(familyCritical, student * (normalQuantile(1 - 0.025 / size) / Z95));
}

/** Two-sided bootstrap-t p-value of mean = 0: (1 + #{|t*| ≥ |t|}) / (resamples + 1) (Davison & Hinkley 1997, eq. 4.11). */
export function pValue(mean: Mean): number | null {
  if (!(mean.se >= 0)) return null;
  if (mean.se === 0) return mean.mean === 0 ? 1 : null;
  const t = Math.abs(mean.mean / mean.se);
  let beyond = 0;
  for (const s of mean.studentized) if (Math.abs(s) >= t) beyond++;
  return (1 + beyond) / (mean.studentized.length + 1);
}

/**
 * BCa interval of any statistic from its resamples (Efron 1987; Efron & Tibshirani 1993, eq. 14.10).
 *
 * @param influence per unit, proportional to the statistic's influence values; its skewness is the acceleration
 * @param level two-sided, default .95
 * NaN resamples (the statistic did not exist there) make the interval null when they are more than 1 %.
 */
export function bcaInterval(estimate: number, resampled: Float64Array, influence: Float64Array | null, level = 0.95): Bounds | null {
  const values = resampled.filter((v) => !Number.isNaN(v)).sort();
  const count = values.length;
  if (Number.isNaN(estimate) || count === 0 || count < 0.99 * resampled.length) return null;
  if (values[0] === values[count - 1]) return [values[0] as number, values[0] as number];
  let below = 0;
  for (const v of values) below += v < estimate ? 1 : v === estimate ? 0.5 : 0;
  const z0 = normalQuantile(Math.min(Math.max(below / count, 0.5 / count), 1 - 0.5 / count));
  const a = influence ? acceleration(influence) : 0;
  const bound = (p: number): number => {
    const z = z0 + normalQuantile(p);
    return quantileAt(values, normalCdf(z0 + z / (1 - a * z)));
  };
  return [bound((1 - level) / 2), bound((1 + level) / 2)];
}

/**
 * Interval of a statistic from its resamples, where BCa alone is too narrow on few prompts: never inside estimate ± Student's t · se.
 *
 * @param se of the delta method; the resamples' own standard deviation where it is not known
 */
export function widenedBca(estimate: number, resampled: Float64Array, { influence = null, se = deviation(resampled), df, level = 0.95, limits = { low: -Infinity, high: Infinity } }: WideningOptions): Bounds | null {
  const bca = bcaInterval(estimate, resampled, influence, level);
  const half = studentQuantile(Math.max(1, df)) * (normalQuantile((1 + level) / 2) / Z95) * se;
  return bca && [Math.max(limits.low, Math.min(bca[0], estimate - half)), Math.min(limits.high, Math.max(bca[1], estimate + half))];
}

export interface WideningOptions {
  /** Per unit; null: the acceleration is taken for 0. */
  readonly influence?: Float64Array | null;
  readonly se?: number;
  /** Degrees of freedom of the standard error. */
  readonly df: number;
  /** Two-sided, default .95. */
  readonly level?: number;
  readonly limits?: Limits;
}

/**
 * Simultaneous 95 % band of several statistics: each ± c · its resamples' standard deviation, c the 95 % point of the largest |t| of a resample
 * (sup-t; Montiel Olea & Plagborg-Møller 2019), widened as Student's t is. Null where a statistic is not there; a point where it does not vary.
 */
export function supTBand(estimates: readonly number[], resampled: readonly Float64Array[], df: number): (Bounds | null)[] {
  const se = resampled.map(deviation);
  const largest = new Float64Array(resampled[0]?.length ?? 0);
  for (const [k, own] of resampled.entries())
    if ((se[k] as number) > 0) for (let b = 0; b < largest.length; b++) largest[b] = Math.max(largest[b] as number, Math.abs((own[b] as number) - (estimates[k] as number)) / (se[k] as number));
  const critical = Math.max(Z95, quantileAt(largest.sort(), 0.95)) * (studentQuantile(Math.max(1, df)) / Z95);
  return estimates.map((estimate, k) => {
    const half = critical * (se[k] as number);
    return Number.isNaN(half) || Number.isNaN(estimate) ? null : [estimate - half, estimate + half];
  });
}

/** Standard deviation of the values, by n. */
function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const square = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return Math.sqrt(square) <= 1e-13 * Math.abs(mean) ? 0 : Math.sqrt(square); // the rounding of sums is no spread
}

/** Percentile interval that lets infinite resamples stand: a bound may be Infinity. */
export function percentileInterval(resampled: Float64Array, level = 0.95): Bounds | null {
  const values = resampled.filter((v) => !Number.isNaN(v)).sort();
  if (values.length === 0) return null;
  return [quantileAt(values, (1 - level) / 2), quantileAt(values, (1 + level) / 2)];
}

/** Σu³ / 6(Σu²)^1.5 of centred influence values. */
function acceleration(influence: Float64Array): number {
  let mean = 0;
  for (const u of influence) mean += u;
  mean /= influence.length;
  let s2 = 0;
  let s3 = 0;
  for (const u of influence) {
    const d = u - mean;
    s2 += d * d;
    s3 += d * d * d;
  }
  return s2 > 0 ? s3 / (6 * s2 ** 1.5) : 0;
}

/** The (B + 1)p-th of B sorted values, interpolated; infinite neighbours are not blended. */
function quantileAt(sorted: Float64Array, p: number): number {
  const h = Math.min(Math.max((sorted.length + 1) * p - 1, 0), sorted.length - 1);
  const low = Math.floor(h);
  const a = sorted[low] as number;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  if (a === b || !Number.isFinite(a) || !Number.isFinite(b)) return h - low < 0.5 ? a : b;
  return a + (h - low) * (b - a);
}
