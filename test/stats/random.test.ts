import * as fc from "fast-check";
import { expect, test } from "vitest";
import { random, type Random } from "../../src/stats/random.ts";

const PINNED = { one: [110770817, 2535576043, 707168962, 2371724070], path: [318448166, 1889394957, 1205788797, 527657453] };

const draws = (r: Random, count: number) => Array.from({ length: count }, () => r.next());

test("a seed gives these numbers, today and on every machine", () => {
  // An independent xoshiro128** (Blackman & Vigna's C, in Python) from the same hashed state.
  expect(draws(random(1), 4).map((x) => x * 2 ** 32)).toEqual(PINNED.one);
  expect(draws(random(7, "resample", 3), 4).map((x) => x * 2 ** 32)).toEqual(PINNED.path);
});

test("the same seed and path give the same stream, others another", () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), fc.string(), (seed, a, b) => {
      expect(draws(random(seed, a), 8)).toEqual(draws(random(seed, a), 8));
      expect(draws(random(seed, a), 8)).not.toEqual(draws(random(seed + 1, a), 8));
      if (a !== b) expect(draws(random(seed, a), 8)).not.toEqual(draws(random(seed, b), 8));
    }),
  );
});

test("a fork does not hear how often its parent drew", () => {
  const parent = random(3, "stage");
  const before = draws(parent.fork("x"), 5);
  draws(parent, 100);
  expect(draws(parent.fork("x"), 5)).toEqual(before);
  expect(before).toEqual(draws(random(3, "stage", "x"), 5));
});

test("numbers are uniform: chi-square over 20 cells, within 5 sd of its 19 degrees", () => {
  for (const seed of [1, 2, 3]) {
    const cells = Array.from({ length: 20 }, () => 0);
    const r = random(seed, "uniform");
    for (let k = 0; k < 40_000; k++) (cells[r.below(20)] as number) += 1;
    const chi = cells.reduce((sum, c) => sum + (c - 2000) ** 2 / 2000, 0);
    expect(Math.abs(chi - 19)).toBeLessThan(5 * Math.sqrt(38));
  }
});

test("neighbouring streams are uncorrelated", () => {
  const n = 20_000;
  const [a, b] = [draws(random(1, "stream", 0), n), draws(random(1, "stream", 1), n)];
  const r = a.reduce((sum, x, k) => sum + (x - 0.5) * ((b[k] as number) - 0.5), 0) / (n / 12);
  expect(Math.abs(r)).toBeLessThan(5 / Math.sqrt(n));
});

test("below stays below, next in [0,1)", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
      const r = random(seed);
      for (let k = 0; k < 20; k++) {
        const x = r.below(bound);
        expect(Number.isInteger(x) && x >= 0 && x < bound).toBe(true);
        const u = r.next();
        expect(u >= 0 && u < 1).toBe(true);
      }
    }),
  );
});
