import { drawWeights, type Design } from "./design.ts";
import type { Random } from "./random.ts";

/** A mean over prompts with its resamples: what every interval, difference and verdict is read from. */
export interface Mean {
  /** Mean over the prompts that have a value; NaN where none has. */
  readonly mean: number;
  /** Stratified cluster standard error (combined ratio estimator; Cochran 1977, 6.11); NaN below two clusters. */
  readonly se: number;
  /** Prompts that have a value. */
  readonly n: number;
  /** Units that have a value: the independent observations. */
  readonly units: number;
  /** Degrees of freedom of the standard error: units less strata, both with a value. */
  readonly df: number;
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

/** A resample with less than this part of the standard error has missed the few units that carry it: it has no spread. */
const COLLAPSED = 0.1;

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
    ...sizes(design, sum),
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
      result.studentized[b] = studentize(again.mean - result.mean, again.se < COLLAPSED * result.se ? 0 : again.se);
    }
    for (const look of along) look(weights, b, results);
    yield b + 1;
  }
  return results;
}

/** Mean and standard error alone, for what needs no resamples. */
export function meanOf(design: Design, column: Column): Omit<Mean, "resampled" | "studentized"> {
  const sums = unitSums(design, column, new Float64Array(design.unit.length), unitCounts(design));
  return { ...estimate(design, sums, new Float64Array(design.units).fill(1), new SizeTotals(design)), ...sizes(design, sums) };
}

/**
 * Means of one column within each group of prompts, as `meanOf` would take them one by one, in one pass.
 *
 * @param group of each prompt, -1 for none
 */
export function groupedMeans(design: Design, column: Float64Array, group: Int32Array, groups: number): Omit<Mean, "resampled" | "studentized">[] {
  const { unit, units } = design;
  const total = new Float64Array(groups);
  const n = new Float64Array(groups);
  const each = (visit: (group: number, value: number, prompt: number) => void): void => {
    for (let i = 0; i < column.length; i++) {
      const g = group[i] as number;
      const value = column[i] as number;
      if (g >= 0 && !Number.isNaN(value)) visit(g, value, i);
    }
  };
  each((g, value) => {
    (total[g] as number) += value;
    (n[g] as number) += 1;
  });
  const centre = total.map((sum, g) => ((n[g] as number) > 0 ? sum / (n[g] as number) : 0));
  const sum = new Float64Array(units * groups);
  const count = new Float64Array(units * groups);
  each((g, value, i) => {
    const at = g * units + (unit[i] as number);
    (sum[at] as number) += value - (centre[g] as number);
    (count[at] as number) += 1;
  });
  const weights = new Float64Array(units).fill(1);
  return Array.from(n, (size, g) => {
    const part = (of: Float64Array) => of.subarray(g * units, (g + 1) * units);
    const sums = { sum: part(sum), count: part(count), centre: centre[g] as number, n: size };
    return { ...estimate(design, sums, weights, new SizeTotals(design)), ...sizes(design, sums) };
  });
}

/** What a unit adds to a mean, and how much of the prompts it is. */
export interface UnitInfluence {
  /** [unit] (s - mean·n) / Σn; they sum to 0. */
  readonly influence: Float64Array;
  /** [unit] n / Σn; they sum to 1. */
  readonly size: Float64Array;
}

/**
 * Influence of each unit on a column's mean, up to a factor that all columns share. A smooth function of means has the
 * gradient-weighted sum of these (the infinitesimal jackknife; Efron & Tibshirani 1993, ch. 20 and 21).
 */
export function unitInfluence(design: Design, column: Column): UnitInfluence {
  const { sum, count, n } = unitSums(design, column, new Float64Array(design.unit.length), unitCounts(design));
  let mean = 0; // of values less their centre: the rounding of the centre
  for (const s of sum) mean += s / n;
  return { influence: count.map((c, u) => ((sum[u] as number) - mean * c) / n), size: count.map((c) => c / n) };
}

function sizes(design: Design, { n, count }: Sums): { n: number; units: number; df: number } {
  let units = 0;
  let strata = 0;
  for (let h = 0; h + 1 < design.start.length; h++) {
    const before = units;
    for (let u = design.start[h] as number; u < (design.start[h + 1] as number); u++) if ((count[u] as number) > 0) units++;
    if (units > before) strata++;
  }
  return { n, units, df: Math.max(0, units - strata) };
}

/** A resample without spread says nothing (0) where it equals the estimate and everything (±Infinity) where it does not. */
export function studentize(difference: number, se: number): number {
  if (Number.isNaN(difference) || Number.isNaN(se)) return NaN;
  if (se > 0) return difference / se;
  return difference === 0 ? 0 : difference > 0 ? Infinity : -Infinity;
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
    const s2 = acc[h * 3 + 1] as number;
    const n2 = mean * mean * (second[h] as number);
    const spread = s2 - 2 * mean * (acc[h * 3 + 2] as number) + n2 - (e1 * e1) / c;
    // Where all values of a resample are equal, the rounding of these terms is left over: that is no spread.
    if (spread > 1e-12 * (s2 + n2)) variance += (c / (c - 1)) * spread;
  }
  return { mean: centre + mean, se: Math.sqrt(variance) / size };
}

let held = new Float64Array(0);
function scratch(length: number): Float64Array {
  if (held.length < length) held = new Float64Array(length);
  return held;
}
