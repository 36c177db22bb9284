import * as fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth, fitNames } from "../../src/report/render/names.ts";

test("a provider goes before the model's own name does", () => {
  expect(fitNames(["mistralai/mixtral-8x7b-chat"], 20).get("mistralai/mixtral-8x7b-chat")).toBe("m…/mixtral-8x7b-chat");
  expect(fitNames(["gpt-4"], 20).get("gpt-4")).toBe("gpt-4");
});

test("wide characters count twice, marks not at all", () => {
  expect(displayWidth("模型")).toBe(4);
  expect(displayWidth("e\u0301")).toBe(1);
});

test("fitted names fit and stay different", () => {
  const name = fc.oneof(fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }), fc.stringMatching(/^a{10,14}\/b{20,22}c?$/));
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 40 }), fc.integer({ min: 8, max: 40 }), (names, width) => {
      // Names that differ only in what is replaced as unprintable are one name to any reader, but still told apart.
      const fitted = [...fitNames(names, width).values()];
      expect(new Set(fitted).size).toBe(names.length);
      for (const label of fitted) expect(displayWidth(label)).toBeLessThanOrEqual(width);
    }),
    { seed: 1 },
  );
});
