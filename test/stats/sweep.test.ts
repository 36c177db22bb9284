import * as fc from "fast-check";
import { expect, test } from "vitest";
import { apgr, apgrInfluence, asCoded, cptAttained, cptEnvelope, curve, isMonotone, ranking, type TwoModels } from "../../src/stats/sweep.ts";

const two = (score: number[], weak: number[], strong: number[]): TwoModels => ({
  score: Float64Array.from(score),
  weakQuality: Float64Array.from(weak),
  strongQuality: Float64Array.from(strong),
});
const curveOf = (data: TwoModels, weights?: number[]) => {
  const rank = ranking(data);
  return curve(data, rank, weights ? Float64Array.from(rank.order, (i) => weights[i] as number) : null);
};

/** Small workloads on grids, so that scores tie and curves go up and down. */
const row = fc.record({ score: fc.integer({ min: 0, max: 6 }), weak: fc.integer({ min: 0, max: 4 }), strong: fc.integer({ min: 0, max: 4 }), weight: fc.integer({ min: 0, max: 3 }) });
const workload = fc.array(row, { minLength: 2, maxLength: 14 });
type Row = { score: number; weak: number; strong: number; weight: number };
const dataOf = (rows: readonly Row[]) => two(rows.map((r) => r.score), rows.map((r) => r.weak / 4), rows.map((r) => r.strong / 4));
const close = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  for (let k = 0; k < a.length; k++) expect(a[k]).toBeCloseTo(b[k] as number, 12);
};

test("three prompts by hand", () => {
  const c = curveOf(two([3, 2, 1], [0, 0, 0], [1, 0, 1]));
  expect([...c.threshold]).toEqual([Infinity, 3, 2, 1]);
  close(c.share, [0, 1 / 3, 2 / 3, 1]);
  close(c.quality, [0, 1 / 3, 1 / 3, 2 / 3]);
  expect(apgr(c)).toBeCloseTo(0.5, 12); // area 1/18 + 1/9 + 1/6 over a gap of 2/3
  expect(cptAttained(c, 0.2)).toBeCloseTo(1 / 3, 12);
  expect(cptAttained(c, 0.5)).toBeCloseTo(1 / 3, 12);
  expect(cptAttained(c, 0.8)).toBe(1);
  expect(cptEnvelope(c, 0.2)).toBeCloseTo(2 / 15, 9);
  expect(cptEnvelope(c, 0.8)).toBeCloseTo(13 / 15, 9);
});

test("equal scores move together", () => {
  const c = curveOf(two([5, 5, 1], [0, 0, 0], [1, 1, 0]));
  close(c.share, [0, 2 / 3, 1]);
  close(c.quality, [0, 2 / 3, 2 / 3]);
  expect(apgr(c)).toBeCloseTo(2 / 3, 12);
  const data = two([5, 5, 1], [0, 0, 0], [1, 1, 0]);
  expect(curve(data, ranking(data, "apart")).share.length).toBe(4);
});

test("a curve that passes its end: APGR above 1, CPT at the first crossing, not monotone", () => {
  const c = curveOf(two([3, 2, 1], [0, 0, 1], [1, 1, 0]));
  close(c.quality, [1 / 3, 2 / 3, 1, 2 / 3]);
  expect(isMonotone(c)).toBe(false);
  expect(apgr(c)).toBeCloseTo((1 / 6 + 1 / 2 + 1 / 2) / 3 / (1 / 3), 12);
  expect(cptAttained(c, 0.8)).toBeCloseTo(1 / 3, 12);
});

test("no gap, no APGR; strong not above weak is never reached", () => {
  const level = curveOf(two([2, 1], [1, 0], [0, 1]));
  expect(apgr(level)).toBeNaN();
  expect(cptAttained(level, 0.5)).toBe(Infinity);
  expect(cptEnvelope(curveOf(two([2, 1], [1, 1], [0, 0])), 0.5)).toBe(Infinity);
});

