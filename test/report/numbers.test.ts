import { expect, test } from "vitest";
import * as numbers from "../../src/report/render/numbers.ts";

const nbsp = (text: string): string => text.replaceAll(" ", "\u00A0");

test("quality has four digits and a gap is not zero", () => {
  expect(numbers.quality(0.87941)).toBe("0.8794");
  expect(numbers.quality(0)).toBe("0.0000");
  expect(numbers.quality(-0.00001)).toBe("0.0000");
  expect(numbers.quality(-0.0123)).toBe("−0.0123");
  for (const gap of [null, undefined, Number.NaN]) expect(numbers.quality(gap)).toBe("–");
});

test.each([
  [5.0153, "$5.015"],
  [0.0813, "$0.0813"],
  [0.001234, "$0.00123"],
  [0.00000412, "$0.00000412"],
  [12.3456, "$12.35"],
  [1234.56, nbsp("$1 235")],
  [0, "$0.0000"],
  [-3.1132, "−$3.113"],
])("%d USD is %s", (value, text) => {
  expect(numbers.usd(value)).toBe(text);
});

test.each([
  [0, "0 %"],
  [1, "100 %"],
  [0.4213, "42.1 %"],
  [0.9996, "99.960 %"],
  [0.0001234, "0.012 %"],
  [0.00000001, "0.000001 %"],
])("a share of %d is %s", (value, text) => {
  expect(numbers.percent(value)).toBe(nbsp(text));
});

test("counts are grouped, and named", () => {
  expect(numbers.count(1_234_567)).toBe(nbsp("1 234 567"));
  expect(numbers.count(999)).toBe("999");
  expect(numbers.counted(1, "prompt")).toBe("1 prompt");
  expect(numbers.counted(0, "prompt")).toBe("0 prompts");
});

test("signs stand where there is a difference", () => {
  expect(numbers.signed(0.0123)).toBe("+0.0123");
  expect(numbers.signed(-0.0123)).toBe("−0.0123");
  expect(numbers.signed(0.00001)).toBe("0.0000");
  expect(numbers.signed(null)).toBe("–");
  expect(numbers.signed(1.5, numbers.usd)).toBe("+$1.500");
});

test("an interval that cannot be given is left out", () => {
  expect(numbers.withInterval(0.5, [0.4, 0.6])).toBe("0.5000 [0.4000,\u00A00.6000]");
  expect(numbers.withInterval(0.5, null)).toBe("0.5000");
  expect(numbers.withInterval(null, null)).toBe("–");
});

test.each([
  [0.42, "0.42 ms"],
  [830, "830 ms"],
  [1940, "1.94 s"],
  [12_340, "12.3 s"],
  [125_000, "125 s"],
])("%d ms is %s", (value, text) => {
  expect(numbers.milliseconds(value)).toBe(nbsp(text));
});
