import * as fc from "fast-check";
import { expect, test } from "vitest";
import { design } from "../../src/stats/design.ts";
import { FunctionOfMeans } from "../../src/stats/function-of-means.ts";
import { means, unitInfluence } from "../../src/stats/means.ts";
import { random } from "../../src/stats/random.ts";

const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1 })), { minLength: 4, maxLength: 25 });
const designOf = (strata: readonly number[]) => design(Int32Array.from(strata, (_, i) => i), strata.length, Int32Array.from(strata), random(1));

test("a difference of two means is the mean of the differences: value, error and every resample's t", () => {
  fc.assert(
    fc.property(pairs, (rows) => {
      const d = designOf(rows.map(([, , h]) => h));
      const a = Float64Array.from(rows, ([x]) => x);
      const b = Float64Array.from(rows, ([, y]) => y);
      const difference = new FunctionOfMeans(d, [0, 1], [unitInfluence(d, a), unitInfluence(d, b)], { value: ([x = NaN, y = NaN]) => x - y, gradient: () => [1, -1] }, 12);
      const results = means(d, [a, b, a.map((x, i) => x - (b[i] as number))], 12, random(2), [difference.resample]);
      const found = difference.mean(results);
      const known = results[2];
      expect(found.mean).toBeCloseTo(known?.mean ?? NaN, 10);
      expect(found.se).toBeCloseTo(known?.se ?? NaN, 6);
      found.resampled.forEach((value, k) => expect(value).toBeCloseTo(known?.resampled[k] as number, 10));
      found.studentized.forEach((t, k) => {
        const wanted = known?.studentized[k] as number;
        // A resample without spread has no t here.
        if (Number.isFinite(t) && Math.abs(wanted) < 50) expect(t).toBeCloseTo(wanted, 5);
      });
    }),
  );
});

/** A ratio of means with Cochran's error (1977, eq. 2.39): s² of a - R·b, over n·b̄². Each prompt counts `weight` times. */
function cochran(rows: readonly (readonly number[])[], weights: readonly number[]): { ratio: number; se: number } {
  const sum = (of: (a: number, b: number) => number) => rows.reduce((s, [a = NaN, b = NaN], i) => s + (weights[i] as number) * of(a, b), 0);
  const n = rows.length;
  const ratio = sum((a) => a) / sum((_, b) => b);
  return { ratio, se: Math.sqrt(sum((a, b) => (a - ratio * b) ** 2) / (n - 1) / n) / (sum((_, b) => b) / n) };
}

test("the error of a ratio of means is the delta method's, in the sample and in every resample", () => {
  fc.assert(
    fc.property(pairs, (rows) => {
      const d = designOf(rows.map(() => 0));
      const [a, b] = [Float64Array.from(rows, ([x]) => x), Float64Array.from(rows, ([, y]) => y)];
      const value = ([x = NaN, y = NaN]: readonly number[]) => x / y;
      const ratio = new FunctionOfMeans(d, [0, 1], [unitInfluence(d, a), unitInfluence(d, b)], { value, gradient: ([x = NaN, y = NaN]) => [1 / y, -x / (y * y)] }, 6);
      const drawn: number[][] = [];
      const found = ratio.mean(means(d, [a, b], 6, random(2), [ratio.resample, (weights) => drawn.push([...weights])]));
      const known = cochran(rows, rows.map(() => 1));
      expect(found.mean).toBeCloseTo(known.ratio, 12);
      expect(found.se).toBeCloseTo(known.se, 6);
      drawn.forEach((weights, k) => {
        const again = cochran(rows, weights);
        if (again.se > 1e-3) expect(found.studentized[k]).toBeCloseTo((again.ratio - known.ratio) / again.se, 5);
      });
    }),
  );
});
