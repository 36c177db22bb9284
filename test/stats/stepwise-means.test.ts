import * as fc from "fast-check";
import { expect, test } from "vitest";
import { stepwiseMeans } from "../../src/stats/stepwise-means.ts";

test("means are the weighted means of each column alone", () => {
  const values = fc.array(fc.integer({ min: 0, max: 4 }).map((v) => v / 4), { minLength: 12, maxLength: 12 });
  const weight = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }).filter((w) => w.some((v) => v > 0));
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 6 }), weight, (table, weights) => {
      const unit = Int32Array.from({ length: 12 }, (_, i) => i % 5);
      const into = new Float64Array(table.length);
      const { means, terms } = stepwiseMeans(table.map((column) => Float64Array.from(column)), unit, { units: 5 });
      means(Float64Array.from(weights), into);
      expect(terms).toBeLessThanOrEqual(5 * table.length);
      const total = unit.reduce((sum, u) => sum + (weights[u] as number), 0);
      for (const [c, column] of table.entries()) expect(into[c]).toBeCloseTo(column.reduce((sum, v, i) => sum + v * (weights[unit[i] as number] as number), 0) / total, 12);
    }),
  );
});
