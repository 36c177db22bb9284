import type { Mean } from "./means.ts";
import { normalCdf, normalQuantile, Z95 } from "./normal.ts";
import { wilson } from "./proportions.ts";

export type Bounds = [number, number];

/** What a mean's values are limited to, so that no bound leaves it. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/** Student's t, 97.5 % point, for 1 to 9 degrees of freedom (any table; Student 1908). */
const STUDENT_975 = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622];

/**
 * 95 % interval of a mean: bootstrap-t (Efron & Tibshirani 1993, eq. 12.22), second-order correct for skewed costs; Student's t
 * at ten units and fewer.
 * Null below two clusters; a point where nothing varies.
 */
export function meanInterval(mean: Mean, limits?: Limits): Bounds | null {
  if (!(mean.se >= 0)) return null;
  if (mean.se === 0) return [mean.mean, mean.mean];
  const t = sortedFinite(mean.studentized);
  if (t.length === 0) return null;
  // A handful of units resample into constants, whose t is infinite: there Student's own t is the sounder guess.
  const student = STUDENT_975[mean.units - 2];
  const low = mean.mean - (student ?? tQuantile(t, 0.975)) * mean.se;
  const high = mean.mean + (student ?? -tQuantile(t, 0.025)) * mean.se;
  return limits ? [Math.max(limits.low, low), Math.min(limits.high, high)] : [low, high];
}

/**
 * 95 % interval of a proportion (every value 0 or 1): Wilson at the effective n that the cluster standard error implies;
 * where the sample shows no spread, at the number of clusters.
 */
export function proportionInterval(mean: Pick<Mean, "mean" | "se" | "n">, clusters: number): Bounds | null {
  if (Number.isNaN(mean.mean) || mean.n === 0) return null;
  const p = mean.mean;
  const spread = p * (1 - p);
  const n = mean.se > 0 && spread > 0 ? spread / (mean.se * mean.se) : clusters;
  return wilson(p, n);
}

/**
 * Max-t over a family (Romano & Wolf 2005; studentized, symmetric): the 95 % point of max |t| over the family's members in
 * the same resample. A family of one gives that member's own |t|. Z95 where nothing varies.
 */
export function maxT(family: readonly Mean[]): number {
  const varying = family.filter((m) => m.se > 0);
  const first = varying[0];
  if (!first) return Z95;
  const largest = new Float64Array(first.studentized.length);
  for (const { studentized } of varying)
    for (let b = 0; b < largest.length; b++) {
      const t = Math.abs(studentized[b] as number);
      if (t > (largest[b] as number)) largest[b] = t;
    }
  return tQuantile(largest.sort(), 0.95);
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

function sortedFinite(t: Float64Array): Float64Array {
  return t.filter((v) => !Number.isNaN(v)).sort();
}

/** The p quantile of sorted studentized values; an infinite one falls back to the normal's, which it has outgrown. */
function tQuantile(sorted: Float64Array, p: number): number {
  const t = quantileAt(sorted, p);
  return Number.isFinite(t) ? t : Math.sign(t) * Math.max(Z95, Math.abs(lastFinite(sorted, t > 0)));
}

function lastFinite(sorted: Float64Array, upper: boolean): number {
  const finite = sorted.filter((v) => Number.isFinite(v));
  return (upper ? finite[finite.length - 1] : finite[0]) ?? Z95;
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
