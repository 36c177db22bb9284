import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aiq, costRange } from "../../src/stats/aiq.ts";
import { hullArea, hullAt, nonDecreasingHull, type CostQuality } from "../../src/stats/hull.ts";
import { hypervolume } from "../../src/stats/hypervolume.ts";

const points = (...pairs: [number, number][]): CostQuality[] => pairs.map(([cost, quality], index) => ({ index, cost, quality }));
const bare = (hull: readonly CostQuality[]) => hull.map(({ cost, quality }) => [cost, quality]);
const indices = (hull: readonly CostQuality[]) => hull.map((p) => p.index);

/** RouterBench 0-shot, the 3,150 rows with all scores: USD per 1,000 and quality (shared/data/README.md). */
const ROUTERBENCH = points(
  [0.0813, 0.5844],
  [0.1228, 0.567],
  [0.2478, 0.7413],
  [0.311, 0.6121],
  [0.3291, 0.773],
  [0.3651, 0.673],
  [0.3765, 0.6181],
  [0.4189, 0.7321],
  [3.5746, 0.727],
  [3.795, 0.5511],
  [5.0153, 0.8794],
);

/** Costs and qualities on a grid, so that ties and equal costs are common. */
const cloud = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 20 })), { minLength: 1, maxLength: 15 })
  .map((pairs) => points(...pairs.map(([c, q]): [number, number] => [c / 4, q / 20])));

test("RouterBench's hull and its zero router's AIQ, both ways", () => {
  expect(indices(nonDecreasingHull(ROUTERBENCH))).toEqual([0, 2, 4, 10]);
  const { paper, code } = aiq(ROUTERBENCH, costRange(ROUTERBENCH) ?? [0, 0]);
  // .81954 and .80626 from unrounded means
  expect(paper).toBeCloseTo(0.8195, 4);
  expect(code).toBeCloseTo(0.8063, 4);
});

test("a hull by hand", () => {
  const hull = nonDecreasingHull(points([1, 0.4], [2, 0.3], [3, 0.8], [5, 0.9], [4, 0.6], [6, 0.9]));
  expect(indices(hull)).toEqual([0, 2, 3]);
  expect(hullAt(hull, 2)).toMatchObject({ shareHigh: 0.5, low: { index: 0 }, high: { index: 2 } });
  expect(hullAt(hull, 2)?.quality).toBeCloseTo(0.6, 12);
  // 1→3: 1.2, 3→5: 1.7, flat 5→6: .9
  expect(hullArea(hull, 1, 6)).toBeCloseTo(3.8, 12);
  expect(hullArea(hull, 2, 4)).toBeCloseTo(0.7 + 0.825, 12);
});

test.each([
  ["one point", points([2, 0.5]), [0]],
  ["equal costs: the better", points([1, 0.2], [1, 0.7], [1, 0.5]), [1]],
  ["equal points: the first", points([1, 0.5], [1, 0.5]), [0]],
  ["a dearer, worse point", points([1, 0.7], [2, 0.6]), [0]],
  ["a dearer, equal point", points([1, 0.7], [2, 0.7]), [0]],
  ["on a line: ends only", points([1, 0.25], [2, 0.5], [3, 0.75]), [0, 2]],
  ["free and good", points([0, 0.9], [1, 0.5]), [0]],
  ["unknown figures", points([NaN, 0.9], [1, NaN], [2, 0.5]), [2]],
  ["nothing", points(), []],
])("hull of %s", (_, cloudOf, wanted) => {
  expect(indices(nonDecreasingHull(cloudOf))).toEqual(wanted);
});

test("a hull of one point is flat, and nothing lies before it", () => {
  const hull = nonDecreasingHull(points([2, 0.5]));
  expect(hullAt(hull, 1.99)).toBeNull();
  expect(hullAt(hull, 2)?.quality).toBe(0.5);
  expect(hullAt(hull, 2 - 1e-15)?.quality).toBe(0.5);
  expect(hullAt(hull, 9)).toMatchObject({ quality: 0.5, shareHigh: 1 });
  expect(hullAt(hull, NaN)).toBeNull();
  expect(hullAt([], 1)).toBeNull();
});

test("the rounding of the cheapest cost is not below it", () => {
  const hull = nonDecreasingHull(points([0.1 + 0.2, 0.5], [1, 0.8]));
  expect(hullAt(hull, 0.3)).toMatchObject({ shareHigh: 0, quality: 0.5 });
});

