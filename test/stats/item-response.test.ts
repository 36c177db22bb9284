import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fitItemResponse, itemResponse } from "../../src/stats/item-response.ts";
import { random } from "../../src/stats/random.ts";
import { networkScores, parametersIn, type TwoLayer } from "../../src/stats/two-layer.ts";
import { plainProducts, rowsOf } from "./rows.ts";

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/item-response.json"), "utf8")) as { readonly dimensions: number; readonly decay: number; readonly vectors: number[][]; readonly grades: (number | null)[][]; readonly least: number };
const grades = fixture.grades.map((column) => Float64Array.from(column, (grade) => grade ?? NaN));
const { dimensions, decay } = fixture;
const options = { dimensions, decay, products: plainProducts };

/** A network's parameters in one row. */
const rowOf = ({ hidden, offsets, outputs }: TwoLayer) => Float64Array.from([...hidden.data, ...offsets, ...outputs.data, ...grades.map(() => 0)]);

test("the objective is as low as scipy finds it, from whatever start", async () => {
  for (const seed of [1, 2]) {
    const found = await fitItemResponse(rowsOf(fixture.vectors), grades, random(seed, "fit"), options);
    const at = rowOf(found);
    expect(await itemResponse(rowsOf(fixture.vectors), grades, options).objective(at, new Float64Array(at.length))).toBeCloseTo(fixture.least, 5);
    for (let m = 0; m < grades.length; m++) expect(found.outputs.data[m * (dimensions + 1) + dimensions]).toBe(-1);
  }
});

test("the gradient is that of the values; what is fixed has none", async () => {
  const { shape, objective } = itemResponse(rowsOf(fixture.vectors), grades, options);
  const draws = random(3, "at");
  const at = Float64Array.from({ length: parametersIn(shape) }, () => draws.next() - 0.5);
  const gradient = new Float64Array(at.length);
  await objective(at, gradient);
  const from = shape.units * (shape.width + 1);
  for (let k = 0; k < at.length; k++) {
    if (k >= from && ((k - from) % shape.units === dimensions || k >= from + shape.units * grades.length)) {
      expect(gradient[k]).toBe(0);
      continue;
    }
    const step = 1e-2; // products are of single precision
    const value = (by: number) => objective(at.map((x, j) => x + (j === k ? by : 0)), new Float64Array(at.length));
    expect(((await value(step)) - (await value(-step))) / (2 * step)).toBeCloseTo(gradient[k] as number, 4);
  }
});

test("a planted model is found again: expected grades of rows that it was not fitted on", async () => {
  const draws = random(4, "planted");
  const table = (rows: number, width: number, size: number) => Array.from({ length: rows }, () => Array.from({ length: width }, () => size * (draws.next() - 0.5)));
  const [ask, can, hard] = [table(2, 5, 6), table(7, 2, 4), table(1, 5, 4)];
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, d) => sum + value * (b[d] as number), 0);
  const gradeOf = (row: readonly number[], m: number) => 1 / (1 + Math.exp(-(dot(ask.map((own) => dot(own, row)), can[m] as number[]) - dot(hard[0] as number[], row))));
  const [seen, unseen] = [table(300, 5, 1), table(50, 5, 1)];
  const known = can.map((_, m) => Float64Array.from(seen, (row, i) => ((m + i) % 3 === 0 ? NaN : gradeOf(row, m))));
  const found = await fitItemResponse(rowsOf(seen), known, random(1, "fit"), { dimensions: 2, decay: 1e-6, products: plainProducts });
  const scores = await networkScores(rowsOf(unseen), found, false, plainProducts);
  for (const [m, column] of scores.entries()) for (const [i, score] of column.entries()) expect(Math.abs(1 / (1 + Math.exp(-score)) - gradeOf(unseen[i] as number[], m))).toBeLessThan(0.01);
});
