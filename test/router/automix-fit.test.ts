import * as fc from "fast-check";
import { expect, test } from "vitest";
import { observation, pomdpRule, thresholdRule, type AutomixRule, type AutomixTable } from "../../src/router/loops/automix-fit.ts";

const tableOf = (rows: readonly { c: number; g: number; usd: number }[]): AutomixTable => ({ confidence: Float64Array.from(rows, ({ c }) => c), gain: Float64Array.from(rows, ({ g }) => g), costUsd: Float64Array.from(rows, ({ usd }) => usd) });
const rows = fc.array(fc.record({ c: fc.constantFrom(0, 0.2, 0.4, 0.6, 0.8, 1), g: fc.constantFrom(-1, -0.5, 0, 0.5, 1), usd: fc.constantFrom(0.25, 0.5, 1) }), { minLength: 1, maxLength: 40 });
const reward = ({ confidence, gain, costUsd }: AutomixTable, lambda: number, asks: (c: number) => boolean) => gain.reduce((sum, g, i) => sum + (asks(confidence[i] as number) ? g - lambda * (costUsd[i] as number) : 0), 0);
const by = ({ edges, asks }: AutomixRule) => (c: number) => asks[observation(edges, c)] === true;

test("no threshold is worth more over the training than the one found", () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(0, 0.5, 1), (of, lambda) => {
      const table = tableOf(of);
      const found = reward(table, lambda, by(thresholdRule(table, lambda)));
      for (const edge of [-1, 0.1, 0.3, 0.5, 0.7, 0.9, 2]) expect(found).toBeGreaterThanOrEqual(reward(table, lambda, (c) => c < edge) - 1e-12);
    }),
  );
});

test("with a bin for each confidence, no choice by confidence is worth more", () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(0, 0.5, 1), (of, lambda) => {
      const table = tableOf(of);
      const own: number[] = [...new Set(of.map(({ c }) => c))];
      const best = own.reduce((sum, c) => sum + Math.max(0, reward(table, lambda, (other) => other === c)), 0);
      expect(reward(table, lambda, by(pomdpRule(table, lambda, 100)))).toBeLessThanOrEqual(best + 1e-12);
      expect(reward(table, lambda, by({ edges: own.toSorted((a, b) => a - b).slice(1), asks: own.toSorted((a, b) => a - b).map((c) => reward(table, lambda, (other) => other === c) > 0) }))).toBeCloseTo(best, 9);
      expect(pomdpRule(table, lambda, 1).edges).toEqual([]);
    }),
  );
});

test("bins are of about equal numbers, and each asks where its mean gain is above lambda times its mean cost", () => {
  const table = tableOf(Array.from({ length: 40 }, (_, i) => ({ c: i / 40, g: i < 10 ? 1 : i < 20 ? 0.3 : i < 30 ? -0.2 : 0.6, usd: 1 })));
  const rule = pomdpRule(table, 0.5, 4);
  expect(rule).toEqual({ edges: [0.25, 0.5, 0.75], asks: [true, false, false, true] }); // a threshold could not ask at both ends
  expect(pomdpRule(table, 0, 4).asks).toEqual([true, true, false, true]);
  expect(thresholdRule(table, 0.5)).toEqual({ edges: [0.25], asks: [true, false] });
  expect(thresholdRule(tableOf([{ c: 1, g: -1, usd: 1 }]), 0).edges).toEqual([-Infinity]);
  expect(thresholdRule(tableOf([{ c: 1, g: 1, usd: 1 }]), 0).edges).toEqual([Infinity]);
});
