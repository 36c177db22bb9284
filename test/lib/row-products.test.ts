import * as fc from "fast-check";
import { expect, test } from "vitest";
import { rowProducts } from "../../src/lib/row-products.ts";
import { plainProducts, rowsOf } from "../stats/rows.ts";

const vectors = fc.array(fc.array(fc.integer({ min: -9, max: 9 }).map((v) => v / 8), { minLength: 5, maxLength: 5 }), { maxLength: 20 });

test("products of rows, as one by one", async () => {
  await fc.assert(
    fc.asyncProperty(vectors, vectors, async (a, b) => {
      const [left, right] = [rowsOf(a, 5), rowsOf(b, 5)];
      expect([...(await rowProducts(left, right))].map((v) => v + 0)).toEqual([...(await plainProducts(left, right))].map((v) => v + 0));
    }),
  );
});
