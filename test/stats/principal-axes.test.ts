import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { alongAxes, principalAxes } from "../../src/stats/principal-axes.ts";
import { random } from "../../src/stats/random.ts";
import { plainProducts, rowsOf } from "./rows.ts";

const { scaled, axes: expected } = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/boosted-trees.json"), "utf8")) as { readonly scaled: number[][]; readonly axes: number[][] };

test("axes are those of numpy's singular value decomposition, but for their sign", async () => {
  const { axes, mean } = await principalAxes(rowsOf(scaled), 3, random(1, "axes"), plainProducts);
  expect(axes.count).toBe(3);
  for (let a = 0; a < 3; a++) {
    const [own, theirs] = [[...axes.data.subarray(4 * a, 4 * a + 4)], expected[a] as number[]];
    expect(Math.abs(own.reduce((sum, value, d) => sum + value * (theirs[d] as number), 0))).toBeCloseTo(1, 5);
    expect(Math.max(...own)).toBe(Math.max(...own.map(Math.abs)));
  }
  for (const [d, middle] of mean.entries()) expect(middle).toBeCloseTo(scaled.reduce((sum, row) => sum + (row[d] as number), 0) / scaled.length, 5);
  const along = await alongAxes(rowsOf(scaled), { axes, mean }, plainProducts);
  for (const column of along) expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 3);
});

test("another seed gives the same axes; rows of one line have one", async () => {
  const [one, other] = await Promise.all([1, 2].map((seed) => principalAxes(rowsOf(scaled), 2, random(seed, "axes"), plainProducts)));
  for (const [k, value] of (one?.axes.data ?? []).entries()) expect(other?.axes.data[k]).toBeCloseTo(value, 3);
  const line = await principalAxes(rowsOf([[0, 0, 1], [0, 2, 1], [0, 5, 1]]), 8, random(1, "axes"), plainProducts);
  expect(line.axes.count).toBe(3);
  expect([...line.axes.data]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0].map((value) => expect.closeTo(value, 6) as number));
});
