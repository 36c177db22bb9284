import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitHeads, headScores, insensitiveLoss, logisticLoss, poissonLoss, type HeadLoss } from "../../src/stats/linear-heads.ts";
import { plainProducts, rowsOf } from "./rows.ts";

interface Fixture {
  readonly decay: number;
  readonly epsilon: number;
  readonly vectors: readonly (readonly number[])[];
  readonly targets: Readonly<Record<string, readonly (number | null)[]>>;
  /** Weights with the bias last, by loss and target. */
  readonly logistic: Readonly<Record<string, readonly number[]>>;
  readonly poisson: Readonly<Record<string, readonly number[]>>;
  readonly svr: Readonly<Record<string, readonly number[]>>;
}

/** scikit-learn's own, by linear-heads.py. */
const fixture = JSON.parse(readFileSync(new URL("../fixtures/linear-heads.json", import.meta.url), "utf8")) as Fixture;
const rows = rowsOf(fixture.vectors);
const column = (name: string) => Float64Array.from(fixture.targets[name] ?? [], (value) => value ?? NaN);
const LOSSES = { logistic: logisticLoss, poisson: poissonLoss, svr: insensitiveLoss(fixture.epsilon) } as const;

describe("heads are those that scikit-learn fits, all of a loss at once", () => {
  test.each(Object.keys(LOSSES) as (keyof typeof LOSSES)[])("%s", async (loss) => {
    const wanted = Object.entries(fixture[loss]);
    const { weights, biases } = await fitHeads(rows, wanted.map(([target]) => column(target)), LOSSES[loss], { decay: fixture.decay, products: plainProducts });
    for (const [h, [target, expected]] of wanted.entries()) {
      const found = [...weights.data.subarray(h * rows.width, (h + 1) * rows.width), biases[h] as number];
      for (const [k, value] of found.entries()) expect(Math.abs(value - (expected[k] as number)), `${target} ${k}`).toBeLessThan(1e-4);
    }
  });
});

test("a column without a target has no scores, and changes nothing for the others", async () => {
  const fit = (targets: Float64Array[]) => fitHeads(rows, targets, logisticLoss, { decay: 0.01, products: plainProducts });
  const both = await headScores(rows, await fit([column("graded"), new Float64Array(rows.count).fill(NaN)]), plainProducts);
  const one = await headScores(rows, await fit([column("graded")]), plainProducts);
  expect(both[1]?.every(Number.isNaN)).toBe(true);
  for (const [i, score] of (one[0] as Float64Array).entries()) expect(both[0]?.[i]).toBeCloseTo(score, 6);
});

test("expected costs sum up to the real ones", async () => {
  const costs = column("costs");
  const [scores] = await headScores(rows, await fitHeads(rows, [costs], poissonLoss, { decay: 0.1, products: plainProducts }), plainProducts);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  expect(sum((scores as Float64Array).map(Math.exp)) / sum(costs)).toBeCloseTo(1, 4);
});

test("slopes are those of the values; starts are where the mean loss is least", () => {
  fc.assert(
    fc.property(fc.constantFrom<HeadLoss>(...Object.values(LOSSES)), fc.double({ min: -6, max: 6, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (loss, score, target) => {
      const step = 1e-5;
      expect((loss.value(score + step, target) - loss.value(score - step, target)) / (2 * step)).toBeCloseTo(loss.slope(score, target), 4);
      expect(Math.abs(loss.slope(loss.start(target), target))).toBeLessThan(2e-3);
    }),
  );
});
