import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policySpecSchema, type PolicySpec } from "../../src/model/config.ts";
import { WrpError } from "../../src/model/errors.ts";
import { buildPolicy } from "../../src/router/index.ts";
import { knobChoices } from "../../src/router/learned/knob-choices.ts";
import type { Asked, Estimates, Knob, Learned, Training } from "../../src/router/learned/learned.ts";
import type { Tensors } from "../../src/model/tensor.ts";
import { random } from "../../src/stats/random.ts";
import { rowsBetween, type Rows } from "../../src/stats/rows.ts";
import { plainProducts } from "../stats/rows.ts";

const WIDTH = 8;
const lent = (seed = 1) => ({ products: plainProducts, random: random(seed, "fit") });
const named = (models: number) => Array.from({ length: models }, (_, m) => `m${String(m).padStart(2, "0")}`);

/** A policy of a spec over these models, each of known quality and cost. */
export function learned(spec: Readonly<Record<string, unknown>>, models: readonly string[]): Learned {
  const figures = models.map((name) => ({ name, quality: 0.5, costUsdPer1k: 1 }));
  const context = { models: figures, weak: null, strong: null, factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } };
  return buildPolicy(policySpecSchema.parse(spec) as PolicySpec, context).learned as Learned;
}

/** What is asked about these vectors, of which no fact is known. */
export function asking(rows: Rows): Asked {
  return { rows, facts: new Map() };
}

/** Unit vectors around a first (even prompts) and a second axis (odd ones), so that half of the prompts are of either topic. */
function topics(count: number, seed = 3): Rows {
  const draws = random(seed, "topics");
  const data = new Float32Array(count * WIDTH);
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * WIDTH, (i + 1) * WIDTH);
    for (let d = 0; d < WIDTH; d++) row[d] = 0.4 * (draws.next() - 0.5) + (d === i % 2 ? 1 : 0);
    const length = Math.hypot(...row);
    for (let d = 0; d < WIDTH; d++) (row[d] as number) /= length;
  }
  return { count, width: WIDTH, data };
}

type Cell = (model: number, prompt: number) => number;

function training(rows: Rows, models: number, quality: Cell, costUsd: Cell = (m) => 0.001 * (m + 1)): Training {
  const table = (of: Cell) => Array.from({ length: models }, (_, m) => Float64Array.from({ length: rows.count }, (__, i) => of(m, i)));
  return { ...asking(rows), quality: table(quality), costUsd: table(costUsd), cluster: Int32Array.from({ length: rows.count }, (_, i) => i) };
}

/** Models of even index are right on the first topic, those of odd index on the second. */
const byTopic: Cell = (m, i) => Number(m % 2 === i % 2);

async function estimated(own: Learned, of: Training, asked: Rows, seed = 1): Promise<Estimates> {
  return own.estimate(await own.fit(of, lent(seed)), asking(asked), lent());
}

/** As a file would keep them: names, shapes, types and bytes, each in memory of its own. */
function reread(tensors: Tensors): Tensors {
  const types = { Float32Array, Float64Array, Int32Array };
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      const text = JSON.stringify({ type: data.constructor.name, shape });
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      const head = JSON.parse(text) as { type: keyof typeof types; shape: number[] };
      return [name, { shape: head.shape, data: new types[head.type](bytes.buffer) }];
    }),
  );
}

/** All of one table, gaps as NaN. */
const all = (table: readonly Float64Array[]) => table.flatMap((column) => [...column]);

function expectKnown({ quality, costUsd }: Estimates, models: readonly number[]): void {
  for (const m of models) {
    for (const value of quality[m] as Float64Array) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
    for (const value of costUsd[m] as Float64Array) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(Infinity);
    }
  }
}

/**
 * What every kind of policy that is fitted on outcomes does.
 *
 * @param spec of the kind
 * @param others specs of the other kinds
 */
