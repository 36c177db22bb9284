import * as fc from "fast-check";
import { expect, test } from "vitest";
import { design, type Design } from "../../src/stats/design.ts";
import { meanOf, means, unitInfluence } from "../../src/stats/means.ts";
import { random } from "../../src/stats/random.ts";

interface Row {
  readonly value: number;
  readonly cluster: number;
  readonly stratum: number;
}

const row: fc.Arbitrary<Row> = fc.record({
  value: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -8, max: 8 }).map((v) => v / 4) }, { weight: 1, arbitrary: fc.constant(NaN) }),
  cluster: fc.integer({ min: 0, max: 14 }),
  stratum: fc.integer({ min: 0, max: 2 }),
});
const rows = fc.array(row, { minLength: 2, maxLength: 40 });

const designOf = (given: readonly Row[]): Design => design(Int32Array.from(given, (r) => r.cluster), 15, Int32Array.from(given, (r) => r.stratum), random(1, "units"));
const independent = (n: number): Design => design(Int32Array.from({ length: n }, (_, i) => i), n, new Int32Array(n), random(1, "units"));
const column = (given: readonly Row[]) => Float64Array.from(given, (r) => r.value);

/** The textbook's two passes: p = Σy/Σm, residuals z = y - p·m by unit, Σ_h C/(C-1) Σ(z - z̄_h)² / (Σm)². A unit of weight w is w units. */
function textbook(d: Design, values: Float64Array, weights: readonly number[]): { mean: number; se: number } {
  const y = Array.from({ length: d.units }, () => 0);
  const m = Array.from({ length: d.units }, () => 0);
  values.forEach((v, i) => {
    if (Number.isNaN(v)) return;
    (y[d.unit[i] as number] as number) += v;
    (m[d.unit[i] as number] as number) += 1;
  });
  const sum = (of: (u: number) => number) => weights.reduce((s, w, u) => s + w * of(u), 0);
  const size = sum((u) => m[u] as number);
  const p = sum((u) => y[u] as number) / size;
  let variance = 0;
  for (let h = 0; h + 1 < d.start.length; h++) {
    const units = Array.from({ length: (d.start[h + 1] as number) - (d.start[h] as number) }, (_, k) => (d.start[h] as number) + k);
    const c = units.length;
    if (c < 2) continue;
    const z = (u: number) => (y[u] as number) - p * (m[u] as number);
    const centre = units.reduce((s, u) => s + (weights[u] as number) * z(u), 0) / c;
    variance += (c / (c - 1)) * units.reduce((s, u) => s + (weights[u] as number) * (z(u) - centre) ** 2, 0);
  }
  return { mean: p, se: Math.sqrt(variance) / size };
}

test("mean and standard error of independent prompts are the textbook's: s/√n", () => {
  const { mean, se, n } = meanOf(independent(5), Float64Array.of(2, 4, 4, 5, 10));
  expect([mean, n]).toEqual([5, 5]);
  expect(se).toBeCloseTo(3 / Math.sqrt(5), 12); // Σ(x - 5)² = 36, s = 3
});

test("strata by hand: (3/5)²·(1/3)/3 + (2/5)²·(1/2)/2", () => {
  const d = design(Int32Array.of(0, 1, 2, 3, 4), 5, Int32Array.of(0, 0, 0, 1, 1), random(1));
  expect(meanOf(d, Float64Array.of(1, 0, 0, 1, 0)).se).toBeCloseTo(Math.sqrt(0.36 / 9 + 0.16 / 4), 12);
});

test("duplicates are no evidence: every prompt twice has the same error", () => {
  const once = meanOf(independent(6), Float64Array.of(1, 2, 2, 3, 5, 8));
  const twice = meanOf(design(Int32Array.of(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5), 6, new Int32Array(12), random(1)), Float64Array.of(1, 2, 2, 3, 5, 8, 1, 2, 2, 3, 5, 8));
  expect(twice.mean).toBeCloseTo(once.mean, 12);
  expect(twice.se).toBeCloseTo(once.se, 12);
});

