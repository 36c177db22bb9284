import * as fc from "fast-check";
import { expect, test } from "vitest";
import { gradesOfScores, preferenceLoss } from "../../src/stats/preferences.ts";

const grade = fc.double({ min: 0, max: 1, noNaN: true });
const score = fc.double({ min: -5, max: 5, noNaN: true });
const graded = (scores: readonly number[], mean: number) => {
  const into = new Float64Array(scores.length);
  gradesOfScores(Float64Array.from(scores), mean, into);
  return [...into];
};

test("the loss of two models is the cross-entropy of who wins, a tie half a win of each", () => {
  const loss = preferenceLoss([Float64Array.of(1, 0.5, NaN), Float64Array.of(0, 0.5, 1)]);
  const slopes = new Float64Array(2);
  expect(loss(0, Float64Array.of(1, -1), slopes)).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-2))), 12);
  expect(slopes[0]).toBeCloseTo(1 / (1 + Math.exp(-2)) - 1, 12);
  expect(slopes[1]).toBe(-(slopes[0] as number));
  expect(loss(1, Float64Array.of(0.3, 0.3), slopes.fill(0))).toBeCloseTo(Math.log(2), 12);
  expect([...slopes]).toEqual([0, 0]);
  expect(loss(2, Float64Array.of(3, -3), slopes)).toBe(0);
});

test("of two models, scores of least loss give the difference of grades back", () => {
  fc.assert(
    fc.property(grade, grade, (a, b) => {
      fc.pre(Math.abs(a - b) < 0.99);
      const lead = Math.log((1 + a - b) / (1 - a + b));
      const slopes = new Float64Array(2);
      preferenceLoss([Float64Array.of(a), Float64Array.of(b)])(0, Float64Array.of(lead, 0), slopes);
      expect(slopes[0]).toBeCloseTo(0, 10);
      const [one, other] = graded([lead, 0], (a + b) / 2) as [number, number];
      expect(one).toBeCloseTo(a, 10);
      expect(other).toBeCloseTo(b, 10);
    }),
  );
});

test("grades are about their mean, in the order of the scores, and within [0,1]; who takes no part has none", () => {
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 9 }), grade, (scores, mean) => {
      const found = graded(scores, mean);
      const inside = found.every((value) => value > 0 && value < 1);
      if (inside) expect(found.reduce((sum, value) => sum + value, 0) / found.length).toBeCloseTo(mean, 9);
      for (const [a, own] of found.entries()) {
        expect(own).toBeGreaterThanOrEqual(0);
        expect(own).toBeLessThanOrEqual(1);
        for (const [b, other] of found.entries()) if ((scores[a] as number) > (scores[b] as number)) expect(own).toBeGreaterThanOrEqual(other - 1e-12);
      }
      expect(graded([NaN, ...scores], mean)).toEqual([NaN, ...found]);
    }),
  );
});
