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
  const draw = () => (state = (state * 48271) % 2147483647) % 64;
  const asked = rowsOf(Array.from({ length: 515 }, () => [draw(), draw()]));
  const among = rowsOf(Array.from({ length: 8200 }, () => [draw(), draw()]));
  const blocks: number[][] = [];
  const all = await nearestRows(asked, among, 40, (a, b) => (blocks.push([a.count, b.count]), plainProducts(a, b)));
  expect(blocks).toEqual([[512, 8192], [512, 8], [3, 8192], [3, 8]]);
  for (const i of [0, 511, 514]) {
    const products = [...(await plainProducts(rowsBetween(asked, i, i + 1), among))].map((s, j) => ({ s, j }));
    expect([...all.at.subarray(i * 40, (i + 1) * 40)]).toEqual(products.toSorted((x, y) => y.s - x.s || x.j - y.j).slice(0, 40).map(({ j }) => j));
  }
});
