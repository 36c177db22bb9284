import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { PolicySpec } from "../../src/model/config.ts";
import { policySpecSchema } from "../../src/model/config.ts";
import { buildPolicy, type RouterContext } from "../../src/router/index.ts";
import type { Learned, Training } from "../../src/router/learned/learned.ts";
import { expectedCosts, fitCosts } from "../../src/router/learned/costs.ts";
import { random } from "../../src/stats/random.ts";
import type { Rows } from "../../src/stats/rows.ts";
import { asking, learned as learnedOver } from "../contract/learned-kind.ts";
import { plainProducts, rowsOf } from "../stats/rows.ts";

const tools = { products: plainProducts, random: random(1, "fit") };

function unpriced(names: readonly string[]): RouterContext {
  return { models: names.map((name) => ({ name, quality: 0.5, costUsdPer1k: NaN })), weak: null, strong: null, factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } };
}

const learned = (spec: Readonly<Record<string, unknown>>, names: readonly string[] = ["a", "b"]) => learnedOver(spec, names);

const estimated = async (own: Learned, of: Training, asked: Rows) => own.estimate(await own.fit(of, { ...tools, random: random(1, "fit") }), asking(asked), tools);

const columns = (...table: number[][]) => table.map((column) => Float64Array.from(column));
const estimates = (quality: number[][], costUsd: number[][]) => ({ quality: columns(...quality), costUsd: columns(...costUsd) });
const training = (vectors: number[][], quality: number[][], costUsd: number[][]): Training => ({ ...asking(rowsOf(vectors)), quality: columns(...quality), costUsd: columns(...costUsd), cluster: Int32Array.from(vectors.keys()) });

test("kNN expects the mean of what is known among the nearest; a model unknown there has its mean over the training", async () => {
  const of = training([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]], [[1, 0, 0, 1], [NaN, NaN, 1, 0]], [[1, 3, 5, 7], [2, 2, 2, NaN]]);
  const two = await estimated(learned({ kind: "knn", k: 2 }), of, rowsOf([[1, 0], [0, 1]]));
  expect(two.quality.map((column) => [...column])).toEqual([[0.5, 0], [0.5, 1]]);
  expect(two.costUsd.map((column) => [...column])).toEqual([[2, 4], [2, 2]]);
  const weighted = await estimated(learned({ kind: "knn", k: 4, weights: "similarity" }), of, rowsOf([[1, 0]]));
  expect(weighted.quality[0]?.[0]).toBeCloseTo(1 / 1.8, 6); // similarities 1, .8, 0, and -1, which weighs nothing
});

test("kNN's estimates are those of a brute force, gaps and all", async () => {
  const half = fc.integer({ min: -2, max: 2 }).map((v) => v / 2);
  const row = fc.record({ at: fc.tuple(half, half, half), quality: fc.tuple(fc.constantFrom(0, 1, NaN), fc.constantFrom(0, 0.5, NaN)) });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), fc.tuple(half, half, half), fc.integer({ min: 1, max: 35 }), async (rows, asked, k) => {
      const table = [0, 1].map((m) => rows.map(({ quality }) => quality[m] as number));
      const { quality } = await estimated(learned({ kind: "knn", k }), training(rows.map(({ at }) => [...at]), table, table), rowsOf([[...asked]]));
      const near = rows.map((one, i) => ({ i, ...one, s: one.at.reduce((sum, v, d) => sum + v * (asked[d] as number), 0) })).toSorted((x, y) => y.s - x.s || x.i - y.i).slice(0, k);
      const mean = (values: readonly number[]) => (values.length === 0 ? NaN : values.reduce((a, b) => a + b, 0) / values.length);
      const known = (those: readonly (typeof row extends fc.Arbitrary<infer R> ? R : never)[], m: number) => those.map((one) => one.quality[m] as number).filter((q) => !Number.isNaN(q));
      for (const m of [0, 1]) expect(quality[m]?.[0]).toBe(known(near, m).length > 0 ? mean(known(near, m)) : mean(known(rows, m)));
    }),
  );
});