test("mean, error and every resample of both are the textbook's, whatever clusters, strata and gaps", () => {
  fc.assert(
    fc.property(rows, (given) => {
      const d = designOf(given);
      fc.pre(d.units > 1 && given.some((r) => !Number.isNaN(r.value)));
      const drawn: number[][] = [];
      const values = column(given);
      const [found] = means(d, [values], 6, random(2, "b"), [(weights) => drawn.push([...weights])]);
      if (!found) throw new Error("no mean");
      const known = textbook(d, values, Array.from({ length: d.units }, () => 1));
      expect(found.n).toBe(values.filter((v) => !Number.isNaN(v)).length);
      expect(found.mean).toBeCloseTo(known.mean, 10);
      if (Number.isFinite(known.se)) expect(found.se).toBeCloseTo(known.se, 6);
      drawn.forEach((weights, b) => {
        const again = textbook(d, values, weights);
        if (Number.isNaN(again.mean)) return expect(found.resampled[b]).toBeNaN();
        expect(found.resampled[b]).toBeCloseTo(again.mean, 10);
        // Where a resample has no spread, the sign is all that t says.
        // A tenth of the error or less: the resample missed what carries it.
        if (again.se > 1e-3 && again.se < 0.099 * known.se) expect(Math.abs(found.studentized[b] as number)).toBe(Infinity);
        else if (again.se > 1e-3 && again.se > 0.101 * known.se) expect(found.studentized[b]).toBeCloseTo((again.mean - known.mean) / again.se, 5);
        return undefined;
      });
    }),
  );
});

test("all columns see the same resamples: a difference's mean is the difference of means", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 2, maxLength: 20 }), (pairs) => {
      const [a, b] = [Float64Array.from(pairs, (p) => p[0]), Float64Array.from(pairs, (p) => p[1])];
      const [ma, mb, md] = means(independent(pairs.length), [a, (into) => into.set(b), a.map((x, i) => x - (b[i] as number))], 10, random(3));
      md?.resampled.forEach((d, k) => expect(d).toBeCloseTo((ma?.resampled[k] as number) - (mb?.resampled[k] as number), 12));
    }),
  );
});

test("the mean does not lose the spread of large, close values", () => {
  const base = 1e6;
  const { mean, se } = meanOf(independent(4), Float64Array.of(base + 1e-3, base + 2e-3, base + 3e-3, base + 4e-3));
  expect(mean).toBeCloseTo(base + 2.5e-3, 8);
  expect(se / (1e-3 * Math.sqrt(5 / 3 / 4))).toBeCloseTo(1, 5);
});

test("equal values have no spread, gaps alone no mean, one cluster no error", () => {
  for (let n = 2; n < 60; n++) for (const value of [0.1, 1 / 3, 123.4567]) expect(meanOf(independent(n), new Float64Array(n).fill(value))).toMatchObject({ se: 0, n });
  expect(meanOf(independent(3), Float64Array.of(NaN, NaN, NaN))).toMatchObject({ mean: NaN, se: NaN, n: 0 });
  expect(meanOf(design(Int32Array.of(0, 0), 1, new Int32Array(2), random(1)), Float64Array.of(1, 2))).toMatchObject({ mean: 1.5, se: NaN });
});

test("a resample without spread says everything where it differs from the estimate", () => {
  const weights: number[][] = [];
  const [m] = means(independent(4), [Float64Array.of(1, 0, 0, 0)], 60, random(6), [(w) => weights.push([...w])]);
  const absent = weights.flatMap((w, b) => (w[0] === 0 ? [m?.studentized[b]] : []));
  expect(absent.length).toBeGreaterThan(5);
  expect(new Set(absent)).toEqual(new Set([-Infinity]));
});

test("resampled standard deviation and analytic error agree", () => {
  const r = random(8);
  const n = 400;
  const values = Float64Array.from({ length: n }, () => r.next() ** 3);
  const [m] = means(independent(n), [values], 2000, random(9));
  const sd = Math.sqrt((m?.resampled ?? new Float64Array()).reduce((s, v) => s + (v - (m?.mean ?? 0)) ** 2, 0) / 2000);
  expect(sd / (m?.se ?? NaN)).toBeGreaterThan(0.92);
  expect(sd / (m?.se ?? NaN)).toBeLessThan(1.08);
});

test("influence is the derivative of the mean by a unit's weight", () => {
  fc.assert(
    fc.property(rows, (given) => {
      const d = designOf(given);
      const values = column(given);
      const n = values.filter((v) => !Number.isNaN(v)).length;
      fc.pre(n > 0);
      const { influence, size } = unitInfluence(d, values);
      const ones = Array.from({ length: d.units }, () => 1);
      influence.forEach((value, u) => {
        const step = 1e-4;
        const at = (by: number) => textbook(d, values, ones.map((w, k) => (k === u ? w + by : w))).mean;
        expect(value).toBeCloseTo((at(step) - at(-step)) / (2 * step), 5);
      });
      expect(influence.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
      expect(size.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    }),
  );
});