test("hull: rising, concave, of the points, above them all, never above the best", () => {
  fc.assert(
    fc.property(cloud, (given) => {
      const hull = nonDecreasingHull(given);
      for (let k = 1; k < hull.length; k++) {
        const [a, b] = [hull[k - 1], hull[k]] as [CostQuality, CostQuality];
        expect(b.cost).toBeGreaterThan(a.cost);
        expect(b.quality).toBeGreaterThan(a.quality);
        const c = hull[k + 1];
        if (c) expect((c.quality - b.quality) / (c.cost - b.cost)).toBeLessThan((b.quality - a.quality) / (b.cost - a.cost) + 1e-12);
      }
      const best = Math.max(...given.map((p) => p.quality));
      for (const p of hull) expect(given).toContain(p);
      for (const p of given) {
        const at = hullAt(hull, p.cost);
        expect(at?.quality).toBeGreaterThanOrEqual(p.quality - 1e-12);
        expect(at?.quality).toBeLessThanOrEqual(best + 1e-12);
        // What it says to mix has the cost asked for (or less, where the hull is flat) and the quality promised.
        if (!at) continue;
        const mixed = (figure: "cost" | "quality") => (1 - at.shareHigh) * at.low[figure] + at.shareHigh * at.high[figure];
        expect(mixed("cost")).toBeLessThanOrEqual(p.cost + 1e-12);
        expect(mixed("quality")).toBeCloseTo(at.quality, 12);
      }
    }),
  );
});

test("hull and AIQ do not depend on order, nor on dominated points", () => {
  fc.assert(
    fc.property(cloud, fc.infiniteStream(fc.integer()), (given, keys) => {
      const key = new Map(given.map((p) => [p, keys.next().value as number]));
      const shuffled = given.toSorted((a, b) => (key.get(a) ?? 0) - (key.get(b) ?? 0));
      expect(bare(nonDecreasingHull(shuffled))).toEqual(bare(nonDecreasingHull(given)));
      const range: [number, number] = [0.5, 9];
      const worse = given.map((p) => ({ ...p, cost: p.cost + 1, quality: p.quality - 0.1 }));
      expect(aiq([...given, ...worse], range).paper).toBeCloseTo(aiq(given, range).paper, 12);
    }),
  );
});

test("AIQ lies between the ends of the hull; code's is paper's times the width over c_max; log cost by numbers", () => {
  fc.assert(
    fc.property(cloud, (given) => {
      const hull = nonDecreasingHull(given.map((p) => ({ ...p, cost: p.cost + 0.25 })));
      const [low, high] = costRange(given.map((p) => ({ ...p, cost: p.cost + 0.25 }))) as [number, number];
      fc.pre(high > low);
      const { paper, code, logCost } = aiq(hull, [low, high]);
      expect(paper).toBeGreaterThanOrEqual((hull[0] as CostQuality).quality - 1e-12);
      expect(paper).toBeLessThanOrEqual((hull.at(-1) as CostQuality).quality + 1e-12);
      expect(code * high).toBeCloseTo(paper * (high - low), 9);
      const steps = 4000;
      let sum = 0;
      for (let k = 0; k < steps; k++) sum += hullAt(hull, low * (high / low) ** ((k + 0.5) / steps))?.quality ?? NaN;
      expect(logCost).toBeCloseTo(sum / steps, 4);
    }),
    { numRuns: 60 },
  );
});

test("AIQ where the range has no width or cost is 0", () => {
  expect(aiq(points([2, 0.5]), [2, 2])).toMatchObject({ paper: 0.5, logCost: 0.5 });
  expect(aiq(points([0, 0.5], [2, 0.7]), [0, 2])).toMatchObject({ paper: 0.6, code: 0.6, logCost: NaN });
  expect(aiq([], [1, 2]).paper).toBeNaN();
  expect(costRange(points([NaN, 1], [3, NaN]))).toBeNull();
});

test("a fixed range that a resample's hull does not fill: its first quality to the left, its last to the right", () => {
  const hull = nonDecreasingHull(points([2, 0.4], [4, 0.8]));
  expect(hullArea(hull, 1, 6)).toBeCloseTo(0.4 + 1.2 + 1.6, 12);
  expect(hullArea(hull, 0.5, 1)).toBeCloseTo(0.2, 12);
  expect(hullArea(hull, 5, 7)).toBeCloseTo(1.6, 12);
  expect(hullArea(hull, 3, 3.5)).toBeCloseTo(0.325, 12);
  expect(aiq(points([2, 0.4], [4, 0.8]), [1, 6]).logCost).toBeCloseTo((0.4 * Math.log(2) + 0.4 + 0.8 * Math.log(1.5)) / Math.log(6), 12);
});

test("hypervolume by hand", () => {
  // (10 - 1)·.4 + (10 - 4)·(.8 - .4), over 10
  expect(hypervolume(points([4, 0.8], [1, 0.4], [5, 0.7]), 10)).toBeCloseTo(0.6, 12);
  expect(hypervolume(points([12, 0.9], [1, 0.4]), 10)).toBeCloseTo(0.36, 12);
  expect(hypervolume([], 10)).toBe(0);
  expect(hypervolume(points([0, 0.5]), 0)).toBeNaN();
});

test("hypervolume is the share of a grid of (cost, quality) that some point dominates", () => {
  fc.assert(
    fc.property(cloud, (given) => {
      const max = 8;
      let hit = 0;
      for (let c = 0; c < 4 * max; c++)
        for (let q = 0; q < 20; q++) if (given.some((p) => p.cost <= c / 4 && p.quality * 20 >= q + 1 - 1e-9)) hit++;
      expect(hypervolume(given, max)).toBeCloseTo(hit / (4 * max * 20), 9);
    }),
  );
});
