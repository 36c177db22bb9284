import { drawWeights, type Design } from "./design.ts";
import type { Random } from "./random.ts";

/** A mean over prompts with its resamples: what every interval, difference and verdict is read from. */
export interface Mean {
  /** Mean over the prompts that have a value; NaN where none has. */
  readonly mean: number;
  /** Stratified cluster standard error (Cochran 1977, 6.11 and 5A.2: combined ratio estimator); NaN below two clusters. */
  readonly se: number;
  /** Prompts that have a value. */
  readonly n: number;
  /** Independent units that the standard error is of. */
  readonly units: number;
  /** [resample] the mean again. */
  readonly resampled: Float64Array;
  /** [resample] (mean* - mean) / se*, for bootstrap-t (Efron & Tibshirani 1993, ch. 12). */
  readonly studentized: Float64Array;
}

/** A column of values, or what fills one: many columns need not be held at once. NaN is a gap. */
export type Column = Float64Array | ((into: Float64Array) => void);

/** Units of one column: sum of values and count of prompts with a value, per unit. */
interface Sums {
  /** Of values less `centre`, so that second moments do not cancel. */
  readonly sum: Float64Array;
  /** The column's own mean. */
  readonly centre: number;
  /** Prompts that have a value. */
  readonly n: number;
  /** Columns without gaps share one array, so that its weighted totals are taken once a resample. */
  readonly count: Float64Array;
}

/**
 * Means of columns with shared resamples. Every column is [prompt], NaN where a prompt has no value (a gap is left out of
 * that column's mean, never a zero). All columns, and the functions in `along`, see the same weights in the same resample,
 * so that anything computed from several of them is paired.
 *
 * @param along called once a resample with the weight of every unit and the means so far resampled, for what is no mean
 */
export function means(...given: Parameters<typeof resampling>): Mean[] {
  const steps = resampling(...given);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** `means` in steps: yields the number of resamples done, so that the caller can stop or tell. */
export function* resampling(
  design: Design,
  columns: readonly Column[],
  resamples: number,
  random: Random,
  along: readonly ((weights: Float64Array, resample: number, means: readonly Mean[]) => void)[] = [],
): Generator<number, Mean[]> {
  const full = unitCounts(design);
  const room = new Float64Array(design.unit.length);
  const sums = columns.map((column) => unitSums(design, column, room, full));
  const weights = new Float64Array(design.units).fill(1);
  const totals = new SizeTotals(design);
  const results = sums.map((sum) => ({
    ...estimate(design, sum, weights, totals),
    n: sum.n,
    units: design.units,
    resampled: new Float64Array(resamples),
    studentized: new Float64Array(resamples),
  }));

  for (let b = 0; b < resamples; b++) {
    drawWeights(design, random, weights);
    totals.forget();
    for (let k = 0; k < sums.length; k++) {
      const result = results[k] as Mean;
      const again = estimate(design, sums[k] as Sums, weights, totals);
      result.resampled[b] = again.mean;
      result.studentized[b] = studentize(again.mean - result.mean, again.se);
    }
    for (const look of along) look(weights, b, results);
    yield b + 1;
  }
  return results;
}

/** Mean and standard error alone, for what needs no resamples. */
export function meanOf(design: Design, column: Column): Omit<Mean, "resampled" | "studentized"> {
  const sums = unitSums(design, column, new Float64Array(design.unit.length), unitCounts(design));
  return { ...estimate(design, sums, new Float64Array(design.units).fill(1), new SizeTotals(design)), n: sums.n, units: design.units };
}

/**
 * Influence of each unit on a column's mean, up to the factor 1/units that all columns share: (s - mean·n) / Σn. A smooth
 * function of means has the gradient-weighted sum of these (the infinitesimal jackknife; Efron & Tibshirani 1993, ch. 22).
 */
export function unitInfluence(design: Design, column: Column): Float64Array {
  const { sum, count, n } = unitSums(design, column, new Float64Array(design.unit.length), unitCounts(design));
  let total = 0;
  for (const s of sum) total += s;
  const mean = total / n; // sums are of values less their centre, and so is this
  return count.map((c, u) => ((sum[u] as number) - mean * c) / n);
}

/** A resample without spread says nothing (0) where it equals the estimate and everything (±Infinity) where it does not. */
function studentize(difference: number, se: number): number {
  if (Number.isNaN(difference)) return NaN;
  if (se > 0) return difference / se;
  return Math.abs(difference) < 1e-15 ? 0 : difference > 0 ? Infinity : -Infinity;
}

function unitCounts(design: Design): Float64Array {
  const count = new Float64Array(design.units);
  for (const u of design.unit) (count[u] as number) += 1;
  return count;
}

function unitSums(design: Design, source: Column, room: Float64Array, full: Float64Array): Sums {
  const { unit, units } = design;
  const column = typeof source === "function" ? room : source;
  if (typeof source === "function") source(room);
  const { centre, n } = average(column);
  const sum = new Float64Array(units);
  const count = n === column.length ? full : Float64Array.from(full);
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    const u = unit[i] as number;
    if (Number.isNaN(value)) (count[u] as number) -= 1;
    else (sum[u] as number) += value - centre;
  }
  return { sum, centre, n, count };
}

