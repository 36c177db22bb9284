import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bcaInterval, maxT, meanInterval, percentileInterval, proportionInterval, pValue } from "../../src/stats/intervals.ts";
import type { Mean } from "../../src/stats/means.ts";
import { normalCdf, normalQuantile, Z95 } from "../../src/stats/normal.ts";
import { wilson } from "../../src/stats/proportions.ts";

const upTo = (n: number) => Float64Array.from({ length: n }, (_, k) => k + 1);
const rounded = (bounds: readonly number[] | null) => bounds?.map((v) => Math.round(v * 1e6) / 1e6);
const meanWith = (studentized: ArrayLike<number>, mean = 0, se = 1): Mean => ({ mean, se, n: 50, units: 50, df: 49, resampled: new Float64Array(studentized.length), studentized: Float64Array.from(studentized) });
/** 999 normal scores: their (B + 1)p-th is exact at the levels used. */
const NORMAL = Float64Array.from({ length: 999 }, (_, k) => normalQuantile((k + 1) / 1000));

test("percentile: the (B + 1)p-th of B", () => {
  expect(rounded(percentileInterval(upTo(999)))).toEqual([25, 975]);
  expect(rounded(percentileInterval(upTo(199), 0.9))).toEqual([10, 190]);
  expect(rounded(percentileInterval(upTo(99)))).toEqual([2.5, 97.5]);
});

test("percentile: what is never reached is an infinite bound, what does not exist is left out", () => {
  const some = upTo(999).map((v) => (v > 900 ? Infinity : v));
  expect(rounded(percentileInterval(some))).toEqual([25, Infinity]);
  expect(percentileInterval(Float64Array.of(NaN, NaN))).toBeNull();
  expect(percentileInterval(Float64Array.of(NaN, 3, 3))).toEqual([3, 3]);
});

test("bootstrap-t turns the tails over: a long left tail of t is a long right arm", () => {
  const t = Float64Array.from(NORMAL, (z) => (z < 0 ? 3 * z : z));
  const [low, high] = meanInterval(meanWith(t, 10, 2)) as [number, number];
  expect(low).toBeCloseTo(10 - 2 * Z95, 9);
  expect(high).toBeCloseTo(10 + 6 * Z95, 9);
});

test("bootstrap-t keeps to limits, is null without an error and a point without spread", () => {
  expect(meanInterval(meanWith(NORMAL, 0.9, 0.2), { low: 0, high: 1 })?.[1]).toBe(1);
  expect(meanInterval(meanWith(NORMAL, 0.1, 0.2), { low: 0, high: 1 })?.[0]).toBe(0);
  expect(meanInterval(meanWith(NORMAL, 0.1, NaN))).toBeNull();
  expect(meanInterval(meanWith(NORMAL, 0.1, 0))).toEqual([0.1, 0.1]);
  expect(meanInterval(meanWith([NaN, NaN], 0.1, 1))).toBeNull();
});

test.each([
  // R 4.3: qt(.975, units - 1)
  [2, 12.706204736174694],
  [5, 2.7764451051977934],
  [10, 2.262157162798205],
])("of %d units the interval is Student's", (units, t) => {
  const [low, high] = meanInterval({ ...meanWith(NORMAL, 10, 2), units, df: units - 1 }) as [number, number];
  expect(low).toBeCloseTo(10 - 2 * t, 3);
  expect(high).toBeCloseTo(10 + 2 * t, 3);
});

test("a proportion's effective n is what its error implies", () => {
  // p = .4, se² = .08: n = 3, less what 4 degrees of freedom take: (1.96 / 2.7764)²
  const [low, high] = proportionInterval({ mean: 0.4, se: Math.sqrt(0.08), n: 5, units: 5, df: 4 }) as [number, number];
  const [wantedLow, wantedHigh] = wilson(0.4, 3 * (Z95 / 2.7764) ** 2) as [number, number];
  expect(low).toBeCloseTo(wantedLow, 9);
  expect(high).toBeCloseTo(wantedHigh, 9);
  expect(proportionInterval({ mean: 1, se: 0, n: 300, units: 3, df: 2 })).toEqual(wilson(1, 3));
  expect(proportionInterval({ mean: 1, se: 0, n: 300, units: 1, df: 0 })).toBeNull();
  expect(proportionInterval({ mean: NaN, se: NaN, n: 0, units: 0, df: 0 })).toBeNull();
});

test("max-t of one member is the 95 % point of its own |t|, and Z95 where nothing varies", () => {
  const t = Float64Array.from({ length: 399 }, (_, k) => (k % 2 === 0 ? 1 : -1) * (k + 1));
  expect(maxT([meanWith(t)])).toBeCloseTo(380, 9);
  expect(maxT([meanWith(t, 1, 0)])).toBe(Z95);
  expect(maxT([])).toBe(Z95);
});

test("a larger family never has a smaller critical value, and members without spread do not count", () => {
  const t = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(t, t, t, (a, b, c) => {
      const both = maxT([meanWith(a), meanWith(b)]);
      expect(both).toBeGreaterThanOrEqual(Math.max(maxT([meanWith(a)]), maxT([meanWith(b)])));
      expect(maxT([meanWith(b), meanWith(a)])).toBe(both);
      expect(maxT([meanWith(c, 1, 0), meanWith(a), meanWith(b)])).toBe(both);
    }),
  );
});

