import * as fc from "fast-check";
import { expect, test } from "vitest";
import { foldsOf } from "../../src/stats/folds.ts";
import { random } from "../../src/stats/random.ts";

test("a cluster is in one fold, no fold is empty, and sizes differ by no more than the largest cluster", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 60 }), fc.integer({ min: 2, max: 10 }), fc.nat(), (drawn, wanted, seed) => {
      const seen = [...new Set(drawn)];
      const cluster = Int32Array.from(drawn, (c) => seen.indexOf(c));
      const { fold, folds } = foldsOf(cluster, seen.length, wanted, random(seed, "folds"));
      expect(folds).toBe(Math.min(wanted, seen.length));
      const foldsOfCluster = seen.map((_, c) => new Set([...fold].filter((_f, i) => cluster[i] === c)));
      expect(foldsOfCluster.every((own) => own.size === 1)).toBe(true);
      const sizes = Array.from({ length: folds }, (_, f) => fold.filter((own) => own === f).length);
      const largest = Math.max(...seen.map((_, c) => cluster.filter((own) => own === c).length));
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(largest);
    }),
  );
});

test("the seed deals them", () => {
  const cluster = Int32Array.from({ length: 50 }, (_, i) => i);
  const dealt = (seed: number) => [...foldsOf(cluster, 50, 5, random(seed, "folds")).fold];
  expect(dealt(1)).toEqual(dealt(1));
  expect(dealt(1)).not.toEqual(dealt(2));
});
