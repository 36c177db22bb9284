import { describe, expect, test } from "vitest";
import { logisticLoss, sigmoid } from "../../src/stats/linear-heads.ts";
import { preferenceLoss } from "../../src/stats/preferences.ts";
import { random } from "../../src/stats/random.ts";
import { trainTwoLayer } from "../../src/stats/train-two-layer.ts";
import { meanLoss, networkOf, networkScores, parametersIn, partsOf, type OutputLoss } from "../../src/stats/two-layer.ts";
import { plainProducts, rowsOf } from "./rows.ts";

const draws = (seed: string, count: number) => {
  const { next } = random(1, seed);
  return Float64Array.from({ length: count }, () => 2 * next() - 1);
};
const vectors = (seed: string, count: number, width: number) => {
  const values = draws(seed, count * width);
  return rowsOf(Array.from({ length: count }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]));
};
const logistic = (targets: readonly Float64Array[]): OutputLoss => (i, scores, slopes) =>
  targets.reduce((sum, column, o) => {
    slopes[o] = logisticLoss.slope(scores[o] as number, column[i] as number);
    return sum + logisticLoss.value(scores[o] as number, column[i] as number);
  }, 0);

describe.each([true, false])("a network, rectified: %s", (rectified) => {
  const shape = { width: 3, units: 4, outputs: 3, rectified };
  const rows = vectors("rows", 9, 3);
  const at = draws("at", parametersIn(shape));
  const grades = [0, 1, 2].map((m) => draws(`grades ${m}`, 9).map((value, i) => (m === 1 && i % 3 === 0 ? NaN : (value + 1) / 2)));

  test("scores are those of its formula", async () => {
    const { hidden, offsets, outputs, biases } = partsOf(at, shape);
    const scores = await networkScores(rows, networkOf(at, shape), rectified, plainProducts);
    for (let i = 0; i < 9; i++)
      for (let o = 0; o < 3; o++) {
        let sum = biases[o] as number;
        for (let u = 0; u < 4; u++) {
          const value = [0, 1, 2].reduce((z, d) => z + (hidden[u * 3 + d] as number) * (rows.data[i * 3 + d] as number), offsets[u] as number);
          sum += (outputs[o * 4 + u] as number) * (rectified ? Math.max(0, value) : value);
        }
        expect(scores[o]?.[i]).toBeCloseTo(sum, 5);
      }
  });

  test.each([["of soft targets", logistic(grades.map((column) => column.map((grade) => grade || 0)))], ["of preferences, with gaps", preferenceLoss(grades)]])("the gradient %s is the slope of the loss", async (_of, loss) => {
    const gradient = new Float64Array(at.length);
    const places = [...rows.data.keys()].slice(0, 9);
    await meanLoss(at, shape, rows, places, loss, plainProducts, gradient);
    const step = 1e-3;
    for (let k = 0; k < at.length; k++) {
      const [up, down] = await Promise.all([step, -step].map((by) => meanLoss(at.map((value, j) => (j === k ? value + by : value)), shape, rows, places, loss, plainProducts, null)));
      expect(Math.abs(((up as number) - (down as number)) / (2 * step) - (gradient[k] as number)), `parameter ${k}`).toBeLessThan(1e-3);
    }
    expect(gradient.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
  });
});

const train = (rows: ReturnType<typeof rowsOf>, shape: Parameters<typeof trainTwoLayer>[1], loss: OutputLoss, decay = 0) =>
  trainTwoLayer(rows, shape, loss, { start: new Float64Array(shape.outputs), decay, rate: 0.02, products: plainProducts, random: random(1, "train") });

test("a rectified layer learns exclusive or, which a linear one cannot; decay takes it back; the same numbers again", async () => {
  const corners = Array.from({ length: 200 }, (_, i) => [i & 1 ? 0.7 : -0.7, i & 2 ? 0.7 : -0.7]);
  const right = Float64Array.from(corners, ([x, y]) => Number((x as number) * (y as number) < 0));
  const shape = { width: 2, units: 8, outputs: 1, rectified: true };
  const missed = async (own: typeof shape, decay = 0) => {
    const network = await train(rowsOf(corners), own, logistic([right]), decay);
    const [scores] = await networkScores(rowsOf(corners), network, own.rectified, plainProducts);
    return Math.max(...right.map((target, i) => Math.abs(target - sigmoid(scores?.[i] as number))));
  };
  expect(await missed(shape)).toBeLessThan(0.2);
  expect(await missed({ ...shape, rectified: false })).toBeGreaterThan(0.45);
  expect(await missed(shape, 1)).toBeGreaterThan(0.4);
  expect(await train(rowsOf(corners), shape, logistic([right]))).toEqual(await train(rowsOf(corners), shape, logistic([right])));
});

test("what cannot be learned is not learned by heart: the best on rows held back is kept", async () => {
  const [seen, unseen] = [vectors("noise seen", 300, 12), vectors("noise unseen", 200, 12)];
  const coin = draws("coin", 300).map((value) => Number(value > 0));
  const network = await train(seen, { width: 12, units: 32, outputs: 1, rectified: true }, logistic([coin]));
  const [scores] = await networkScores(unseen, network, true, plainProducts);
  const sure = (scores as Float64Array).map((score) => Math.abs(sigmoid(score) - 0.5));
  expect(sure.reduce((a, b) => a + b, 0) / sure.length).toBeLessThan(0.2); // walked to the end, it is sure by .29
});

test("preferences planted in two dimensions are found again, on rows that were not there", async () => {
  const [models, width, rank] = [6, 8, 2];
  const [left, right] = [draws("left", models * rank), draws("right", rank * width)];
  const planted = (rows: ReturnType<typeof rowsOf>) =>
    Array.from({ length: models }, (_, m) => Float64Array.from({ length: rows.count }, (__, i) => [0, 1].reduce((sum, r) => sum + (left[m * rank + r] as number) * [...rows.data.subarray(i * width, (i + 1) * width)].reduce((z, x, d) => z + x * (right[r * width + d] as number), 0), 0)));
  const [seen, unseen] = [vectors("seen", 400, width), vectors("unseen", 100, width)];
  const grades = planted(seen).map((column) => column.map((score) => 0.5 + score / 8)); // differences are small, where the sigmoid is straight
  const network = await train(seen, { width, units: rank, outputs: models, rectified: false }, preferenceLoss(grades));
  const found = await networkScores(unseen, network, false, plainProducts);
  const wanted = planted(unseen);
  // sigmoid(x) is about (2 + x) / 4, so a difference of grades of d / 8 is one of scores of d / 4.
  for (let m = 1; m < models; m++) for (let i = 0; i < 100; i++) expect((found[m]?.[i] as number) - (found[0]?.[i] as number)).toBeCloseTo(((wanted[m]?.[i] as number) - (wanted[0]?.[i] as number)) / 4, 0);
  const errors = wanted.flatMap((column, m) => Array.from(column, (score, i) => ((found[m]?.[i] as number) - (found[0]?.[i] as number) - (score - (wanted[0]?.[i] as number)) / 4) ** 2));
  const spread = wanted.flatMap((column) => Array.from(column, (score, i) => ((score - (wanted[0]?.[i] as number)) / 4) ** 2));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  expect(sum(errors) / sum(spread)).toBeLessThan(0.01);
});
