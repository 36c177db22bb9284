import * as fc from "fast-check";
import { expect, test } from "vitest";
import { blended, type Part } from "../../src/router/learned/blend.ts";

const none = { weight: 0, costs: Float64Array.of(NaN, NaN, NaN) };
const known = Float64Array.of(1, 1, 1);

test("parts stand between their lowest and highest, and their mean is weighted", () => {
  const parts: Part[] = [
    { weight: 0.3, of: (m) => [1200, 1500, 1350][m] as number },
    { weight: 0.1, of: (m, i) => (i === 0 ? [0.9, -0.1, 0.4] : [0.2, 0.2, 0.2])[m] as number },
  ];
  const [a, b, c] = blended(parts, { ...none, known }, 2);
  expect([a?.[0], b?.[0], c?.[0]].map((x) => x?.toFixed(6))).toEqual(["0.250000", "0.750000", "0.500000"]);
  expect([a?.[1], b?.[1], c?.[1]].map((x) => x?.toFixed(6))).toEqual(["0.125000", "0.875000", "0.500000"]); // alike: a half each
});

test("the cheapest gains all of the bonus, the dearest and the unpriced nothing", () => {
  const alike: Part[] = [{ weight: 1, of: () => 7 }];
  const scores = blended(alike, { known, costs: Float64Array.of(1, 3, NaN), weight: 0.04 }, 1).map((column) => column[0] as number);
  expect(scores.map((x) => (x * 1.04) / 0.5)).toEqual([expect.closeTo(1.04, 12), expect.closeTo(1, 12), expect.closeTo(1, 12)]);
  expect(blended([], { known, costs: Float64Array.of(1, 3, 2), weight: 1 }, 1).map((column) => column[0])).toEqual([1, 0.5, 0.75]);
});

test("scores are in [0,1], of graded models alone", () => {
  const row = fc.record({ part: fc.double({ min: -5, max: 5, noNaN: true }), other: fc.double({ min: 0, max: 1, noNaN: true }), cost: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: NaN }), graded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.double({ min: 0, max: 1, noNaN: true }), (models, weight) => {
      const parts: Part[] = [{ weight, of: (m) => (models[m] as (typeof models)[number]).part }, { weight: 1 - weight, of: (m) => (models[m] as (typeof models)[number]).other }];
      const scores = blended(parts, { known: Float64Array.from(models, ({ graded }) => (graded ? 0.5 : NaN)), costs: Float64Array.from(models, ({ cost }) => cost), weight }, 1);
      for (const [m, column] of scores.entries()) {
        if (!models[m]?.graded) expect(column[0]).toBeNaN();
        else expect(column[0]).toSatisfy((x: number) => x >= 0 && x <= 1 + 1e-12);
      }
    }),
  );
});
