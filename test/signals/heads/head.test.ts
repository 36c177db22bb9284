import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Encoder } from "../../../src/model/encoder.ts";
import { headClassifier, probabilities, weightsOf, type HeadFile } from "../../../src/signals/heads/head.ts";

/** Two dimensions: how many letters a and b a text has. */
const letters: Encoder = {
  id: "letters",
  name: "an encoder of letters",
  dimensions: 2,
  encode: async (texts) => texts.map((text) => Float32Array.of(text.split("a").length - 1, text.split("b").length - 1)),
};

const FILE: HeadFile = {
  encoder: "letters",
  labels: ["much a", "much b", "neither"],
  temperature: 2,
  biases: [0, -1, 0.5],
  scales: [0.5, 0.25, 1],
  weights: Buffer.from(Int8Array.of(4, -2, -4, 8, 0, 0).buffer).toString("base64"),
};

describe("a head", () => {
  test("is the softmax of its dequantised weights, over its temperature", async () => {
    const [found] = await headClassifier("letters", letters, FILE).classify(["aab"]);
    // Logits: 2·2 - 1·1 = 3; -1·2 + 2·1 - 1 = -1; 0.5. Halved: 1.5, -0.5, 0.25.
    const raised = [1.5, -0.5, 0.25].map(Math.exp);
    const sum = raised.reduce((a, b) => a + b);
    for (const [k, value] of raised.entries()) expect(found?.[k]).toBeCloseTo(value / sum, 6);
  });

  test("gives probabilities for any vector", () => {
    const weights = weightsOf(FILE, 2);
    fc.assert(
      fc.property(fc.tuple(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), fc.float({ noNaN: true, min: -1e6, max: 1e6 })), (vector) => {
        const found = probabilities(Float32Array.from(vector), weights);
        expect(found.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        expect(found.every((p) => p >= 0)).toBe(true);
      }),
    );
  });

  test("is named by its encoder and weights, and stands in", () => {
    const head = headClassifier("letters", letters, FILE);
    expect(head.surrogate).toBe(true);
    expect(headClassifier("other name", letters, FILE).id).toBe(head.id);
    expect(headClassifier("letters", letters, { ...FILE, temperature: 1 }).id).not.toBe(head.id);
  });

  test("refuses an encoder that it was not trained on", () => {
    expect(() => headClassifier("letters", { ...letters, id: "words" }, FILE)).toThrow(/another encoder/);
  });
});
