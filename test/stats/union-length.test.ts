import * as fc from "fast-check";
import { expect, test } from "vitest";
import { unionLength } from "../../src/stats/union-length.ts";

const interval = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })).map(([from, length]): [number, number] => [from, from + length]);

test("the union's length is the number of unit steps that some interval covers", () => {
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 12 }), (intervals) => {
      const covered = new Set(intervals.flatMap(([from, to]) => Array.from({ length: to - from }, (_, k) => from + k)));
      expect(unionLength(intervals)).toBe(covered.size);
    }),
  );
});

test("neither order nor an interval cut in two changes it, and it is at most the sum", () => {
  fc.assert(
    fc.property(fc.array(interval, { minLength: 1, maxLength: 12 }), fc.integer({ min: 0, max: 120 }), (intervals, at) => {
      const length = unionLength(intervals);
      expect(unionLength(intervals.toReversed())).toBe(length);
      const [[from, to], ...rest] = intervals as [[number, number], ...[number, number][]];
      const cut = Math.min(to, Math.max(from, at));
      expect(unionLength([[from, cut], ...rest, [cut, to]])).toBe(length);
      expect(length).toBeLessThanOrEqual(intervals.reduce((sum, [a, b]) => sum + (b - a), 0));
    }),
  );
});

test("of nothing it is 0; one that ends before it begins is empty", () => {
  expect(unionLength([])).toBe(0);
  expect(unionLength([[5, 3], [0, 2]])).toBe(2);
});