test("kNN's choice: quality - lambda · cost in USD, ties to the cheaper, then by name; what is unknown is not chosen", () => {
  const of = estimates([[0.8], [0.6]], [[0.01], [0.001]]);
  expect([...learned({ kind: "knn" }).choose(["a", "b"], of)]).toEqual([0]);
  expect([...learned({ kind: "knn", lambda: 22 }).choose(["a", "b"], of)]).toEqual([0]); // .58 against .578
  expect([...learned({ kind: "knn", lambda: 23 }).choose(["a", "b"], of)]).toEqual([1]);
  const choose = learned({ kind: "knn" }, ["z", "y"]).choose;
  expect([...choose(["z", "y"], estimates([[0.5], [0.5]], [[2], [1]]))]).toEqual([1]);
  expect([...choose(["z", "y"], estimates([[0.5], [0.5]], [[1], [1]]))]).toEqual([1]);
  expect([...choose(["z", "y"], estimates([[0.5], [0.5]], [[1], [NaN]]))]).toEqual([0]);
  expect([...choose(["z", "y"], estimates([[NaN, NaN], [0, NaN]], [[1, 1], [1, 1]]))]).toEqual([1, -1]);
});

test("clusters score alpha · quality + (1 - alpha) · (1 - cost), both between the lowest and highest of the models", async () => {
  const vectors = [[1, 0], [1, 0], [0, 1], [0, 1]];
  const of = training(vectors, [[1, 0.8, 0, 0], [0, 0, 1, 0.5], [0.6, 0.6, NaN, NaN]], [[9, 9, 9, 9], [1, 1, 1, 1], [5, 5, NaN, NaN]]);
  const names = ["a", "b", "c"];
  const found = await estimated(learned({ kind: "kmeans", clusters: 2 }, names), of, rowsOf([[1, 0.1], [0.1, 1]]));
  expect(found.quality.map((column) => [...column])).toEqual([[0.9, 0], [0, 0.75], [0.6, 0.6]]);
  const chosen = (alpha: number) => [...learned({ kind: "kmeans", clusters: 2, alpha }, names).choose(names, found)];
  expect(chosen(1)).toEqual([0, 1]);
  expect(chosen(0)).toEqual([1, 1]);
  // First prompt: a scores alpha, b 1 - alpha, c alpha · 2/3 + (1 - alpha) / 2.
  expect(chosen(0.59)).toEqual([2, 1]);
  expect(chosen(0.61)).toEqual([0, 1]);
});

test.each(["knn", "kmeans"])("%s warns where it wants more prompts than there are", (kind) => {
  expect(learned({ kind }).remarks(3)).toEqual([expect.stringContaining("more than the 3 prompts")]);
  expect(learned({ kind }).remarks(1000)).toEqual([]);
});

test.each([{ kind: "knn", lambda: 1 }, { kind: "kmeans", alpha: 0.5 }])("$kind that weighs costs needs them, and says whose is missing", (spec) => {
  const context = unpriced(["a", "b"]);
  expect(() => buildPolicy(policySpecSchema.parse(spec) as PolicySpec, context)).toThrow(/the cost of a is not known/);
  expect(() => buildPolicy(policySpecSchema.parse({ kind: spec.kind }) as PolicySpec, context)).not.toThrow();
});

test("k=auto takes the k that foretells grades best on a part held back, copies on one side: 1 of many where neighbours tell, more where they do not", async () => {
  const draws = random(2, "test");
  const vectors = Array.from({ length: 120 }, (_, i) => { const angle = (i / 120) * 2 * Math.PI; return [Math.cos(angle), Math.sin(angle)]; });
  const own = learned({ kind: "knn", k: "auto" }, ["a"]);
  const chosen = async (of: Training) => own.searched?.(await own.fit(of, { ...tools, random: random(1, "fit") }));
  const local = training(vectors, [vectors.map((_, i) => Math.floor(i / 12) % 2)], [vectors.map(() => 1)]);
  expect(await chosen(local)).toEqual({ setting: "k", value: 3 });
  const noise = vectors.map(() => Number(draws.next() < 0.5));
  const told = await chosen(training(vectors, [noise], [vectors.map(() => 1)]));
  expect(told?.value).toBeGreaterThanOrEqual(31);
  // Every prompt four times: parted from its copies, three neighbours would tell all.
  const copies = (values: number[]) => [...values, ...values, ...values, ...values];
  const copied = { ...training([...vectors, ...vectors, ...vectors, ...vectors], [copies(noise)], [copies(vectors.map(() => 1))]), cluster: Int32Array.from({ length: 480 }, (_, i) => i % 120) };
  expect((await chosen(copied))?.value).toBeGreaterThanOrEqual(31);
  expect(learned({ kind: "knn", k: 5 }, ["a"]).searched?.(await learned({ kind: "knn", k: 5 }, ["a"]).fit(local, tools))).toBe(null);
});

