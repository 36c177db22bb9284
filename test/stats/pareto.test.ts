import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dominatedBy, frontier, type Point } from "../../src/stats/pareto.ts";

const DIRECTIONS = ["min", "max", "min"] as const;
const cloud = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 1, 2, NaN)), { maxLength: 10 })
  .map((rows) => rows.map((values, k): Point => ({ name: `p${k}`, values })));

test("dominance by hand: cost down, quality up", () => {
  const four: Point[] = [
    { name: "cheap", values: [1, 0.4] },
    { name: "good", values: [10, 0.8] },
    { name: "twin", values: [10, 0.8] },
    { name: "poor", values: [10, 0.4] },
    { name: "unknown", values: [NaN, 0.9] },
  ];
  expect(Object.fromEntries(dominatedBy(four, ["min", "max"]))).toEqual({ cheap: [], good: [], twin: [], poor: ["cheap", "good", "twin"], unknown: [] });
  expect(frontier(four, ["min", "max"])).toEqual(["cheap", "good", "twin"]);
});

test("dominance is irreflexive, one-way and transitive", () => {
  fc.assert(
    fc.property(cloud, (given) => {
      const by = dominatedBy(given, DIRECTIONS);
      for (const [name, dominators] of by) {
        expect(dominators).not.toContain(name);
        for (const other of dominators) {
          expect(by.get(other)).not.toContain(name);
          for (const third of by.get(other) ?? []) expect(dominators).toContain(third);
        }
      }
    }),
  );
});

test("the frontier does not depend on order, and every known point off it is dominated by one on it", () => {
  fc.assert(
    fc.property(cloud, (given) => {
      const front = frontier(given, DIRECTIONS);
      expect(frontier(given.toReversed(), DIRECTIONS).toSorted()).toEqual(front.toSorted());
      const by = dominatedBy(given, DIRECTIONS);
      for (const p of given) {
        const known = p.values.every((v) => !Number.isNaN(v));
        if (known && !front.includes(p.name)) expect(by.get(p.name)?.some((name) => front.includes(name))).toBe(true);
        if (!known) expect(front).not.toContain(p.name);
      }
    }),
  );
});
