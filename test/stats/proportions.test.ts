import * as fc from "fast-check";
import { expect, test } from "vitest";
import { proportionInterval } from "../../src/stats/intervals.ts";
import { clopperPearson, holm, mcnemarExact, wilson } from "../../src/stats/proportions.ts";

test.each([
  // Newcombe 1998, Statistics in Medicine 17:857, Table I, method 3
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("Wilson of %d in %d is Newcombe's", (right, n, low, high) => {
  const [l, h] = wilson(right / n, n) ?? [NaN, NaN];
  expect(l).toBeCloseTo(low, 4);
  expect(h).toBeCloseTo(high, 4);
});

test("Wilson needs something to stand on", () => {
  expect(wilson(0.5, 0)).toBeNull();
  expect(wilson(0.5, NaN)).toBeNull();
});

test("Wilson stays in [0,1], holds p, mirrors, and narrows with n", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 1e7, noNaN: true }), (p, n) => {
      const [low, high] = wilson(p, n) as [number, number];
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(p + 1e-15);
      expect(high).toBeGreaterThanOrEqual(p - 1e-15);
      const [l, h] = wilson(1 - p, n) as [number, number];
      expect(l).toBeCloseTo(1 - high, 9);
      expect(h).toBeCloseTo(1 - low, 9);
      const [a, b] = wilson(p, 2 * n) as [number, number];
      expect(b - a).toBeLessThanOrEqual(high - low);
    }),
  );
});

test.each([
  // R 4.3: binom.test(min, b + c)$p.value
  [0, 5, 0.0625],
  [0, 6, 0.03125],
  [1, 9, 0.021484375],
  [3, 8, 0.2265625],
  [10, 10, 1],
  [0, 0, 1],
  [450, 550, 0.0017305360849763176],
])("exact McNemar of %d against %d", (b, c, p) => {
  expect(mcnemarExact(b, c)).toBeCloseTo(p, 11);
  expect(mcnemarExact(c, b)).toBe(mcnemarExact(b, c));
});

test("McNemar does not underflow on many discordant pairs", () => {
  expect(mcnemarExact(5000, 5000)).toBe(1);
  // Python: Fraction(2 * sum(comb(10300, i) for i in range(5001)), 2**10300)
  expect(mcnemarExact(5000, 5300)).toBeCloseTo(0.003215819673645239, 9);
});

const close = (got: number[], wanted: number[]) => got.forEach((p, k) => expect(p).toBeCloseTo(wanted[k] as number, 12));

test("Holm as R's p.adjust has it", () => {
  close(holm([0.01, 0.02, 0.03, 0.04]), [0.04, 0.06, 0.06, 0.06]);
  close(holm([0.04, 0.001, 0.3, 0.012]), [0.08, 0.004, 0.3, 0.036]);
  expect(holm([])).toEqual([]);
});

test("Holm never lowers a p-value, never passes 1, keeps the order", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (p) => {
      const adjusted = holm(p);
      p.forEach((value, i) => {
        expect(adjusted[i]).toBeGreaterThanOrEqual(value);
        expect(adjusted[i]).toBeLessThanOrEqual(1);
        p.forEach((other, j) => {
          if (value < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] as number);
        });
      });
      if (p.length > 0) expect(Math.min(...adjusted)).toBeCloseTo(Math.min(1, p.length * Math.min(...p)), 12);
    }),
  );
});

test("Clopper-Pearson has a binomial tail of exactly 5 % beyond each bound", () => {
  for (const [k, n] of [[0, 10], [1, 10], [5, 10], [10, 10], [3, 100], [97, 100], [40, 200]] as const) {
    const [low, high] = clopperPearson(k / n, n, 0.05) as [number, number];
    if (k > 0) expect(atMost(n - k, n, 1 - low)).toBeCloseTo(0.05, 9);
    else expect(low).toBe(0);
    if (k < n) expect(atMost(k, n, high)).toBeCloseTo(0.05, 9);
    else expect(high).toBe(1);
  }
  expect(clopperPearson(0.5, 0, 0.05)).toBeNull();
});

test.each([20, 50, 200])("of %i prompts: a gate's bound of a proportion is on the wrong side in at most one sample of twenty, also of rare events", (n) => {
  const bounds = Array.from({ length: n + 1 }, (_, k) => {
    const p = k / n;
    return proportionInterval({ mean: p, se: Math.sqrt((p * (1 - p)) / (n - 1)), n, units: n, df: n - 1 }, 0.9) as [number, number];
  });
  for (let rate = 0.0025; rate < 1; rate += 0.0025) {
    const chance = (wrong: (bound: [number, number]) => boolean) => bounds.reduce((sum, bound, k) => sum + (wrong(bound) ? atMost(k, n, rate) - atMost(k - 1, n, rate) : 0), 0);
    expect(chance(([low]) => low > rate)).toBeLessThanOrEqual(0.05);
    expect(chance(([, high]) => high < rate)).toBeLessThanOrEqual(0.05);
  }
});

/** P(Binomial(n, p) ≤ k), term by term. */
function atMost(k: number, n: number, p: number): number {
  let [term, sum] = [(1 - p) ** n, 0];
  for (let j = 0; j <= k; j++) {
    sum += term;
    term *= ((n - j) / (j + 1)) * (p / (1 - p));
  }
  return sum;
}
