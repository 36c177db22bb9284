import * as fc from "fast-check";
import { expect, test } from "vitest";
import { frugalSearch, type FrugalTable } from "../../src/router/loops/frugal-search.ts";

const column = (prompts: number, value: fc.Arbitrary<number>) => fc.array(value, { minLength: prompts, maxLength: prompts }).map((values) => Float64Array.from(values));

const tables: fc.Arbitrary<FrugalTable> = fc.record({ prompts: fc.integer({ min: 1, max: 5 }), models: fc.integer({ min: 1, max: 4 }) }).chain(({ prompts, models }) => {
  const each = <T>(one: fc.Arbitrary<T>, most = models) => fc.array(one, { minLength: models, maxLength: most });
  return fc.record({
    prompts: fc.constant(prompts),
    quality: each(column(prompts, fc.constantFrom(0, 0.5, 1))),
    costUsd: each(column(prompts, fc.integer({ min: 0, max: 8 }))),
    keeps: each(fc.array(fc.record({ threshold: fc.double({ min: 0, max: 1, noNaN: true }), kept: column(prompts, fc.constantFrom(0, 0.1, 0.9, 1)) }), { maxLength: 2 })),
    lookUsd: fc.constantFrom(0, 1),
  });
});

/** Every ordered list with every choice of thresholds, and what it comes to prompt by prompt. */
function* every({ prompts, quality, costUsd, keeps, lookUsd }: FrugalTable, length: number): Generator<{ quality: number; costUsd: number }> {
  const lists = (used: readonly number[]): (readonly number[])[] => [...(used.length > 0 ? [used] : []), ...(used.length < length ? quality.flatMap((_, m) => (used.includes(m) ? [] : lists([...used, m]))) : [])];
  const combined = (order: readonly number[]): (readonly Float64Array[])[] => order.slice(0, -1).reduce<(readonly Float64Array[])[]>((all, m) => all.flatMap((some) => (keeps[m] ?? []).map(({ kept }) => [...some, kept])), [[]]);
  for (const order of lists([]))
    for (const kept of combined(order)) {
      const total = { quality: 0, costUsd: 0 };
      for (let i = 0; i < prompts; i++) {
        let open = 1;
        for (const [k, m] of order.entries()) {
          const last = k === order.length - 1;
          const keep = last ? 1 : (kept[k]?.[i] as number);
          total.costUsd += (open * ((costUsd[m]?.[i] as number) + (last ? 0 : lookUsd))) / prompts;
          total.quality += (open * keep * (quality[m]?.[i] as number)) / prompts;
          open *= 1 - keep;
        }
      }
      yield total;
    }
}

test("finds what trying every list and every threshold finds: the highest quality within the budget, and of those the cheapest", () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 20 }), (table, length, budget) => {
      const within = [...every(table, length)].filter(({ costUsd }) => costUsd <= budget + 1e-12);
      const found = frugalSearch(table, length, budget + 1e-12);
      if (within.length === 0) return found === null;
      const highest = Math.max(...within.map(({ quality }) => quality));
      const cheapest = Math.min(...within.filter(({ quality }) => quality >= highest - 1e-9).map(({ costUsd }) => costUsd));
      expect(found?.quality).toBeCloseTo(highest, 9);
      expect(found?.costUsd).toBeCloseTo(cheapest, 9);
      expect(found?.thresholds).toHaveLength((found?.models.length ?? 0) - 1);
      expect(new Set(found?.models).size).toBe(found?.models.length);
      return true;
    }),
    { numRuns: 500 },
  );
});