test("elo's scores are Bradley and Terry's of all training prompts, each counting 10^(similarity / highest); costs are means of the same weights", async () => {
  const of = training([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], [[1, 0, 0.5, 1], [0, 1, NaN, 0]], [[1, 2, 3, NaN], [2, 2, 2, 2]]);
  const found = await estimated(learned({ kind: "elo" }), of, rowsOf([[0.8, 0.6]]));
  // Similarities .8, .96, .6, -.8 by hand.
  const [p, q, r, s] = [0.8, 0.96, 0.6, -0.8].map((similarity) => 10 ** (similarity / 0.96)) as [number, number, number, number];
  const [won, lost] = [p + s, q];
  const lead = bisect((x) => won - (won + lost) / (1 + Math.exp(-x)) - x / 2); // the prior pulls each of two opposite scores by half the lead
  const [meanA, meanB] = [2.5 / 4, 1 / 3];
  expect((found.quality[0]?.[0] as number) - (found.quality[1]?.[0] as number)).toBeCloseTo(2 / (1 + Math.exp(-lead)) - 1, 5);
  expect((found.quality[0]?.[0] as number) + (found.quality[1]?.[0] as number)).toBeCloseTo(meanA + meanB, 5);
  expect(found.costUsd[0]?.[0]).toBeCloseTo((p + 2 * q + 3 * r) / (p + q + r), 5);
  expect(found.costUsd[1]?.[0]).toBeCloseTo(2, 5);
});

/** Where a falling function is 0. */
function bisect(of: (x: number) => number): number {
  let [low, high] = [-50, 50];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (of(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

test("mf and elo: one that met no other model has its mean; without a second model too", async () => {
  for (const kind of ["mf", "elo"]) {
    const apart = training([[1, 0], [0, 1], [1, 0]], [[1, NaN, 1], [NaN, 0.25, NaN]], [[1, 1, 1], [1, 1, 1]]);
    expect((await estimated(learned({ kind }), apart, rowsOf([[1, 0]]))).quality.map(([grade]) => grade)).toEqual([1, 0.25]);
    const alone = training([[1, 0], [0, 1]], [[1, 0.5]], [[1, 1]]);
    expect((await estimated(learned({ kind }, ["a"]), alone, rowsOf([[1, 0]]))).quality[0]?.[0]).toBe(0.75);
  }
});

test("expected costs follow the text, and over the training sum up to the real ones", async () => {
  const vectors = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? [1, 0] : [0, 1]));
  const usd = vectors.map((_, i) => (i % 2 === 0 ? 0.001 : 0.004) * (i % 3 === 0 ? 2.5 : 0.25));
  const fitted = await fitCosts(training(vectors, [usd], [usd, usd.map(() => 0), usd.map((value, i) => (i < 30 ? NaN : value))]), plainProducts);
  const [own, free, part] = (await expectedCosts(fitted, rowsOf(vectors), plainProducts)) as [Float64Array, Float64Array, Float64Array];
  const sum = (values: ArrayLike<number>, from = 0) => Array.from(values).slice(from).reduce((a, b) => a + b, 0);
  expect(sum(own) / sum(usd)).toBeCloseTo(1, 4);
  expect((own[1] as number) / (own[0] as number)).toBeGreaterThan(3.5);
  expect([...free]).toEqual(usd.map(() => 0));
  expect(sum(part, 30) / sum(usd, 30)).toBeCloseTo(1, 4);
});