test("ends of a curve are the two models; shares rise from 0 to 1", () => {
  fc.assert(
    fc.property(workload, (rows) => {
      const c = curveOf(dataOf(rows));
      const last = c.share.length - 1;
      const mean = (pick: (r: Row) => number) => rows.reduce((sum, r) => sum + pick(r) / 4, 0) / rows.length;
      expect([c.share[0], c.share[last], c.threshold[0]]).toEqual([0, 1, Infinity]);
      expect(c.quality[0]).toBeCloseTo(mean((r) => r.weak), 12);
      expect(c.quality[last]).toBeCloseTo(mean((r) => r.strong), 12);
      expect(last).toBe(new Set(rows.map((r) => r.score)).size);
      for (let k = 1; k <= last; k++) {
        const sent = rows.filter((r) => r.score >= (c.threshold[k] as number));
        expect(c.share[k]).toBeCloseTo(sent.length / rows.length, 12);
        expect(c.quality[k]).toBeCloseTo(rows.reduce((sum, r) => sum + (sent.includes(r) ? r.strong : r.weak) / 4, 0) / rows.length, 12);
      }
    }),
  );
});

test("a prompt of weight w is w prompts", () => {
  fc.assert(
    fc.property(workload, (rows) => {
      fc.pre(rows.some((r) => r.weight > 0));
      const weighted = curveOf(dataOf(rows), rows.map((r) => r.weight));
      const repeated = curveOf(dataOf(rows.flatMap((r) => Array.from({ length: r.weight }, () => r))));
      // Scores that only weightless prompts have add points that stand on the one before.
      if (Number.isNaN(apgr(repeated))) return;
      expect(apgr(weighted)).toBeCloseTo(apgr(repeated), 9);
      for (const q of [0.2, 0.5, 0.8]) expect(cptAttained(weighted, q)).toBeCloseTo(cptAttained(repeated, q), 9);
    }),
  );
});

test("APGR lies between what the worst and the best order give, and turns over with the order", () => {
  fc.assert(
    fc.property(workload, (rows) => {
      const gains = rows.map((r) => r.strong - r.weak);
      fc.pre(gains.reduce((a, b) => a + b, 0) > 0);
      const ordered = (score: (r: Row) => number) => apgr(curveOf(two(rows.map(score), rows.map((r) => r.weak / 4), rows.map((r) => r.strong / 4))));
      const value = ordered((r) => r.score);
      expect(value).toBeLessThanOrEqual(ordered((r) => r.strong - r.weak) + 1e-9);
      expect(value).toBeGreaterThanOrEqual(ordered((r) => r.weak - r.strong) - 1e-9);
      expect(ordered((r) => -r.score)).toBeCloseTo(1 - value, 9);
      expect(ordered((r) => Math.exp(r.score))).toBeCloseTo(value, 12);
      expect(ordered(() => 0)).toBeCloseTo(0.5, 12);
    }),
  );
});

test("CPT rises with q, lies at a threshold that attains it, and the envelope is never later", () => {
  fc.assert(
    fc.property(workload, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, a, b) => {
      const c = curveOf(dataOf(rows));
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      expect(cptAttained(c, low)).toBeLessThanOrEqual(cptAttained(c, high));
      expect(cptEnvelope(c, low)).toBeLessThanOrEqual(cptEnvelope(c, high) + 1e-12);
      expect(cptEnvelope(c, high)).toBeLessThanOrEqual(cptAttained(c, high));
      const at = c.share.indexOf(cptAttained(c, high));
      if (at < 0) return;
      const [weak, strong] = [c.quality[0] as number, c.quality.at(-1) as number];
      expect(c.quality[at]).toBeGreaterThanOrEqual(weak + high * (strong - weak) - 1e-9);
    }),
  );
});

test("a target met up to rounding is met: CPT in exact arithmetic", () => {
  const tenths = fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(tenths, fc.constantFrom(20, 50, 80), (pairs, percent) => {
      const gap = pairs.reduce((sum, [w, s]) => sum + s - w, 0);
      fc.pre(gap > 0);
      const n = pairs.length;
      let gained = 0;
      let first = 0;
      while (100 * gained < percent * gap) {
        const [w, s] = pairs[first++] as [number, number];
        gained += s - w;
      }
      const data = two(pairs.map((_, k) => n - k), pairs.map(([w]) => w / 10), pairs.map(([, s]) => s / 10));
      expect(cptAttained(curveOf(data), percent / 100)).toBe(first / n);
    }),
    { numRuns: 300 },
  );
});

