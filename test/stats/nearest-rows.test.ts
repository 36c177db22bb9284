import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nearestRows } from "../../src/stats/nearest-rows.ts";
import { rowsBetween } from "../../src/stats/rows.ts";
import { plainProducts, rowsOf } from "./rows.ts";

const WIDTH = 4;
/** Halves: products are exact, and ties common. */
const vectors = (most: number) => fc.array(fc.array(fc.integer({ min: -2, max: 2 }).map((v) => v / 2), { minLength: WIDTH, maxLength: WIDTH }), { maxLength: most });

test("the nearest are those of a whole sort, ties by their order", async () => {
  await fc.assert(
    fc.asyncProperty(vectors(8), vectors(40), fc.integer({ min: 1, max: 50 }), async (asked, among, k) => {
      const found = await nearestRows(rowsOf(asked, WIDTH), rowsOf(among, WIDTH), k, plainProducts);
      expect(found.k).toBe(Math.min(k, among.length));
      for (const [i, a] of asked.entries()) {
        const products = among.map((b, j) => ({ j, s: b.reduce((sum, v, d) => sum + v * (a[d] as number), 0) }));
        const expected = products.toSorted((x, y) => y.s - x.s || x.j - y.j).slice(0, k);
        expect([...found.at.subarray(i * found.k, (i + 1) * found.k)]).toEqual(expected.map(({ j }) => j));
        expect([...found.similarity.subarray(i * found.k, (i + 1) * found.k)].map((s) => s + 0)).toEqual(expected.map(({ s }) => s + 0));
      }
    }),
  );
});

test("what does not fit into a block is searched in several, each row as if it were alone", async () => {
  let state = 1;
  const draw = () => ((state = (state * 48271) % 2147483647) / 2147483647) - 0.5;
  const asked = rowsOf(Array.from({ length: 6 }, () => [draw(), draw()]));
  const among = rowsOf(Array.from({ length: 1_000_000 }, () => [draw(), draw()]));
  const blocks: number[] = [];
  const all = await nearestRows(asked, among, 3, (a, b) => (blocks.push(a.count), plainProducts(a, b)));
  expect(blocks).toEqual([4, 2]);
  const last = await nearestRows(rowsBetween(asked, 5, 6), among, 3, plainProducts);
  expect([...all.at.subarray(15)]).toEqual([...last.at]);
});
