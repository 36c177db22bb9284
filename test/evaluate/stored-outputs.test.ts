import { describe, expect, test } from "vitest";
import { storedClassifier, storedEncoder, storedSpanFinder } from "../../src/evaluate/stored-outputs.ts";
import type { Encoder, SpanFinder } from "../../src/model/encoder.ts";
import { openStore } from "../../src/outcomes/index.ts";

function counting(id = "e"): Encoder & { readonly asked: string[][] } {
  const asked: string[][] = [];
  return { id, name: "counting", dimensions: 1, asked, encode: (texts) => Promise.resolve(texts.map((text) => Float32Array.of(text.length))).finally(() => asked.push([...texts])) };
}

describe("a model whose answers are kept", () => {
  test("is asked once for each text, also within a batch, and answers in order", async () => {
    const store = await openStore(":memory:");
    const encoder = counting();
    const kept = storedEncoder(encoder, store);
    expect(kept).toMatchObject({ id: "e", name: "counting", dimensions: 1 });
    expect((await kept.encode(["aa", "b", "aa", "", "b"])).map(([n]) => n)).toEqual([2, 1, 2, 0, 1]);
    expect((await kept.encode(["b", "cccc", "aa"])).map(([n]) => n)).toEqual([1, 4, 2]);
    expect(encoder.asked).toEqual([["aa", "b", ""], ["cccc"]]);
    expect(await storedEncoder(counting(), store).encode([])).toEqual([]);
    const another = counting("another");
    await storedEncoder(another, store).encode(["aa"]);
    expect(another.asked).toEqual([["aa"]]);
    store.close();
  });

  test("what was computed before an error is kept", async () => {
    const store = await openStore(":memory:");
    const texts = Array.from({ length: 1500 }, (_, k) => `text ${k}`);
    const failing: Encoder = { ...counting(), encode: (some) => (some.includes("text 1400") ? Promise.reject(new Error("out of memory")) : counting().encode(some)) };
    await expect(storedEncoder(failing, store).encode(texts)).rejects.toThrow("out of memory");
    const encoder = counting();
    await storedEncoder(encoder, store).encode(texts);
    expect(encoder.asked).toEqual([texts.slice(1024)]);
    store.close();
  });

  test("classifiers and span finders too: fresh and kept answers are the same", async () => {
    const store = await openStore(":memory:");
    let asked = 0;
    const classifier = storedClassifier({ id: "c", name: "c", labels: ["yes", "no"], classify: (texts) => Promise.resolve(texts.map(() => Float32Array.of(0.1, ++asked))) }, store);
    expect(await classifier.classify(["x"])).toEqual(await classifier.classify(["x"]));
    expect(asked).toBe(1);
    const finder: SpanFinder = { id: "s", name: "s", kinds: ["email", "name"], find: (texts) => Promise.resolve(texts.map((text) => (text === "" ? [] : [{ kind: "name", start: 0, end: 16_000_001, confidence: 0.1 }, { kind: "email", start: 3, end: 5, confidence: 1 }]))) };
    const kept = storedSpanFinder(finder, store);
    const fresh = await kept.find(["x", ""]);
    expect(fresh).toEqual([[{ kind: "name", start: 0, end: 16_000_001, confidence: Math.fround(0.1) }, { kind: "email", start: 3, end: 5, confidence: 1 }], []]);
    expect(await kept.find(["x", ""])).toEqual(fresh);
    store.close();
  });
});
