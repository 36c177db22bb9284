import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitTrees, binColumns, treeValues, type TreeShape } from "../../src/stats/boosted-trees.ts";

type Table = readonly (readonly (number | null)[])[];

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/boosted-trees.json"), "utf8")) as {
  readonly columns: Table; readonly gaps: Table; readonly target: number[]; readonly asked: Table;
  readonly shapes: (TreeShape & { readonly exact: number[]; readonly withGaps: number[] })[];
};

/** [column][row] of a table of rows; gaps are NaN. */
const columnsOf = (table: Table) => (table[0] ?? []).map((_, c) => Float64Array.from(table, (row) => row[c] ?? NaN));

function fitted(columns: readonly Float64Array[], target: readonly number[], shape: TreeShape, told?: (squares: number) => void) {
  return fitTrees(binColumns(columns), Float64Array.from(target), shape, told);
}

const SMALL: TreeShape = { depth: 3, rounds: 10, rate: 0.5, minLeaf: 1 };

describe("what scikit-learn's trees expect", () => {
  test.each(fixture.shapes)("depth $depth, rate $rate: GradientBoostingRegressor", (shape) => {
    const { exact } = shape;
    const found = treeValues(fitted(columnsOf(fixture.columns), fixture.target, shape), columnsOf(fixture.asked), exact.length);
    for (const [i, value] of exact.entries()) expect(found[i]).toBeCloseTo(value, 9);
  });

  test.each(fixture.shapes)("depth $depth, rate $rate, with gaps: HistGradientBoostingRegressor", (shape) => {
    const { withGaps } = shape;
    const found = treeValues(fitted(columnsOf(fixture.gaps), fixture.target, shape), columnsOf(fixture.gaps), withGaps.length);
    for (const [i, value] of withGaps.entries()) expect(found[i]).toBeCloseTo(value, 5); // its gradients are of single precision
  });
});

const cell = fc.constantFrom(NaN, 0, 1, 2, 3);
const tables = fc.array(fc.record({ row: fc.tuple(cell, cell), target: fc.constantFrom(NaN, 0, 0.25, 1) }), { minLength: 1, maxLength: 25 });
const shapes = fc.record({ depth: fc.integer({ min: 1, max: 3 }), rounds: fc.integer({ min: 1, max: 6 }), rate: fc.constantFrom(0.1, 0.5, 1), minLeaf: fc.integer({ min: 1, max: 4 }) });

test("squares left never rise; what was told is what the trees leave; rows without a target have no part in it", () => {
  fc.assert(
    fc.property(tables, shapes, (table, shape) => {
      const columns = columnsOf(table.map(({ row }) => row));
      const told: number[] = [];
      const trees = fitted(columns, table.map(({ target }) => target), shape, (squares) => told.push(squares));
      for (const [k, squares] of told.entries()) if (k > 0) expect(squares).toBeLessThanOrEqual((told[k - 1] as number) + 1e-12);
      const known = table.filter(({ target }) => !Number.isNaN(target));
      const values = treeValues(trees, columns, table.length);
      if (known.length === 0) {
        expect(values.every(Number.isNaN)).toBe(true);
        return;
      }
      const left = table.reduce((sum, { target }, i) => sum + (Number.isNaN(target) ? 0 : (target - (values[i] as number)) ** 2), 0);
      expect(left).toBeCloseTo(told.at(-1) as number, 9);
      const alone = fitted(columnsOf(known.map(({ row }) => row)), known.map(({ target }) => target), shape);
      expect(alone).toEqual(trees);
      expect(treeValues(trees, columnsOf(table.map(({ row }) => row)), table.length)).toEqual(values);
    }),
  );
});

test("a target of one value is expected everywhere, and nothing is split", () => {
  const trees = fitted([Float64Array.of(1, 2, 3, NaN)], [0.3, 0.3, 0.3, 0.3], SMALL);
  expect(trees.column.every((column) => column === -1)).toBe(true);
  for (const one of treeValues(trees, [Float64Array.of(-5, 9, NaN)], 3)) expect(one).toBeCloseTo(0.3, 12);
});

test("gaps go where they gain: apart from all known values, if those are alike", () => {
  const trees = fitted([Float64Array.of(1, 2, 3, NaN, NaN)], [0, 0, 0, 1, 1], { depth: 1, rounds: 1, rate: 1, minLeaf: 1 });
  expect([trees.threshold[0], trees.gapRight[0]]).toEqual([Infinity, 1]);
  expect(treeValues(trees, [Float64Array.of(7, NaN)], 2)[0]).toBeCloseTo(0, 12);
  expect(treeValues(trees, [Float64Array.of(7, NaN)], 2)[1]).toBeCloseTo(1, 12);
  const low = fitted([Float64Array.of(1, 5, 6, NaN)], [0, 1, 1, 0], { depth: 1, rounds: 1, rate: 1, minLeaf: 1 });
  expect([low.threshold[0], low.gapRight[0]]).toEqual([3, 0]);
});

test("where no gap was seen, one goes to the side of more rows", () => {
  const one = { depth: 1, rounds: 1, rate: 1, minLeaf: 1 };
  expect(fitted([Float64Array.of(1, 2, 3, 4)], [0, 0, 0, 1], one).gapRight[0]).toBe(0);
  expect(fitted([Float64Array.of(1, 2, 3, 4)], [1, 0, 0, 0], one).gapRight[0]).toBe(1);
});

test("no leaf has fewer rows than it may", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1)), { minLength: 2, maxLength: 20 }), fc.integer({ min: 1, max: 6 }), (rows, minLeaf) => {
      const columns = [Float64Array.from(rows, ([x]) => x)];
      const trees = fitted(columns, rows.map(([, y]) => y), { depth: 3, rounds: 1, rate: 1, minLeaf });
      const values = treeValues(trees, columns, rows.length);
      const sizes = new Map<number, number>();
      for (const one of values) sizes.set(one, (sizes.get(one) ?? 0) + 1);
      expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(Math.min(minLeaf, rows.length));
    }),
  );
});

test("many values stand in bins of about one size, equal ones in one, and splits are between bins", () => {
  const values = Float64Array.from({ length: 3000 }, (_, i) => (i < 600 ? 7 : i));
  const { bins, low, high } = binColumns([values]);
  const sizes = new Map<number, number>();
  for (const bin of bins[0] as Uint8Array) sizes.set(bin, (sizes.get(bin) ?? 0) + 1);
  expect(sizes.get(0)).toBe(600);
  expect(Math.max(...[...sizes].filter(([bin]) => bin > 0).map(([, size]) => size))).toBeLessThanOrEqual(13);
  for (const [b, value] of (low[0] as Float64Array).entries()) if (b > 0) expect(value).toBeGreaterThan(high[0]?.[b - 1] as number);
  const trees = fitted([values], [...values].map((value) => Number(value > 1500)), { depth: 1, rounds: 1, rate: 1, minLeaf: 1 });
  expect(Math.abs((trees.threshold[0] as number) - 1500)).toBeLessThan(13);
});
