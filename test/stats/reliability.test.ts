import * as fc from "fast-check";
import { expect, test } from "vitest";
import { design, type Design } from "../../src/stats/design.ts";
import { means } from "../../src/stats/means.ts";
import { random } from "../../src/stats/random.ts";
import { reliabilityOf } from "../../src/stats/reliability.ts";

const alone = (n: number): Design => design(Int32Array.from({ length: n }, (_, i) => i), n, new Int32Array(n), random(1, "units"));

function figures(expected: readonly number[], came: readonly number[], resamples = 200) {
  const units = alone(expected.length);
  const of = reliabilityOf(Float64Array.from(expected), Float64Array.from(came), units, resamples);
  means(units, [], resamples, random(1, "resample"), [of.resample]);
  return of.finish();
}

test("equal expectations stand in one bin, whose error is that of its means", () => {
  const { ece, bins } = figures([0.8, 0.2, 0.8, 0.2], [1, 0, 1, 1]);
  expect(ece).toBeCloseTo(0.5 * 0.3 + 0.5 * 0.2);
  expect(bins.map(({ n, from, to, expected, quality }) => [n, from, to, expected, quality.mean])).toEqual([[2, 0.2, 0.2, 0.2, 0.5], [2, 0.8, 0.8, 0.8, 1]]);
});

test("bins are of about equal numbers, hold all, and give the error of a brute force", () => {
  const pair = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 0.5, 1));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 300 }), (pairs) => {
      const { ece, bins } = figures(pairs.map(([p]) => p / 40), pairs.map(([, y]) => y), 1);
      expect(bins.reduce((sum, { n }) => sum + n, 0)).toBe(pairs.length);
      expect(bins.length).toBeLessThanOrEqual(15);
      const error = bins.reduce((sum, { from, to }) => {
        const own = pairs.filter(([p]) => p / 40 >= from && p / 40 <= to);
        return sum + Math.abs(own.reduce((s, [p, y]) => s + p / 40 - y, 0));
      }, 0);
      expect(ece).toBeCloseTo(error / pairs.length, 10);
      // A bin is at most its fair part and the group of equal expectations that closes it.
      const largest = Math.max(...[...Map.groupBy(pairs, ([p]) => p).values()].map((own) => own.length));
      for (const { n } of bins) expect(n).toBeLessThanOrEqual(Math.ceil(pairs.length / 15) + largest);
    }),
  );
});

test("of expectations that are right, ECE alone is above 0, its interval and what is left without its bias are not", () => {
  const { next } = random(3, "calibrated");
  let [plain, corrected, covers] = [0, 0, 0];
  for (let round = 0; round < 40; round++) {
    const expected = Array.from({ length: 300 }, () => next());
    const { ece, corrected: less, ci } = figures(expected, expected.map((p) => (next() < p ? 1 : 0)), 200);
    plain += ece / 40;
    corrected += less / 40;
    if ((ci?.[0] ?? 1) === 0) covers++;
  }
  expect(plain).toBeGreaterThan(0.05);
  expect(corrected).toBeLessThan(0.65 * plain);
  expect(covers).toBeGreaterThanOrEqual(38);
});

test("of expectations that are off by a tenth, the interval says so", () => {
  const { next } = random(4, "off");
  const expected = Array.from({ length: 2000 }, () => 0.2 + 0.6 * next());
  const { ci } = figures(expected, expected.map((p) => (next() < p - 0.1 ? 1 : 0)));
  expect(ci?.[0]).toBeGreaterThan(0.04);
  expect(ci?.[1]).toBeLessThan(0.15);
});

test("one prompt has no interval", () => {
  expect(figures([0.5], [1]).ci).toBeNull();
});
