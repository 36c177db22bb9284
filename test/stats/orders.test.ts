import * as fc from "fast-check";
import { expect, test } from "vitest";
import { shuffledKeepingClusters } from "../../src/stats/orders.ts";
import { projected } from "../../src/stats/projection.ts";
import { random } from "../../src/stats/random.ts";
import { plainProducts, rowsOf } from "./rows.ts";

test("every item once, those of a cluster in their own order", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { maxLength: 40 }), fc.nat(1000), (cluster, seed) => {
      const order = shuffledKeepingClusters(Int32Array.from(cluster), 6, random(seed, "order"));
      expect([...order].sort((a, b) => a - b)).toEqual([...cluster.keys()]);
      for (let c = 0; c < 6; c++) {
        const those = [...order].filter((i) => cluster[i] === c);
        expect(those).toEqual(those.toSorted((a, b) => a - b));
      }
    }),
  );
});

test("every order that keeps the clusters' is as likely as another", () => {
  const counts = new Map<string, number>();
  for (let k = 0; k < 6000; k++) {
    const order = shuffledKeepingClusters(Int32Array.from([0, 1, 0, 2]), 3, random(k, "order")).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(12);
  for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
});

test("a projection keeps lengths and angles on average; rows that are short enough stay", async () => {
  const rows = rowsOf([0, 1].map((k) => Array.from({ length: 400 }, (_, d) => (k === 0 || d % 2 === 0 ? 0.05 : -0.05))));
  const short = await projected(rows, 400, random(1, "projection"), plainProducts);
  expect(short).toBe(rows);
  const products = await Promise.all(Array.from({ length: 60 }, async (_, seed) => {
    const { data, width } = await projected(rows, 16, random(seed, "projection"), plainProducts);
    const dot = (a: number, b: number) => Array.from({ length: width }, (__, d) => (data[a * width + d] as number) * (data[b * width + d] as number)).reduce((x, y) => x + y, 0);
    return [dot(0, 0), dot(1, 1), dot(0, 1)];
  }));
  const mean = (j: number) => products.reduce((sum, one) => sum + (one[j] as number), 0) / products.length;
  expect(Math.abs(mean(0) - 1)).toBeLessThan(0.15);
  expect(Math.abs(mean(1) - 1)).toBeLessThan(0.15);
  expect(Math.abs(mean(2))).toBeLessThan(0.15);
});
