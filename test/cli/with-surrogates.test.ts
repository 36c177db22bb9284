import { expect, test } from "vitest";
import { withSurrogates } from "../../src/cli/signal-models.ts";
import type { Classifier, Encoder } from "../../src/model/encoder.ts";

const encoder = (id: string): Encoder => ({ id, name: id, dimensions: 1, encode: async () => [] });
const classifier = (id: string): Classifier => ({ id, name: id, labels: ["a", "b"], classify: async () => [] });

test("the user's own models win; wrp's fill what is missing", () => {
  const given = { encoder: encoder("own"), classifiers: new Map([["domain", classifier("own domain")]]), surrogate: false };
  const models = withSurrogates(given, encoder("built-in"), (name) => classifier(`built-in ${name}`));
  expect(models.encoder?.id).toBe("own");
  expect([...models.classifiers].map(([type, { id }]) => [type, id])).toEqual([["domain", "own domain"], ["jailbreak", "built-in jailbreak"]]);
  expect(models.surrogate).toBe(true);
  expect(withSurrogates({ classifiers: new Map(), surrogate: false }, encoder("built-in"), (name) => classifier(name)).encoder?.id).toBe("built-in");
});
