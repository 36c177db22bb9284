import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constrainedDominates, feasibleFront, type Judged } from "../../src/stats/feasibility.ts";
import { hypervolume } from "../../src/stats/hypervolume.ts";
import { hypervolumeOf } from "../../src/stats/hypervolume-of.ts";
import { kneeOf } from "../../src/stats/knee.ts";
import { latinHypercube } from "../../src/stats/latin-hypercube.ts";
import { nsga2, type Nsga2Settings } from "../../src/stats/nsga2.ts";
import { random } from "../../src/stats/random.ts";

/** ZDT1 (Zitzler, Deb and Thiele 2000): its front is f2 = 1 - sqrt(f1), all coordinates but the first 0. */
const zdt1 = (x: readonly number[]): number[] => {
  const [first = 0, ...others] = x;
  const g = 1 + (9 * others.reduce((sum, value) => sum + value, 0)) / others.length;
  return [first, g * (1 - Math.sqrt(first / g))];
};

interface Ran {
  readonly points: readonly (readonly number[])[];
  readonly judged: readonly Judged[];
}

function run(settings: Nsga2Settings, judge: (x: readonly number[]) => Judged, seed = 1): Ran {
  const [points, judged]: [number[][], Judged[]] = [[], []];
  const steps = nsga2(settings, random(seed, "test"));
  for (let step = steps.next(); !step.done; ) {
    const told = step.value.map(judge);
    points.push(...step.value.map((point) => [...point]));
    judged.push(...told);
    step = steps.next(told);
  }
  return { points, judged };
}

const costsOf = ({ judged }: Ran) => feasibleFront(judged).map((k) => (judged[k] as Judged).costs);
const free = (f: (x: readonly number[]) => number[]) => (x: readonly number[]): Judged => ({ costs: f(x), violation: 0 });

describe("NSGA-II", () => {
  const settings = { dimensions: 10, population: 40, budget: 4000, start: [] };

  test("comes within 1 % of ZDT1's front, where random points of the same number stay far away", () => {
    const found = run(settings, free(zdt1));
    const draws = random(1, "random");
    const drawn = Array.from({ length: settings.budget }, () => zdt1(Array.from({ length: 10 }, () => draws.next())));
    const reference = [1.1, 1.1];
    // The area under the true front's complement: 1.1² - the integral of 1 - sqrt(x) over [0,1], which is 1/3.
    const most = 1.1 ** 2 - 1 / 3;
    expect(found.points).toHaveLength(settings.budget);
    expect(hypervolumeOf(costsOf(found), reference)).toBeGreaterThan(0.99 * most);
    expect(hypervolumeOf(drawn, reference)).toBeLessThan(0.3 * most);
  });

  test("the same seed asks for the same points, whatever the budget; another seed for others", () => {
    const one = run({ ...settings, budget: 200 }, free(zdt1));
    expect(run({ ...settings, budget: 130 }, free(zdt1)).points).toEqual(one.points.slice(0, 130));
    expect(run({ ...settings, budget: 200 }, free(zdt1), 2).points).not.toEqual(one.points);
  });

  test("keeps within the cube and asks for what it is to start with", () => {
    const start = [Array.from({ length: 10 }, () => 0.25)];
    const { points } = run({ ...settings, budget: 400, start }, free(zdt1));
    expect(points[0]).toEqual(start[0]);
    expect(points.flat().every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  test("finds the front under a constraint that cuts the free front off (feasibility rule)", () => {
    // x + y ≥ 1 over the unit square, both to be small: the front is the line x + y = 1.
    const judge = (x: readonly number[]): Judged => ({ costs: [...x], violation: Math.max(0, 1 - (x[0] as number) - (x[1] as number)) });
    const front = costsOf(run({ dimensions: 2, population: 40, budget: 2000, start: [] }, judge));
    expect(front.every(([x = 0, y = 0]) => x + y >= 1)).toBe(true);
    expect(hypervolumeOf(front, [1.1, 1.1])).toBeGreaterThan(0.97 * (1.1 ** 2 - 0.5));
  });

  test("goes on where some points have no value, and where none is feasible", () => {
    const gaps = run({ ...settings, budget: 400 }, (x) => ({ costs: (x[1] as number) > 0.5 ? [NaN, NaN] : zdt1(x), violation: 0 }));
    expect(costsOf(gaps).flat().some(Number.isNaN)).toBe(false);
    expect(costsOf(run({ ...settings, budget: 400 }, (x) => ({ costs: zdt1(x), violation: 1 + (x[0] as number) })))).toEqual([]);
  });
});

const figures = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), { minLength: 1, maxLength: 25 });

test("in two dimensions the volume is the area that the report has, in three it is what unit cubes counted one by one come to", () => {
  fc.assert(
    fc.property(figures, (points) => {
      const flat = points.map(([cost, lack]) => ({ cost, quality: 1 - lack / 7 }));
      expect(hypervolumeOf(flat.map(({ cost, quality }) => [cost, 1 - quality]), [7, 1]) / 7).toBeCloseTo(hypervolume(flat.map((one, index) => ({ ...one, index })), 7), 10);
      let cubes = 0;
      for (let x = 0; x < 6; x++) for (let y = 0; y < 6; y++) for (let z = 0; z < 6; z++) if (points.some(([a, b, c]) => a <= x && b <= y && c <= z)) cubes++;
      expect(hypervolumeOf(points, [6, 6, 6])).toBe(cubes);
    }),
  );
});

test("the front is what no other trial beats, found pair by pair", () => {
  fc.assert(
    fc.property(figures, (points) => {
      const trials = points.map(([a, b, broken]): Judged => ({ costs: [a, b], violation: broken > 3 ? broken : 0 }));
      const sound = trials.filter(({ violation }) => violation === 0);
      const expected = new Set(sound.filter((one) => !sound.some((other) => constrainedDominates(other, one))).map(({ costs }) => costs.join()));
      const front = feasibleFront(trials);
      expect(new Set(front.map((k) => (trials[k] as Judged).costs.join()))).toEqual(expected);
      expect(front).toHaveLength(expected.size);
    }),
  );
});

test("the rule: feasible before infeasible, then the lesser breach, then dominance; what is unknown last", () => {
  const at = (costs: number[], violation = 0): Judged => ({ costs, violation });
  expect(constrainedDominates(at([9, 9]), at([0, 0], 1))).toBe(true);
  expect(constrainedDominates(at([9, 9], 1), at([0, 0], 2))).toBe(true);
  expect(constrainedDominates(at([1, 2]), at([1, 3]))).toBe(true);
  expect(constrainedDominates(at([1, 2]), at([1, 2]))).toBe(false);
  expect(constrainedDominates(at([1, 4]), at([2, 3]))).toBe(false);
  expect(constrainedDominates(at([9, 9], 5), at([NaN, 0]))).toBe(true);
  expect(constrainedDominates(at([NaN, 0]), at([NaN, 0]))).toBe(false);
});

test("the knee is farthest below the chord, whatever the units", () => {
  const bent = [[0, 1], [0.1, 0.3], [0.5, 0.2], [1, 0]];
  expect(kneeOf(bent)).toBe(1);
  expect(kneeOf(bent.map(([a = 0, b = 0]) => [1000 * a - 5, b / 1000]))).toBe(1);
  expect(kneeOf([[3, 4]])).toBe(0);
  expect(kneeOf([])).toBe(-1);
});

test("a Latin hypercube has one point in each strip of each dimension", () => {
  const points = latinHypercube(17, 3, random(4, "cube"));
  for (const d of [0, 1, 2]) expect(points.map((point) => Math.floor((point[d] as number) * 17)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, k) => k));
});
