import * as fc from "fast-check";
import { expect, test } from "vitest";
import { byAlpha } from "../../src/router/learned/by-alpha.ts";
import { byLambda } from "../../src/router/learned/by-lambda.ts";
import { knobChoices } from "../../src/router/learned/knob-choices.ts";
import type { Estimates, Knob } from "../../src/router/learned/learned.ts";

const floats = (table: readonly (readonly number[])[]) => table.map((column) => Float64Array.from(column));
const NAMES = ["a", "b", "c", "d"];

const estimates = fc.integer({ min: 1, max: 4 }).chain((m) =>
  fc.integer({ min: 1, max: 60 }).chain((n) => {
    const column = (values: fc.Arbitrary<number>) => fc.array(fc.array(values, { minLength: n, maxLength: n }), { minLength: m, maxLength: m });
    return fc.record({ quality: column(fc.double({ min: 0, max: 1, noNaN: true })), costUsd: column(fc.double({ min: 1e-6, max: 1, noNaN: true })) }).map(({ quality, costUsd }): Estimates => ({ quality: floats(quality), costUsd: floats(costUsd) }));
  }),
);
const knobs = fc.oneof(fc.double({ min: 0, max: 1e4, noNaN: true }).map(byLambda), fc.double({ min: 0, max: 1, noNaN: true }).map(byAlpha));

test("from the cheapest choice to the dearest, the policy's own among them, at most 33", () => {
  fc.assert(
    fc.property(estimates, knobs, (of, { choose, knob }) => {
      const models = NAMES.slice(0, of.quality.length);
      const { values, own, model } = knobChoices(knob as Knob, models, of) ?? { values: [], own: -1, model: [] };
      expect(values.length).toBeLessThanOrEqual(33);
      expect(values[own]).toBe(knob?.own);
      expect(model[own]).toEqual(choose(models, of));
      const spent = model.map((chosen) => chosen.reduce((sum, m, i) => sum + ((knob as Knob).weighed(of).costUsd[m]?.[i] as number), 0));
      for (const [k, cost] of spent.entries()) if (k > 0) expect(cost).toBeGreaterThanOrEqual((spent[k - 1] as number) - 1e-9);
    }),
  );
});

test("its ends are each prompt's cheapest model and each prompt's best", () => {
  fc.assert(
    fc.property(estimates, (of) => {
      const n = of.quality[0]?.length as number;
      const ends = knobChoices(byLambda(0).knob as Knob, NAMES.slice(0, of.quality.length), of);
      for (let i = 0; i < n; i++) {
        const cheapest = Math.min(...of.costUsd.map((column) => column[i] as number));
        const best = Math.max(...of.quality.map((column) => column[i] as number));
        expect(of.quality[ends?.model.at(-1)?.[i] as number]?.[i]).toBeGreaterThanOrEqual(best - 1e-12);
        if (ends && ends.values.length > 1 && n === 1) expect(of.costUsd[ends.model[0]?.[i] as number]?.[i]).toBe(cheapest);
      }
    }),
  );
});

test("where choices change at few rates, a value lies between any two of these; more are thinned to about as many changes from each to the next", () => {
  const flat = (gains: readonly number[]): Estimates => ({ quality: [new Float64Array(gains.length), Float64Array.from(gains)], costUsd: [new Float64Array(gains.length), new Float64Array(gains.length).fill(1)] });
  const few = knobChoices(byLambda(0).knob as Knob, ["cheap", "dear"], flat([4, 1, 4, 9]));
  expect(few?.values).toEqual([18, 6, 2, 0]);
  expect(few?.model.map((chosen) => [...chosen])).toEqual([[0, 0, 0, 0], [0, 0, 0, 1], [1, 0, 1, 1], [1, 1, 1, 1]]);
  const many = knobChoices(byLambda(0).knob as Knob, ["cheap", "dear"], flat(Array.from({ length: 3100 }, (_, i) => 1.01 ** (i % 310) * (1 + i / 1e6))));
  const dear = many?.model.map((chosen) => chosen.reduce((sum, m) => sum + m, 0)) ?? [];
  expect(dear).toHaveLength(32);
  for (const [k, count] of dear.entries()) if (k > 0) expect(count - (dear[k - 1] as number)).toBe(100);
});

test("where a model's cost is not known there is no curve; where nothing is known of a prompt it stays undecided on all of it", () => {
  const of = { quality: floats([[0.5, 0.5], [0.7, 0.7]]), costUsd: floats([[1, 1], [2, NaN]]) };
  expect(knobChoices(byLambda(0).knob as Knob, ["a", "b"], of)).toBeNull();
  const blank = { quality: floats([[0.5, NaN], [0.7, NaN]]), costUsd: floats([[1, NaN], [2, NaN]]) };
  expect(knobChoices(byLambda(0).knob as Knob, ["a", "b"], blank)?.model.map((chosen) => chosen[1])).toEqual([-1, -1]);
});
