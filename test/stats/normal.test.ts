import * as fc from "fast-check";
import { expect, test } from "vitest";
import { normalCdf, normalQuantile, Z95 } from "../../src/stats/normal.ts";

test.each([
  // R 4.3: qnorm(p)
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.95, 1.6448536269514722],
  [0.995, 2.5758293035489004],
  [0.9, 1.2815515655446004],
  [0.02, -2.053748910631823],
  [1e-10, -6.361340902404056],
])("the quantile at %d is R's qnorm", (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 9);
});

test.each([
  // R 4.3: pnorm(z)
  [-1, 0.15865525393145707],
  [1.96, 0.9750021048517795],
  [-2.9, 0.0018658133003840378],
  [-6, 9.865876450376981e-10],
  [-10, 7.61985302416047e-24],
])("the distribution function at %d is R's pnorm", (z, p) => {
  expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-9);
});

test("quantiles leave the line at 0 and 1 only", () => {
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  expect(normalQuantile(0.975)).toBeCloseTo(Z95, 12);
});

test("the quantile inverts the distribution function, symmetrically", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
      expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 6);
    }),
  );
});
