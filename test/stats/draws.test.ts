import { expect, test } from "vitest";
import { betaDraw, normalDraw } from "../../src/stats/draws.ts";
import { random } from "../../src/stats/random.ts";

const N = 40_000;

function moments(draw: () => number): { mean: number; variance: number } {
  const values = Float64Array.from({ length: N }, draw);
  const mean = values.reduce((sum, v) => sum + v, 0) / N;
  return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / N };
}

test("normal draws have mean 0 and variance 1", () => {
  const own = random(1, "normal");
  const { mean, variance } = moments(() => normalDraw(own));
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(N));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
});

test.each([[1, 1], [1, 5], [3, 2], [40, 160]])("Beta(%d, %d) draws have its mean and variance", (a, b) => {
  const own = random(1, "beta", a, b);
  const { mean, variance } = moments(() => betaDraw(a, b, own));
  const expected = { mean: a / (a + b), variance: (a * b) / ((a + b) ** 2 * (a + b + 1)) };
  expect(Math.abs(mean - expected.mean)).toBeLessThan(4 * Math.sqrt(expected.variance / N));
  expect(Math.abs(variance / expected.variance - 1)).toBeLessThan(0.05);
});

test("Beta(2, 2) draws fall below a quarter as its distribution function says: 3 x² - 2 x³", () => {
  const own = random(2, "beta");
  const share = Array.from({ length: N }, () => betaDraw(2, 2, own)).filter((v) => v < 0.25).length / N;
  expect(share).toBeCloseTo(3 * 0.25 ** 2 - 2 * 0.25 ** 3, 2);
});
