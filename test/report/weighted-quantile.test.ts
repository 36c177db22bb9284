import * as fc from "fast-check";
import { expect, test } from "vitest";
import { weightedQuantile } from "../../src/report/weighted-quantile.ts";
import { quantileStep } from "../../src/stats/quantiles.ts";

test("from either end it is the step quantile of the values, each as often as its unit was drawn", () => {
  const drawn = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(drawn, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }), fc.constantFrom(0.05, 0.5, 0.51, 0.9, 0.95, 0.99), (pairs, weights, p) => {
      const repeated = pairs.flatMap(([value, unit]) => Array.from({ length: weights[unit] as number }, () => value)).sort((a, b) => a - b);
      const [values, units] = [pairs.map(([value]) => value), pairs.map(([, unit]) => unit)];
      expect(weightedQuantile(values, units)(Float64Array.from(weights), p)).toBe(quantileStep(repeated, p));
    }),
  );
});

test("no value, no quantile", () => {
  expect(weightedQuantile([], [])(new Float64Array(3).fill(1), 0.95)).toBeNaN();
});
