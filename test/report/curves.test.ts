import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KnobCurve } from "../../src/model/report.ts";
import { decidedOn, reportOn, type Outcomes } from "./learned-run.ts";

const curveOf = (report: { readonly curves: readonly KnobCurve[] }, name: string) => report.curves.find(({ policy }) => policy === name) as KnobCurve;
const times = <T>(rows: readonly T[], count: number) => Array.from({ length: count }, () => rows).flat();

/** Four prompts, many times over: the dear model is worth 200 and 100 USD more on the first two, and nothing on the others. */
const TABLE: Outcomes = {
  models: ["cheap", "dear"],
  quality: [times([0, 0, 1, 1], 100), times([1, 1, 1, 0], 100)],
  costUsd: [times([0.001, 0.001, 0.001, 0.001], 100), times([0.003, 0.003, 0.003, 0.003], 100)],
  expected: { quality: [times([0.5, 0.5, 0.5, 0.5], 100), times([0.9, 0.7, 0.5, 0.3], 100)], costUsd: [times([0.001, 0.001, 0.001, 0.001], 100), times([0.003, 0.003, 0.003, 0.003], 100)] },
};

describe("of a small table", () => {
  const report = reportOn(TABLE, [decidedOn({ kind: "knn", name: "knn", lambda: 150 }, TABLE)]);
  const curve = curveOf(report, "knn");

  test("the points are those between the rates at which choices change", () => {
    expect(curve.points.map(({ value, quality, costUsdPer1k, own, shareToStrong }) => [value, quality.mean, costUsdPer1k.mean, own, shareToStrong])).toEqual([
      [expect.closeTo(400), 0.5, expect.closeTo(1), false, 0],
      [150, 0.75, expect.closeTo(1.5), true, 0.25],
      [expect.closeTo(100 * Math.SQRT2), 0.75, expect.closeTo(1.5), false, 0.25],
      [0, 1, expect.closeTo(2), false, 0.5],
    ]);
    expect([curve.n, curve.knob]).toEqual([400, { name: "lambda", unit: "quality per USD", value: 150 }]);
  });

  test("areas, QNC, APGR and CPT by hand", () => {
    expect(curve.aiq).toMatchObject({ paper: expect.closeTo(0.875), code: expect.closeTo(1.75 / 3) });
    expect(curve.audc.value).toBeCloseTo(0.75);
    expect(curve.qnc.value).toBeCloseTo(0.5);
    expect(curve.apgr?.value).toBeCloseTo(1.25);
    expect(curve.cpt?.exact).toEqual({ "20": 0.25, "50": 0.25, "80": 0.25 });
    expect(curve.againstMix).toMatchObject({ range: [expect.closeTo(1), expect.closeTo(2)], difference: expect.closeTo(0.1875), hull: { difference: expect.closeTo(0.1875) }, verdict: "better" });
    expect(curve.band.map(({ mixDifference }) => mixDifference)).toEqual(curve.band.map(({ costUsdPer1k }) => expect.closeTo(0.375 * (costUsdPer1k - 1))));
  });

  test("every interval holds its number, and the simultaneous band is the wider one", () => {
    for (const [value, ci] of [[curve.aiq?.paper, curve.aiq?.ci], [curve.audc.value, curve.audc.ci], [curve.againstMix?.difference, curve.againstMix?.ci], [curve.apgr?.value, curve.apgr?.ci]] as [number, [number, number]][]) {
      expect(value).toBeGreaterThan(ci[0]);
      expect(value).toBeLessThan(ci[1]);
    }
    const [end, wide] = [curve.points.at(-1), curve.band.at(-1)];
    expect(wide?.quality).toBeCloseTo(end?.quality.mean as number);
    const own = curve.points[1]?.quality.ci as [number, number];
    const at = curve.band.find(({ costUsdPer1k }) => Math.abs(costUsdPer1k - 1.5) < 1e-9)?.ci as [number, number];
    expect(at[1] - at[0]).toBeGreaterThan(own[1] - own[0]);
  });

  test("calibration of the chosen model and of all, by hand", () => {
    const { chosen, all } = report.policies.find(({ name }) => name === "knn")?.calibration ?? {};
    expect(chosen).toMatchObject({ n: 400, ece: expect.closeTo(0.15, 5), brier: { mean: expect.closeTo(0.19, 5) }, brierOfMean: expect.closeTo(0.1875) });
    expect(chosen?.bins.map(({ n, expected, quality }) => [n, expected, quality.mean])).toEqual([[300, expect.closeTo(0.5), expect.closeTo(2 / 3)], [100, expect.closeTo(0.9), 1]]);
    expect(all).toMatchObject({ n: 800, ece: expect.closeTo(0.15, 5), brier: { mean: expect.closeTo((4 * 0.25 + 0.01 + 0.09 + 0.25 + 0.09) / 8, 5) }, brierOfMean: expect.closeTo((0.25 + 0.1875) / 2) });
  });
});

