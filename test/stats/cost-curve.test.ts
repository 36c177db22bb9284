import { expect, test } from "vitest";
import { inOrderOfCost, qualityAt } from "../../src/stats/cost-curve.ts";

const points = (...table: [number, number][]) => inOrderOfCost(table.map(([cost, quality], index) => ({ index, cost, quality })));

test("a curve is linear between its points, and level beyond its ends", () => {
  const curve = points([3, 0.9], [1, 0.5]);
  expect([0, 1, 2, 3, 4].map((cost) => qualityAt(curve, cost))).toEqual([0.5, 0.5, expect.closeTo(0.7), 0.9, 0.9]);
  expect(qualityAt([], 1)).toBeNaN();
});

test("points of one cost, at either end or between, leave a quality everywhere", () => {
  const curve = points([1, 0.5], [1, 0.5], [2, 0.6], [2, 0.8], [3, 0.9], [3, 0.9]);
  expect([1, 1.5, 2, 2.5, 3].map((cost) => qualityAt(curve, cost))).toEqual([0.5, expect.closeTo(0.55), 0.6, expect.closeTo(0.85), 0.9]);
});