test("two independent members: Šidák's point", () => {
  // z at 1 - (1 - .95^½)/2 = 2.2365; the pairing runs through all ranks
  const other = NORMAL.map((_, k) => NORMAL[(k * 389) % 999] as number);
  expect(maxT([meanWith(NORMAL), meanWith(other)])).toBeCloseTo(2.2365, 1);
});

test("the p-value counts resamples at least as far out, both ways, and itself", () => {
  const m = meanWith([-3, -2, -1, 0, 1, 2, 3, Infinity, -Infinity], 2, 1);
  expect(pValue(m)).toBeCloseTo((1 + 6) / 10, 12);
  expect(pValue(meanWith([1], 0, 0))).toBe(1);
  expect(pValue(meanWith([1], 1, 0))).toBeNull();
  expect(pValue(meanWith([1], 1, NaN))).toBeNull();
});

test("BCa is the percentile interval where there is no bias and no skew", () => {
  for (const influence of [null, Float64Array.of(-1, 1, -2, 2)]) {
    const bounds = bcaInterval(500, upTo(999), influence) as [number, number];
    expect(bounds[0]).toBeCloseTo(25, 6);
    expect(bounds[1]).toBeCloseTo(975, 6);
  }
  expect(rounded(bcaInterval(500, upTo(999), null, 0.9))).toEqual([50, 950]);
});

test("BCa: bias moves both bounds twice, against it", () => {
  // 399 below and half of one: z0 = Φ⁻¹(399.5/999); bounds at Φ(2·z0 ± 1.96)
  const z0 = normalQuantile(399.5 / 999);
  const bounds = bcaInterval(400, upTo(999), null) as [number, number];
  expect(bounds[0]).toBeCloseTo(1000 * normalCdf(2 * z0 - Z95), 6);
  expect(bounds[1]).toBeCloseTo(1000 * normalCdf(2 * z0 + Z95), 6);
  expect(bounds[1]).toBeLessThan(975);
});

test("BCa: an estimate beyond all resamples counts as half of one beyond", () => {
  const z0 = normalQuantile(0.5 / 9);
  expect(bcaInterval(0, upTo(9), null)?.[1]).toBeCloseTo(10 * normalCdf(2 * z0 + Z95), 6);
  expect(bcaInterval(10, upTo(9), null)?.[0]).toBeCloseTo(10 - 10 * normalCdf(2 * z0 + Z95), 6);
});

test("BCa: acceleration is the skewness of the influence over 6√n, and a right skew moves both bounds up", () => {
  // One of ten units: u = (9, -1 × 9), Σu³ = 720, Σu² = 90: a = 720 / (6·90^1.5)
  const a = 720 / (6 * 90 ** 1.5);
  const influence = Float64Array.from({ length: 10 }, (_, k) => (k === 0 ? 1 : 0));
  const bounds = bcaInterval(500, upTo(999), influence) as [number, number];
  expect(bounds[0]).toBeCloseTo(1000 * normalCdf(-Z95 / (1 + a * Z95)), 6);
  expect(bounds[1]).toBeCloseTo(1000 * normalCdf(Z95 / (1 - a * Z95)), 6);
  expect(bounds[0]).toBeGreaterThan(25);
  const left = bcaInterval(500, upTo(999), influence.map((u) => -u)) as [number, number];
  expect(left[0]).toBeCloseTo(1000 - bounds[1], 6);
});

test("BCa: scale of the influence does not matter, bounds are in order and among the resamples", () => {
  const value = fc.integer({ min: -300, max: 300 }).map((v) => v / 100);
  const values = fc.array(value, { minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(values, values, value, fc.double({ min: 0.01, max: 100, noNaN: true }), (resampled, influence, estimate, scale) => {
      const bounds = bcaInterval(estimate, Float64Array.from(resampled), Float64Array.from(influence));
      if (!bounds) throw new Error("no interval");
      expect(bounds[0]).toBeLessThanOrEqual(bounds[1]);
      expect(bounds[0]).toBeGreaterThanOrEqual(Math.min(...resampled));
      expect(bounds[1]).toBeLessThanOrEqual(Math.max(...resampled));
      const scaled = bcaInterval(estimate, Float64Array.from(resampled), Float64Array.from(influence, (u) => 5 + scale * u));
      scaled?.forEach((bound, k) => expect(bound).toBeCloseTo(bounds[k] as number, 6));
    }),
  );
});

test("BCa: up to 1 % of resamples may not exist, more make it null", () => {
  const missing = (count: number) => upTo(1000).map((v) => (v <= count ? NaN : v));
  expect(bcaInterval(500, missing(10), null)).not.toBeNull();
  expect(bcaInterval(500, missing(11), null)).toBeNull();
  expect(bcaInterval(NaN, upTo(10), null)).toBeNull();
  expect(bcaInterval(2, Float64Array.of(2, 2, 2), null)).toEqual([2, 2]);
});
