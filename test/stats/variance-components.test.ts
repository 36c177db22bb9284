import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../src/stats/random.ts";
import { varianceComponents } from "../../src/stats/variance-components.ts";

const own = (groups: number) => Int32Array.from({ length: groups }, (_, g) => g);

describe("variance components", () => {
  test("a balanced table by hand: mean squares 26 between and 1 within, 2 values a group", () => {
    // Groups 1,3 · 5,7 · 8,8 · 2,2: within sum 2+2+0+0 = 4 over 4; means 2, 6, 8, 2, their variance 9 → mean square 18.
    const found = varianceComponents(Float64Array.of(1, 3, 5, 7, 8, 8, 2, 2), 2, own(4));
    expect(found?.withinSd.value).toBeCloseTo(1, 12);
    expect(found?.betweenSd.value).toBeCloseTo(Math.sqrt((18 - 1) / 2), 12);
    expect(found?.withinShareOfError).toBeCloseTo(0.5 / (0.5 + 8.5), 12);
    expect(found?.n).toBe(4);
  });

  test("unequal groups by hand; a gap is no value", () => {
    // Groups {1,2,3}, {4,6}, {9}: within (2 + 2 + 0) / 3; Σc·m² = 3·4 + 2·25 + 81 = 143, total 25, between square (143 - 625/6) / 2, c0 = (6 - 14/6) / 2.
    const found = varianceComponents(Float64Array.of(1, 2, 3, 4, NaN, 6, NaN, 9, NaN), 3, own(3));
    const within = 4 / 3;
    expect(found?.withinSd.value).toBeCloseTo(Math.sqrt(within), 12);
    expect(found?.betweenSd.value).toBeCloseTo(Math.sqrt(((143 - 625 / 6) / 2 - within) / ((6 - 14 / 6) / 2)), 12);
  });

  test("is not there where groups have one value each, or one group has any", () => {
    expect(varianceComponents(Float64Array.of(1, NaN, 2, NaN), 2, own(2))).toBeNull();
    expect(varianceComponents(Float64Array.of(1, 2, NaN, NaN), 2, own(2))).toBeNull();
    expect(varianceComponents(new Float64Array(0), 2, own(0))).toBeNull();
  });

  test("values that never vary have no spread and no share", () => {
    const found = varianceComponents(new Float64Array(20).fill(0.7), 2, own(10));
    expect(found).toMatchObject({ withinSd: { value: 0 }, betweenSd: { value: 0 }, withinShareOfError: null });
  });

  test("intervals cover the components of simulated groups about as often as they say", () => {
    const [sdWithin, sdBetween, groups, perGroup, rounds] = [0.5, 1, 120, 3, 400];
    let [within, between] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const draw = random(7, "components", String(round));
      const normal = () => Math.sqrt(-2 * Math.log(draw.next() + 2 ** -33)) * Math.cos(2 * Math.PI * draw.next());
      const values = new Float64Array(groups * perGroup);
      for (let g = 0; g < groups; g++) {
        const mean = 1000 + sdBetween * normal();
        for (let k = 0; k < perGroup; k++) values[g * perGroup + k] = mean + sdWithin * normal();
      }
      const found = varianceComponents(values, perGroup, own(groups));
      const holds = (ci: readonly [number, number] | null | undefined, sd: number) => (ci && ci[0] <= sd && sd <= ci[1] ? 1 : 0);
      within += holds(found?.withinSd.ci, sdWithin);
      between += holds(found?.betweenSd.ci, sdBetween);
    }
    for (const covered of [within, between]) expect(covered / rounds).toSatisfy((share: number) => share > 0.91 && share < 0.985);
  });

  test("a shift changes nothing, a scale scales, whatever the order within groups", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 }), { minLength: 2, maxLength: 12 }), fc.integer({ min: -1000, max: 1000 }), (table, shift) => {
        const of = (rows: readonly (readonly number[])[]) => varianceComponents(Float64Array.from(rows.flat()), 3, own(rows.length));
        const [plain, moved] = [of(table), of(table.map((row) => row.toReversed().map((v) => 2 * v + shift)))];
        expect(moved?.withinSd.value).toBeCloseTo(2 * (plain?.withinSd.value ?? NaN), 6);
        expect(moved?.betweenSd.value).toBeCloseTo(2 * (plain?.betweenSd.value ?? NaN), 6);
      }),
    );
  });
});