/** Mean (0 where there is none) and number of the values that are there. */
function average(column: Float64Array): { centre: number; n: number } {
  let total = 0;
  let n = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    if (Number.isNaN(value)) continue;
    total += value;
    n++;
  }
  return { centre: n > 0 ? total / n : 0, n };
}

/** Σw·n and Σw·n² by stratum, for each distinct count array, taken once a resample. */
class SizeTotals {
  readonly #design: Design;
  readonly #known = new Map<Float64Array, { first: Float64Array; second: Float64Array; fresh: boolean }>();

  constructor(design: Design) {
    this.#design = design;
  }

  forget(): void {
    for (const entry of this.#known.values()) entry.fresh = false;
  }

  of(count: Float64Array, weights: Float64Array): { first: Float64Array; second: Float64Array } {
    const { start } = this.#design;
    let entry = this.#known.get(count);
    if (!entry) {
      entry = { first: new Float64Array(start.length - 1), second: new Float64Array(start.length - 1), fresh: false };
      this.#known.set(count, entry);
    }
    if (!entry.fresh) {
      for (let h = 0; h + 1 < start.length; h++) {
        let n1 = 0;
        let n2 = 0;
        for (let u = start[h] as number; u < (start[h + 1] as number); u++) {
          const wn = (weights[u] as number) * (count[u] as number);
          n1 += wn;
          n2 += wn * (count[u] as number);
        }
        entry.first[h] = n1;
        entry.second[h] = n2;
      }
      entry.fresh = true;
    }
    return entry;
  }
}

/**
 * Combined ratio mean Σw·s / Σw·n and its stratified standard error. With residuals e = s - mean·n, stratum h adds
 * C_h/(C_h - 1) · Σw(e - ē_h)², expanded into sums of s, s², s·n, n, n² so that one pass is enough.
 */
function estimate(design: Design, sums: Sums, weights: Float64Array, totals: SizeTotals): { mean: number; se: number } {
  const { start, units } = design;
  const { sum, count, centre } = sums;
  const { first, second } = totals.of(count, weights);
  const strata = start.length - 1;
  const acc = scratch(strata * 3);
  let total = 0;
  let size = 0;
  for (let h = 0; h < strata; h++) {
    let s1 = 0;
    let s2 = 0;
    let sn = 0;
    for (let u = start[h] as number, to = start[h + 1] as number; u < to; u++) {
      const s = sum[u] as number;
      const ws = (weights[u] as number) * s;
      s1 += ws;
      s2 += ws * s;
      sn += ws * (count[u] as number);
    }
    acc[h * 3] = s1;
    acc[h * 3 + 1] = s2;
    acc[h * 3 + 2] = sn;
    total += s1;
    size += first[h] as number;
  }
  if (size === 0) return { mean: NaN, se: NaN };
  const mean = total / size; // less centre
  if (units < 2) return { mean: centre + mean, se: NaN };
  let variance = 0;
  for (let h = 0; h < strata; h++) {
    const c = (start[h + 1] as number) - (start[h] as number);
    if (c < 2) continue;
    const e1 = (acc[h * 3] as number) - mean * (first[h] as number);
    const e2 = (acc[h * 3 + 1] as number) - 2 * mean * (acc[h * 3 + 2] as number) + mean * mean * (second[h] as number);
    variance += (c / (c - 1)) * Math.max(0, e2 - (e1 * e1) / c);
  }
  const se = Math.sqrt(variance) / size;
  // Where all values are equal, the rounding of their mean is left over: that is no spread.
  return { mean: centre + mean, se: se * Math.sqrt(size) <= 1e-13 * Math.abs(centre) ? 0 : se };
}

let held = new Float64Array(0);
function scratch(length: number): Float64Array {
  if (held.length < length) held = new Float64Array(length);
  return held;
}