export function learnedKindContract(spec: Readonly<Record<string, unknown>> & { readonly kind: string }, others: readonly Readonly<Record<string, unknown>>[]): void {
  const of = (models: number) => learned(spec, named(models));

  describe(JSON.stringify(spec), () => {
    test("learns which model is right on which topic, and what each costs", async () => {
      const found = await estimated(of(2), training(topics(120), 2, byTopic), topics(40, 4));
      expect([...of(2).choose(named(2), found)]).toEqual(Array.from({ length: 40 }, (_, i) => i % 2));
      for (const [m, column] of found.costUsd.entries()) for (const usd of column) expect(usd).toBeCloseTo(0.001 * (m + 1), 6);
    });

    test("the same seed gives the same tables and estimates, and nothing that it was lent is changed", async () => {
      const rows = topics(30);
      const known = training(rows, 3, (m, i) => ((m + i) % 4 === 0 ? NaN : byTopic(m, i) * 0.75), (m, i) => 0.001 * (m + 1) * (i + 1));
      const before = structuredClone(known);
      const once = await of(3).fit(known, lent());
      expect(known).toEqual(before);
      expect(await of(3).fit(known, lent())).toEqual(once);
      const kept = structuredClone(once);
      const found = await of(3).estimate(once, asking(topics(9, 5)), lent());
      expect(once).toEqual(kept);
      expect(await of(3).estimate(once, asking(topics(9, 5)), lent())).toEqual(found);
    });

    test("what it was fitted to is numbers: it survives plain bytes", async () => {
      const fitted = await of(3).fit(training(topics(30), 3, byTopic), lent());
      for (const { shape, data } of Object.values(fitted)) expect(shape.reduce((product, length) => product * length, 1)).toBe(data.length);
      const asked = asking(topics(9, 5));
      expect(await of(3).estimate(reread(fitted), asked, lent())).toEqual(await of(3).estimate(fitted, asked, lent()));
    });

    if (others.length > 0) test.each(others)("refuses what $kind was fitted to", async (other) => {
      const foreign = await learned(other, named(2)).fit(training(topics(12), 2, byTopic), lent());
      await expect(async () => of(2).estimate(foreign, asking(topics(3)), lent())).rejects.toThrow(WrpError);
    });

    test("refuses vectors of another width, and nothing at all", async () => {
      const fitted = await of(2).fit(training(topics(12), 2, byTopic), lent());
      const wider = { count: 2, width: WIDTH + 1, data: new Float32Array(2 * (WIDTH + 1)) };
      await expect(async () => of(2).estimate(fitted, asking(wider), lent())).rejects.toThrow(/fitted on vectors of 8 numbers, and these have 9/);
      await expect(async () => of(2).estimate({}, asking(topics(3)), lent())).rejects.toThrow(WrpError);
    });

    test("what it expects of a prompt does not hang on what else is asked", async () => {
      const fitted = await of(3).fit(training(topics(40), 3, byTopic), lent());
      const rows = topics(7, 6);
      const together = await of(3).estimate(fitted, asking(rows), lent());
      for (let i = 0; i < rows.count; i++) {
        const alone = await of(3).estimate(fitted, asking(rowsBetween(rows, i, i + 1)), lent());
        for (const figure of ["quality", "costUsd"] as const) for (const [m, column] of together[figure].entries()) expect(alone[figure][m]?.[0]).toBeCloseTo(column[i] as number, 12);
      }
      const none = await of(3).estimate(fitted, asking(rowsBetween(rows, 0, 0)), lent());
      expect([none.quality, none.costUsd].map((table) => table.map((column) => column.length))).toEqual([[0, 0, 0], [0, 0, 0]]);
    });

    test.each([1, 2, 33])("%d models", async (models) => {
      const found = await estimated(of(models), training(topics(40), models, byTopic), topics(6, 7));
      expect([found.quality.length, found.costUsd.length]).toEqual([models, models]);
      expectKnown(found, [...named(models).keys()]);
      const chosen = of(models).choose(named(models), found);
      expect([...chosen].every((m) => m >= 0 && m < models)).toBe(true);
    });

    test("it is a curve from the cheapest choice to the dearest, of which its own is one", async () => {
      const own = of(3);
      const estimates = await estimated(own, training(topics(40), 3, byTopic), topics(30, 5));
      const { values, own: at, model } = knobChoices(own.knob as Knob, named(3), estimates) ?? { values: [], own: -1, model: [] };
      expect([values[at], model[at]]).toEqual([own.knob?.own, own.choose(named(3), estimates)]);
      const spent = model.map((chosen) => chosen.reduce((sum, m, i) => sum + (estimates.costUsd[m]?.[i] as number), 0));
      expect(spent).toEqual(spent.toSorted((a, b) => a - b));
      expect(spent.length).toBeGreaterThan(1);
    });

    test("a tie goes to the cheaper, then by name; what is unknown is not chosen", () => {
      const table = (...columns: number[][]) => columns.map((column) => Float64Array.from(column));
      const { choose } = learned(spec, ["z", "y"]);
      expect([...choose(["z", "y"], { quality: table([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]), costUsd: table([2, 1, 1], [1, 1, NaN]) })]).toEqual([1, 1, 0]);
      expect([...choose(["z", "y"], { quality: table([NaN, NaN], [0, NaN]), costUsd: table([1, 1], [1, 1]) })]).toEqual([1, -1]);
    });

    test("a model without an outcome is unknown, and never chosen; one without costs is known by its quality alone", async () => {
      const none = training(topics(20), 4, (m, i) => (m === 1 ? NaN : m === 3 ? 0 : byTopic(m, i)), (m) => (m === 1 || m === 2 ? NaN : 0.01));
      const found = await estimated(of(4), none, topics(8, 8));
      expect(found.quality[1]).toEqual(new Float64Array(8).fill(NaN));
      for (const m of [1, 2]) expect(found.costUsd[m]).toEqual(new Float64Array(8).fill(NaN));
      expectKnown(found, [0, 3]);
      expect(all([found.quality[2] as Float64Array]).every((value) => value >= 0 && value <= 1)).toBe(true);
      expect([...of(4).choose(named(4), found)]).not.toContain(1);
      const nobody = await estimated(of(2), training(topics(5), 2, () => NaN, () => NaN), topics(3, 8));
      expect(all([...nobody.quality, ...nobody.costUsd]).every(Number.isNaN)).toBe(true);
      expect([...of(2).choose(named(2), nobody)]).toEqual([-1, -1, -1]);
    });

    test("one training prompt; none but duplicates; grades that are all alike; a vector of zeros", async () => {
      const same: Rows = { count: 12, width: WIDTH, data: Float32Array.from({ length: 12 * WIDTH }, (_, k) => (k % WIDTH === 0 ? 1 : 0)) };
      const zeros: Rows = { count: 2, width: WIDTH, data: new Float32Array(2 * WIDTH) };
      const asked = topics(5, 9);
      for (const [rows, quality] of [[topics(1), byTopic], [same, byTopic], [topics(12), () => 1], [topics(12), () => 0], [topics(12), (_, i) => (i === 3 ? 0.5 : NaN)], [zeros, byTopic]] as [Rows, Cell][])
        for (const other of [asked, zeros, same]) expectKnown(await estimated(of(2), training(rows, 2, quality), other), [0, 1]);
    });

    test("whatever is missing: estimates are in [0,1] of models with an outcome, and gaps of the others", async () => {
      const cell = fc.record({ quality: fc.constantFrom(NaN, 0, 0.25, 1), costUsd: fc.constantFrom(NaN, 0, 1e-7, 0.003, 20) });
      const row = fc.record({ at: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 2, maxLength: 2 }), cells: fc.array(cell, { minLength: 3, maxLength: 3 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), fc.integer({ min: 0, max: 5 }), async (table, seed) => {
          const rows: Rows = { count: table.length, width: 2, data: Float32Array.from(table.flatMap(({ at }) => at.map((v) => v / (Math.hypot(...at) || 1)))) };
          const known = training(rows, 3, (m, i) => table[i]?.cells[m]?.quality as number, (m, i) => table[i]?.cells[m]?.costUsd as number);
          const found = await estimated(of(3), known, rows, seed);
          for (const [m, column] of known.quality.entries()) for (const value of found.quality[m] as Float64Array) expect(column.every(Number.isNaN) ? Number.isNaN(value) : value >= 0 && value <= 1).toBe(true);
          for (const [m, column] of known.costUsd.entries()) for (const value of found.costUsd[m] as Float64Array) expect(column.every(Number.isNaN) ? Number.isNaN(value) : value >= 0 && value < Infinity).toBe(true);
        }),
        { numRuns: 25 },
      );
    });
  });
}
