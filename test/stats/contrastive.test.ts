import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contrastiveLoss, spaceCosines, type Contrasts, type SpaceShape } from "../../src/stats/contrastive.ts";
import { random } from "../../src/stats/random.ts";
import { modelContrasts, rowContrasts, trainContrastive } from "../../src/stats/train-contrastive.ts";
import { plainProducts, rowsOf } from "./rows.ts";

const shape: SpaceShape = { width: 3, dimensions: 2, models: 3 };
const options = { temperature: 0.5, rowWeight: 0.7, products: plainProducts };
const draws = random(6, "test");
const vectors = Array.from({ length: 6 }, () => Array.from({ length: 3 }, () => draws.next() - 0.5));
const start = () => Float64Array.from({ length: 2 * (3 + 3) }, () => 2 * draws.next() - 1);
const contrasts: Contrasts = {
  models: [[{ near: 0, far: [1, 2] }], [{ near: 1, far: [0] }, { near: 2, far: [0] }], [], [{ near: 2, far: [1] }], [{ near: 0, far: [1, 2] }], []],
  rows: [{ near: 1, far: [2, 3, 4] }, { near: 0, far: [2, 3, 5] }, { near: 4, far: [0, 1, 3] }, null, { near: 2, far: [0, 1, 5] }, null],
};

/** The paper's equations 2 to 4, written out. */
function written(at: Float64Array): number {
  const place = (vector: readonly number[]) => [0, 1].map((d) => vector.reduce((sum, value, e) => sum + value * (at[d * 3 + e] as number), 0));
  const model = (m: number) => [at[6 + 2 * m] as number, at[7 + 2 * m] as number];
  const cosine = (a: readonly number[], b: readonly number[]) => ((a[0] as number) * (b[0] as number) + (a[1] as number) * (b[1] as number)) / (Math.hypot(...a) * Math.hypot(...b));
  const own = vectors.map(place);
  const entropy = (i: number, near: readonly number[], far: readonly (readonly number[])[], heat: number) => {
    const power = (other: readonly number[]) => Math.exp(cosine(own[i] as number[], other) / heat);
    return -Math.log(power(near) / (power(near) + far.reduce((sum, other) => sum + power(other), 0)));
  };
  let total = 0;
  for (let i = 0; i < 6; i++) {
    for (const { near, far } of contrasts.models[i] ?? []) total += entropy(i, model(near), far.map(model), 0.5) / 6;
    const row = contrasts.rows[i];
    if (row) total += (0.7 * entropy(i, own[row.near] as number[], row.far.map((j) => own[j] as number[]), 1)) / 6;
  }
  return total;
}

test("the loss is the paper's, and its gradient that of the equations written out", async () => {
  for (let k = 0; k < 5; k++) {
    const at = start();
    const gradient = new Float64Array(at.length);
    expect(await contrastiveLoss(at, shape, rowsOf(vectors), contrasts, options, gradient)).toBeCloseTo(written(at), 5);
    for (let j = 0; j < at.length; j++) {
      const by = (step: number) => written(at.map((value, i) => (i === j ? value + step : value)));
      expect((by(1e-5) - by(-1e-5)) / 2e-5).toBeCloseTo(gradient[j] as number, 4);
    }
  }
});

test("vectors of zeros have no direction, and turn nothing", async () => {
  const gradient = new Float64Array(12);
  const zeros = rowsOf(Array.from({ length: 6 }, () => [0, 0, 0]));
  expect(Number.isFinite(await contrastiveLoss(start(), shape, zeros, contrasts, options, gradient))).toBe(true);
  expect(gradient.every((slope) => slope === 0)).toBe(true);
});

describe("what is contrasted", () => {
  test("the best models above 0 against the worst of up to a half, each worse than the one that is near", () => {
    const one = modelContrasts([0.9, 0, 1, 0.2, 0.6, NaN, 0.3], random(1, "ties"));
    expect(one.map(({ near, far }) => [near, [...far].sort()])).toEqual([[2, [1, 3, 6]], [0, [1, 3, 6]], [4, [1, 3, 6]]]);
    expect(modelContrasts([1, 1, 0.7], random(1, "ties"))).toEqual([]);
    expect(modelContrasts([0, 0, NaN], random(1, "ties"))).toEqual([]);
    expect(modelContrasts([0.4, 0.2], random(1, "ties"))).toEqual([{ near: 0, far: [1] }]);
    expect(modelContrasts([], random(1, "ties"))).toEqual([]);
  });

  test("of equal models chance says which are taken", () => {
    const taken = new Set(Array.from({ length: 40 }, (_, seed) => modelContrasts([1, 1, 1, 1, 0], random(seed, "ties")).map(({ near }) => near)).flat());
    expect([...taken].sort()).toEqual([0, 1, 2, 3]);
  });

  test("another row of the cluster against three of others; none where there are too few", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 15 }), fc.integer({ min: 0, max: 99 }), (cluster, seed) => {
        for (const [i, one] of rowContrasts(cluster, random(seed, "rows")).entries()) {
          const enough = cluster.filter((c) => c === cluster[i]).length > 1 && cluster.filter((c) => c !== cluster[i]).length >= 3;
          expect(one !== null).toBe(enough);
          if (!one) continue;
          expect([one.near === i, cluster[one.near] === cluster[i]]).toEqual([false, true]);
          expect([one.far.length, new Set(one.far).size, one.far.every((j) => cluster[j] !== cluster[i])]).toEqual([3, 3, true]);
        }
      }),
    );
  });
});

test("a planted space is found: which model is nearest to rows that it was not fitted on, where one is clearly", async () => {
  const own = random(8, "planted");
  const table = (rows: number) => Array.from({ length: rows }, () => Array.from({ length: 4 }, () => own.next() - 0.5));
  const rightOf = (row: readonly number[]) => row.indexOf(Math.max(...row));
  const lead = (row: readonly number[]) => { const [first, second] = row.toSorted((a, b) => b - a) as [number, number]; return first - second; };
  const [seen, unseen] = [table(400), table(400).filter((row) => lead(row) > 0.2)];
  const grades = [0, 1, 2, 3].map((m) => Float64Array.from(seen, (row) => Number(rightOf(row) === m)));
  const space = await trainContrastive(rowsOf(seen), grades, { dimensions: 8, temperature: 0.2, rowWeight: 0.1, products: plainProducts, random: random(1, "fit") });
  const cosines = await spaceCosines(rowsOf(unseen), space, plainProducts);
  const right = unseen.filter((row, i) => cosines.every((column) => (column[i] as number) <= (cosines[rightOf(row)]?.[i] as number))).length;
  expect(right / unseen.length).toBeGreaterThan(0.9);
});