/** Models of rising cost, a policy's guesses of them, and what came, of as many prompts. */
const outcomes = fc.integer({ min: 2, max: 4 }).chain((m) => {
  const column = (values: fc.Arbitrary<number>) => fc.array(fc.array(values, { minLength: 40, maxLength: 40 }), { minLength: m, maxLength: m });
  return fc
    .record({ quality: column(fc.constantFrom(0, 0.5, 1)), guess: column(fc.integer({ min: 0, max: 8 }).map((v) => v / 8)), cost: column(fc.integer({ min: 1, max: 9 })) })
    .map(({ quality, guess, cost }): Outcomes => ({ models: ["a", "b", "c", "d"].slice(0, m), quality, costUsd: cost.map((own, k) => own.map((c) => c * 10 ** (k - 3))), expected: { quality: guess, costUsd: cost.map((own, k) => own.map((c) => (10 - c) * 10 ** (k - 3))) } }));
});

test("a point is the row of the same policy with that value; the policy's own is its row, interval and all", () => {
  fc.assert(
    fc.property(outcomes, fc.constantFrom({ kind: "knn", knob: "lambda", own: 3 } as const, { kind: "kmeans", knob: "alpha", own: 0.6 } as const), (of, { kind, knob, own }) => {
      const curve = curveOf(reportOn(of, [decidedOn({ kind, name: "it", [knob]: own }, of)], { resamples: 50 }), "it");
      const others = curve.points.map(({ value }, k) => {
        const { expectation, ...decided } = decidedOn({ kind, name: `p${k}`, [knob]: value }, of);
        expect(expectation?.choices?.values).toContain(value);
        return decided;
      });
      const rows = reportOn(of, others, { resamples: 50 }).policies.slice(of.models.length);
      for (const [k, point] of curve.points.entries()) {
        expect([point.quality.mean, point.costUsdPer1k.mean, point.quality.n]).toEqual([rows[k]?.quality.mean, rows[k]?.costUsdPer1k?.mean, rows[k]?.quality.n]);
        if (point.own) expect(point).toMatchObject({ value: own, quality: rows[k]?.quality, costUsdPer1k: rows[k]?.costUsdPer1k });
      }
      expect(curve.points.filter(({ own: is }) => is)).toHaveLength(1);
    }),
    { numRuns: 8 },
  );
});

test("the curve of whoever expects what will come lies nowhere under the zero router", () => {
  fc.assert(
    fc.property(outcomes, (of) => {
      const seer = { ...of, expected: of };
      const curve = curveOf(reportOn(seer, [decidedOn({ kind: "knn", name: "seer" }, seer)], { resamples: 50 }), "seer");
      expect(curve.againstMix?.difference ?? 0).toBeGreaterThan(-1e-9);
    }),
    { numRuns: 30 },
  );
});

test("of a policy whose expectations tell nothing, the hull is above the zero router by picking, and the curve is not", () => {
  const n = 600;
  const bit = (i: number, salt: number) => ((Math.imul(i * 2654435761 + salt * 40503, 2246822519) >>> 13) % 1000) / 1000;
  const column = (of: (i: number) => number) => Array.from({ length: n }, (_, i) => of(i));
  const of: Outcomes = {
    models: ["cheap", "dear"],
    quality: [column((i) => (bit(i, 1) < 0.4 ? 1 : 0)), column((i) => (bit(i, 2) < 0.8 ? 1 : 0))],
    costUsd: [column(() => 0.001), column(() => 0.003)],
    expected: { quality: [column((i) => 0.4 + 0.3 * bit(i, 3)), column((i) => 0.8 + 0.3 * bit(i, 4) - 0.1)], costUsd: [column(() => 0.001), column(() => 0.003)] },
  };
  const { againstMix } = curveOf(reportOn(of, [decidedOn({ kind: "knn", name: "blind" }, of)]), "blind");
  expect(againstMix?.verdict).toBe("inconclusive");
  expect(againstMix?.hull.difference).toBeGreaterThan(againstMix?.difference as number);
  expect(againstMix?.hull.difference).toBeGreaterThanOrEqual(0);
});

