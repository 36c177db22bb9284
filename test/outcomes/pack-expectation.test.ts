import { expect, test } from "vitest";
import { isWhole, packExpectation, unpackExpectation } from "../../src/outcomes/pack-expectation.ts";

const EXPECTED = {
  quality: [Float32Array.of(0.25, NaN, 1), Float32Array.of(0.5, NaN, 0)],
  choices: { knob: { name: "lambda", unit: "quality per USD" }, values: [3, 0], own: 1, model: [Int32Array.of(1, -1, 0), Int32Array.of(0, -1, 1)] },
};
const packed = packExpectation(EXPECTED);

test("what is packed comes back, gaps and undecided prompts too", () => {
  expect(unpackExpectation(packed, 3)).toStrictEqual(EXPECTED);
  expect(isWhole(packed, 3, 2)).toBe(true);
  expect(isWhole(packExpectation({ ...EXPECTED, choices: null }), 3, 2)).toBe(true);
});

const choices = packed.choices as NonNullable<typeof packed.choices>;
const bomb = packExpectation({ quality: [new Float32Array(1e6), new Float32Array(1e6)], choices: null }).quality;

test.each([
  ["of other prompts", packed, 4, 2],
  ["of other models", packed, 3, 3],
  ["of another number of values", { ...packed, choices: { ...choices, values: [3, 2, 0] } }, 3, 2],
  ["whose own value is none of its values", { ...packed, choices: { ...choices, own: 2 } }, 3, 2],
  ["that names a model that is not there", packExpectation({ ...EXPECTED, choices: { ...EXPECTED.choices, model: [Int32Array.of(2, 0, 0), Int32Array.of(0, 0, 0)] } }), 3, 2],
  ["that is no deflated text", { ...packed, quality: "AAAA" }, 3, 2],
  ["that would fill the memory", { ...packed, quality: bomb }, 3, 2],
] as const)("one %s is not whole", (_what, given, prompts, models) => {
  expect(isWhole({ ...given, choices: given.choices && { ...given.choices, values: [...given.choices.values] } }, prompts, models)).toBe(false);
});