test("as coded: where the curve is flat at the target, np.interp answers with the far end", () => {
  // np.interp(.25, [0, .25, .25, .5], [0, .5, .75, 1]) is .75
  expect(asCoded(two([0, 1, 2, 3], [0, 0, 0, 0], [1, 0, 1, 0]), 3)?.cpt["50"]).toBe(0.75);
});

test("influence is the derivative of APGR by a prompt's weight", () => {
  fc.assert(
    fc.property(workload, (rows) => {
      const data = dataOf(rows);
      const gap = rows.reduce((sum, r) => sum + (r.strong - r.weak) / 4, 0) / rows.length;
      fc.pre(Math.abs(gap) > 0.2);
      const value = apgr(curveOf(data));
      const influence = apgrInfluence(ranking(data), value);
      const mean = influence.reduce((a, b) => a + b, 0) / rows.length;
      const step = 1e-5;
      rows.forEach((_, i) => {
        const moved = (by: number) => apgr(curveOf(data, rows.map((__, j) => (j === i ? 1 + by : 1))));
        const slope = ((moved(step) - moved(-step)) / (2 * step)) * rows.length;
        expect(((influence[i] as number) - mean) / gap).toBeCloseTo(slope, 5);
      });
    }),
  );
});

test("as coded: strong at score ≥ each edge, > at the last, so that both ends are on the curve", () => {
  // Scores 0 … 10: the edges are the scores. Quality is the share itself, so APGR is ½ and CPT the identity.
  const scores = Array.from({ length: 11 }, (_, k) => k);
  const coded = asCoded(two(scores, scores.map(() => 0), scores.map(() => 1)));
  expect(coded?.apgr).toBeCloseTo(0.5, 12);
  expect(coded?.cpt["20"]).toBeCloseTo(0.2, 12);
  expect(coded?.cpt["80"]).toBeCloseTo(0.8, 12);
});

test("as coded, by hand with two bins", () => {
  const coded = asCoded(two([1, 2, 3, 4, 5], [1, 0, 0, 0, 0], [0, 0, 1, 1, 1]), 2);
  // Edges 1, 3, 5: at shares 0, 3/5, 1 qualities .2, .8 (strong from 3 on keeps the weak's right answer), .6.
  expect(coded?.apgr).toBeCloseTo((0.3 * 0.6 + 0.5 * 0.4) / 0.4, 12);
  expect(coded?.cpt["50"]).toBeCloseTo(0.6 / 3, 12);
});

test("as coded: pandas refuses repeated edges", () => {
  expect(asCoded(two([1, 1, 1, 2, 3], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]))).toBeNull();
});

test("as coded with as many bins as gaps between distinct scores is the exact curve", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 3, maxLength: 9 }), (rows) => {
      const gap = rows.reduce((sum, [w, s]) => sum + s - w, 0);
      fc.pre(gap > 0);
      const data = two(rows.map((_, k) => k * k), rows.map(([w]) => w / 4), rows.map(([, s]) => s / 4));
      // Edges are all scores; the exact curve has the same thresholds but the share of the top score.
      const c = curveOf(data);
      const share = [0, ...c.share.slice(2)];
      const quality = [c.quality[0] as number, ...c.quality.slice(2)];
      let area = 0;
      for (let k = 1; k < share.length; k++) area += (((quality[k] as number) + (quality[k - 1] as number)) / 2 - (quality[0] as number)) * ((share[k] as number) - (share[k - 1] as number));
      fc.pre(edgesAreScores(rows.length));
      expect(asCoded(data, rows.length - 1)?.apgr).toBeCloseTo(area / (gap / 4 / rows.length), 9);
    }),
  );
});

/** True where the n - 1 bins' edges are whole scores: pandas rounds an edge that is not exact up, past its score. */
function edgesAreScores(n: number): boolean {
  return Number.isInteger(Math.log2(n - 1));
}
