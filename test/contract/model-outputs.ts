import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentHash } from "../../src/lib/hash.ts";
import type { OutcomeStore } from "../../src/outcomes/store.ts";
import { withoutTexts } from "../../src/outcomes/without-texts.ts";

const numbers = fc.array(fc.float({ noNaN: true }), { maxLength: 40 }).map((values) => Float32Array.from(values));
const gc = { all: true, answers: true, outputs: false, dryRun: false };
const between = () => Promise.resolve();

/** What every outcome store promises about what models on this machine answered. `open` gives a new, empty store each time. */
export function modelOutputsContract(name: string, open: () => Promise<OutcomeStore>): void {
  describe(`${name}: outputs of models`, () => {
    test("come back as they were kept, by model and text; the first one kept stays", async () => {
      const store = await open();
      fc.assert(
        fc.property(fc.constantFrom("m", "n"), fc.dictionary(fc.string(), numbers), (kind, byText) => {
          const model = `${kind} ${contentHash(JSON.stringify(Object.keys(byText)))}`;
          const outputs = new Map(Object.entries(byText).map(([text, output]) => [contentHash(text), output]));
          store.saveOutputs(model, outputs);
          store.saveOutputs(model, new Map([...outputs.keys()].map((hash) => [hash, Float32Array.of(99)])));
          expect(store.findOutputs(model, [...outputs.keys(), contentHash("no such text")])).toEqual(outputs);
          expect(store.findOutputs(`${model} of another version`, [...outputs.keys()]).size).toBe(0);
        }),
        { numRuns: 50 },
      );
      store.close();
    });

    test("are kept whole or not at all", async () => {
      const store = await open();
      const outputs = new Map([[contentHash("a"), Float32Array.of(1)], ["no hash", Float32Array.of(2)]]);
      expect(() => store.saveOutputs("m", outputs)).toThrow();
      expect(store.findOutputs("m", [contentHash("a")]).size).toBe(0);
      store.close();
    });

    test("stay when garbage is collected, unless they are meant", async () => {
      const store = await open();
      const outputs = new Map(Array.from({ length: 12_000 }, (_, k) => [contentHash(`text ${k}`), Float32Array.of(k)] as const));
      store.saveOutputs("m", outputs);
      expect((await store.collectGarbage(gc, between)).removed.outputs).toBe(0);
      expect(store.findOutputs("m", [...outputs.keys()]).size).toBe(12_000);
      expect((await store.collectGarbage({ ...gc, outputs: true, dryRun: true }, between)).removed.outputs).toBe(12_000);
      expect(store.findOutputs("m", [...outputs.keys()]).size).toBe(12_000);
      expect((await store.collectGarbage({ ...gc, outputs: true }, between)).removed.outputs).toBe(12_000);
      expect(store.findOutputs("m", [...outputs.keys()]).size).toBe(0);
      store.saveOutputs("m", outputs);
      expect(store.findOutputs("m", [...outputs.keys()])).toEqual(outputs);
      store.close();
    });

    test("are not kept where no content is", async () => {
      const store = await open();
      withoutTexts(store).saveOutputs("m", new Map([[contentHash("a secret"), Float32Array.of(1)]]));
      expect(store.findOutputs("m", [contentHash("a secret")]).size).toBe(0);
      store.close();
    });
  });
}