test("several curves widen one another's simultaneous intervals; the same resamples stand behind all", () => {
  const policies = ["one", "two", "three"].map((name) => decidedOn({ kind: "knn", name }, TABLE));
  const [alone, together] = [reportOn(TABLE, policies.slice(0, 1)), reportOn(TABLE, policies)];
  expect(together.curves.map((curve) => ({ ...curve, policy: "" }))).toEqual(together.curves.map(() => ({ ...together.curves[0], policy: "" })));
  const width = (ci: readonly [number, number] | null | undefined) => (ci ? ci[1] - ci[0] : NaN);
  expect(curveOf(together, "one").againstMix?.ci).toEqual(curveOf(alone, "one").againstMix?.ci);
  expect(width(curveOf(together, "one").againstMix?.simultaneousCi)).toBeGreaterThan(width(curveOf(alone, "one").againstMix?.simultaneousCi));
});

test("a curve that is dearer than the cheapest model is credited that model's quality on the way, and no more", () => {
  // It never expects the cheap model to be worth it: all goes to the two dearer ones.
  const n = 200;
  const column = (value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));
  const of: Outcomes = {
    models: ["cheap", "middle", "dear"],
    quality: [column((i) => (i % 5 === 0 ? 1 : 0)), column((i) => (i % 2 === 0 ? 1 : 0)), column((i) => (i % 5 < 4 ? 1 : 0))],
    costUsd: [column(() => 0.001), column(() => 0.002), column(() => 0.005)],
    expected: { quality: [column(() => 0.1), column(() => 0.5), column((i) => 0.5 + (i % 3) / 10)], costUsd: [column(() => 0.004), column(() => 0.002), column(() => 0.005)] },
  };
  const { points, aiq, againstMix } = curveOf(reportOn(of, [decidedOn({ kind: "knn", name: "knn" }, of)]), "knn");
  expect(points[0]?.costUsdPer1k.mean).toBeCloseTo(2);
  expect(againstMix?.range[0]).toBeCloseTo(2);
  // From (1, .2) straight to (2, .5), then along the curve's hull.
  const corner = points.at(-1);
  const [cost, quality] = [corner?.costUsdPer1k.mean as number, corner?.quality.mean as number];
  expect(aiq?.paper).toBeCloseTo((0.35 + ((0.5 + quality) / 2) * (cost - 2) + quality * (5 - cost)) / 4, 2);
});

test("no curve where a model that it uses has no price; prompts that it does not decide are none of its points'", () => {
  const unpriced = { ...TABLE, costUsd: [TABLE.costUsd[0] as number[], times([NaN], 400)] };
  expect(reportOn(unpriced, [decidedOn({ kind: "knn", name: "knn" }, TABLE)]).curves).toEqual([]);
  const blank = (column: readonly number[]) => column.map((value, i) => (i < 40 ? NaN : value));
  const partly = { ...TABLE, expected: { quality: TABLE.expected.quality.map(blank), costUsd: TABLE.expected.costUsd.map(blank) } };
  const report = reportOn(partly, [decidedOn({ kind: "knn", name: "knn" }, partly)]);
  expect(curveOf(report, "knn").n).toBe(360);
  expect(report.policies.find(({ name }) => name === "knn")?.calibration?.chosen.n).toBe(360);
});

test("a policy that chooses alike whatever cost weighs has a point, and no area against the mix", () => {
  const alike = { ...TABLE, expected: { ...TABLE.expected, quality: [times([0.9], 400), times([0.5], 400)] } };
  const curve = curveOf(reportOn(alike, [decidedOn({ kind: "knn", name: "knn" }, alike)]), "knn");
  expect([curve.points.length, curve.againstMix, curve.band, curve.audc.value]).toEqual([1, null, [], null]);
});
