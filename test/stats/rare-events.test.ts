// Fails on the code as reviewed (HEAD d72ea9f): drop in test/stats/ as the defects are mended.
import { expect, test } from "vitest";
import { design, type Design } from "../../src/stats/design.ts";
import { meanInterval, maxT } from "../../src/stats/intervals.ts";
import { FunctionOfMeans } from "../../src/stats/function-of-means.ts";
import { means, unitInfluence, type Mean } from "../../src/stats/means.ts";
import { random } from "../../src/stats/random.ts";
import { apgr, apgrInfluence, ranking } from "../../src/stats/sweep.ts";

const independent = (n: number): Design => design(Int32Array.from({ length: n }, (_, i) => i), n, new Int32Array(n), random(1));
const resampled = (values: Float64Array) => means(independent(values.length), [values], 2000, random(2))[0] as Mean;
const rare = (n: number, count: number, value: number) => Float64Array.from({ length: n }, (_, i) => (i < count ? value : 0.1));

test("a resample whose values are all equal has no error left over from rounding", () => {
  const m = resampled(rare(100, 2, 1.1));
  const largest = Math.max(...[...m.studentized].filter(Number.isFinite).map(Math.abs));
  expect(largest).toBeLessThan(1e4);
});

test("two discordant pairs of a hundred settle nothing", () => {
  const m = resampled(Float64Array.from({ length: 100 }, (_, i) => (i < 2 ? 1 : 0)));
  const [low] = meanInterval(m) as [number, number];
  expect(low).toBeLessThanOrEqual(0); // exact McNemar: p = .5
});

test("a near-identical rival does not decide the others' critical value", () => {
  const r = random(5);
  const [wide, near] = means(independent(100), [Float64Array.from({ length: 100 }, () => r.next()), rare(100, 2, 1.1)], 2000, random(2)) as [Mean, Mean];
  expect(maxT([wide, near])).toBeLessThan(10);
});

test("influence on APGR sums to zero, so that clusters of different sizes do not skew it", () => {
  const n = 20;
  const data = { score: Float64Array.from({ length: n }, (_, k) => k), weakQuality: new Float64Array(n), strongQuality: Float64Array.from({ length: n }, (_, k) => (k % 3 ? 1 : 0)) };
  const rank = ranking(data);
  expect(apgr).toBeDefined();
  expect(apgrInfluence(rank, 0.5).reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
});

test("a mean studentized as a function of itself is the mean studentized, whatever the sizes of clusters", () => {
  const cluster = Int32Array.from({ length: 50 }, (_, i) => (i < 20 ? 0 : i < 40 ? 1 : i - 38));
  const d = design(cluster, 12, new Int32Array(50), random(1));
  const r = random(3);
  const column = Float64Array.from({ length: 50 }, () => r.next());
  const same = new FunctionOfMeans(d, [0], [unitInfluence(d, column)], { value: ([x = NaN]) => x, gradient: () => [1] }, 20);
  const results = means(d, [column], 20, random(2), [same.resample]);
  same.mean(results).studentized.forEach((t, k) => expect(t).toBeCloseTo(results[0]?.studentized[k] as number, 6));
});
