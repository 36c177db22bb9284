import * as fc from "fast-check";
import { expect, test } from "vitest";
import { minimise } from "../../src/stats/minimise.ts";

test("finds the minimum of a quadratic form", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.double({ min: 0.1, max: 100, noNaN: true }), fc.double({ min: -10, max: 10, noNaN: true })), { minLength: 1, maxLength: 20 }), async (axes) => {
      const found = await minimise(
        (at, gradient) => axes.reduce((sum, [curve, middle], i) => { const off = (at[i] as number) - middle; gradient[i] = curve * off; return sum + (curve * off * off) / 2; }, 0),
        new Float64Array(axes.length),
        { iterations: 500, tolerance: 1e-9 },
      );
      for (const [i, [, middle]] of axes.entries()) expect(found[i]).toBeCloseTo(middle, 5);
    }),
  );
});

test("of Rosenbrock's valley too; a step to where the function ends is taken back", async () => {
  const valley = async (at: Float64Array, gradient: Float64Array) => {
    const [x, y] = at as unknown as [number, number];
    if (x > 1.5) return NaN;
    gradient.set([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]);
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  };
  const found = await minimise(valley, Float64Array.of(-1.2, 1), { iterations: 200, tolerance: 1e-8 });
  for (const value of found) expect(value).toBeCloseTo(1, 6);
});
