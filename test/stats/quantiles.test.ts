import * as fc from "fast-check";
import { expect, test } from "vitest";
import { quantileLinear, quantileRanks, quantileStep, Distribution } from "../../src/stats/quantiles.ts";

const whole = (values: readonly number[]) => new Distribution([{ sorted: Float64Array.from(values).sort(), weight: 1 }]);

const FIVE = [15, 20, 35, 40, 50];

test.each([
  // numpy 1.26: np.quantile([15, 20, 35, 40, 50], p), method "linear"
  [0, 15],
  [0.05, 16],
  [0.3, 23],
  [0.4, 29],
  [0.5, 35],
  [0.95, 48],
  [1, 50],
])("the linear quantile at %d is numpy's", (p, value) => {
  expect(quantileLinear(FIVE, p)).toBeCloseTo(value, 12);
});

test.each([
  // numpy 1.26: np.quantile([15, 20, 35, 40, 50], p, method="inverted_cdf")
  [0, 15],
  [0.05, 15],
  [0.2, 15],
  [0.3, 20],
  [0.4, 20],
  [0.5, 35],
  [0.6, 35],
  [0.61, 40],
  [1, 50],
])("the step quantile at %d is numpy's inverted_cdf", (p, value) => {
  expect(quantileStep(FIVE, p)).toBe(value);
  expect(whole(FIVE).quantile(p)).toBe(value);
});

test("no values, no quantile", () => {
  expect(quantileLinear([], 0.5)).toBeNaN();
  expect(quantileStep([], 0.5)).toBeNaN();
  expect(whole([]).quantile(0.5)).toBeNaN();
});

test.each([
  // Binomial tables, 1-based ranks in Hahn & Meeker 1991, Table A.15: n = 10: 2, 9; 20: 6, 15; 100: 40, 61
  [6, 0.5, [0, 5]],
  [5, 0.5, null],
  [10, 0.5, [1, 8]],
  [20, 0.5, [5, 14]],
  [100, 0.5, [39, 60]],
  // .95^72 is the first below .025, .99^368 too
  [71, 0.95, null],
  [367, 0.99, null],
  [0, 0.5, null],
])("ranks of %d values at %d", (n, p, ranks) => {
  expect(quantileRanks(n, p)).toEqual(ranks);
});

test("from 72 prompts on p95 has an interval, from 368 p99", () => {
  expect(quantileRanks(72, 0.95)?.[1]).toBe(71);
  expect(quantileRanks(368, 0.99)?.[1]).toBe(367);
});

test("ranks cover at least 95 % by the exact binomial, and no narrower pair does on either side", () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 900 }), fc.constantFrom(0.1, 0.5, 0.9, 0.95, 0.99), (n, p) => {
      const ranks = quantileRanks(n, p);
      const cdf = binomialCdf(n, p);
      const at = (k: number) => (k < 0 ? 0 : (cdf[k] as number));
      if (ranks === null) {
        expect(at(0) > 0.025 || 1 - at(n - 1) > 0.025).toBe(true);
        return;
      }
      const [low, high] = ranks;
      // With B of n prompts at or below the quantile, X(low) passes it when B ≤ low, X(high) falls short when B > high.
      expect(at(low)).toBeLessThanOrEqual(0.025 + 1e-9);
      expect(1 - at(high)).toBeLessThanOrEqual(0.025 + 1e-9);
      expect(at(low + 1)).toBeGreaterThan(0.025 - 1e-9);
      expect(1 - at(high - 1)).toBeGreaterThan(0.025 - 1e-9);
    }),
    { numRuns: 200 },
  );
});

test("weights are repeats", () => {
  const pair = fc.record({ value: fc.integer({ min: 0, max: 20 }), weight: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 100 }), (pairs, percent) => {
      const weighted = new Distribution(pairs.map((x) => ({ sorted: Float64Array.of(x.value), weight: x.weight })));
      const repeated = pairs.flatMap((x) => Array.from({ length: x.weight }, () => x.value)).sort((a, b) => a - b);
      expect(weighted.quantile(percent / 100)).toBe(quantileStep(repeated, percent / 100));
      expect(weighted.mean).toBeCloseTo(repeated.reduce((a, b) => a + b) / repeated.length, 12);
    }),
  );
});

test("equal weights of any size are no weights, whatever their sum rounds to", () => {
  for (let n = 1; n <= 60; n++)
    for (const weight of [1 / n, 0.1, 1 / 3]) {
      const values = Array.from({ length: n }, (_, k) => k);
      const weighted = new Distribution([{ sorted: Float64Array.from(values).sort(), weight }]);
      for (let k = 1; k <= n; k++) expect(weighted.quantile(k / n)).toBe(k - 1);
    }
});

function binomialCdf(n: number, p: number): number[] {
  const logFactorial = [0];
  for (let k = 1; k <= n; k++) logFactorial.push((logFactorial[k - 1] as number) + Math.log(k));
  let sum = 0;
  return Array.from({ length: n + 1 }, (_, k) => {
    sum += Math.exp((logFactorial[n] as number) - (logFactorial[k] as number) - (logFactorial[n - k] as number) + k * Math.log(p) + (n - k) * Math.log1p(-p));
    return sum;
  });
}
