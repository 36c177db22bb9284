import * as fc from "fast-check";
import { expect, test } from "vitest";
import { withFewShots } from "../../src/evaluate/few-shots.ts";
import type { Training } from "../../src/router/learned/learned.ts";

const MODELS = ["old", "new"];
const N = 30;
const promptHash = BigUint64Array.from({ length: N }, (_, i) => BigInt(1000 + (i % 25)));
const places = fc.uniqueArray(fc.nat(N - 1), { minLength: 1 }).map((at) => at.toSorted((a, b) => a - b));
const training = (at: readonly number[], gaps: readonly number[]): Training => {
  const column = Float64Array.from(at, (i) => (gaps.includes(i) ? NaN : i / N));
  return { rows: { count: at.length, width: 1, data: new Float32Array(at.length) }, facts: new Map(), quality: [column, column], costUsd: [column, column], cluster: Int32Array.from(at, (_, k) => k) };
};
const seenAt = ({ quality }: Training, at: readonly number[]) => at.filter((_, k) => !Number.isNaN(quality[1]?.[k] as number));

test("so many are left, each as it was, fewer among more; the other model keeps all; another fold has the same ones", () => {
  fc.assert(
    fc.property(places, fc.array(fc.nat(N - 1)), fc.nat(N), fc.nat(5), (at, gaps, k, seed) => {
      const whole = training(at, gaps);
      const few = (shots: number, there = at, of = whole) => withFewShots(of, [{ model: "new", outcomes: shots }], MODELS, { promptHash }, there, seed);
      const [seen, more] = [seenAt(few(k), at), seenAt(few(k + 1), at)];
      expect(seen).toHaveLength(Math.min(k, seenAt(whole, at).length));
      expect(seen.every((i) => more.includes(i))).toBe(true);
      expect(few(k).quality[0]).toEqual(whole.quality[0]);
      expect(few(k).costUsd[1]).toEqual(few(k).quality[1]);
      expect(few(k).quality[1]?.every((value, j) => Number.isNaN(value) || value === whole.quality[1]?.[j])).toBe(true);
      expect(few(N)).toEqual(whole);
      const other = at.filter((_, j) => j % 3 !== 0);
      if (other.length === 0) return;
      const own = training(other, gaps);
      expect(seen.filter((i) => other.includes(i)).every((i) => seenAt(few(k, other, own), other).includes(i))).toBe(true);
    }),
  );
});
