import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { useLite } from "../../../src/signals/encoders/use-lite/index.ts";
import { unigramTokenizer } from "../../../src/signals/encoders/use-lite/tokenizer.ts";
import { readVocabulary } from "../../../src/signals/encoders/use-lite/weights.ts";

const folder = mkdtempSync(join(tmpdir(), "wrp-use-lite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const encoder = useLite(folder);

/** Token ids, and the first four and last two coordinates, as @energetic-ai/embeddings 0.2.0 (TensorFlow.js, CPU) computed them. */
const GOLDEN: readonly (readonly [text: string, ids: readonly number[], coordinates: readonly number[]])[] = [
  ["How do I reset my password?", [728, 64, 16, 137, 1383, 69, 5969, 54], [-0.0484591, -0.0545726, 0.0402263, -0.0539382, -0.0506356, -0.0518793]],
  ["I forgot my login credentials", [16, 5617, 69, 3063, 97, 2266, 26, 4187, 7], [-0.0649927, -0.0672536, 0.0105956, -0.0589237, -0.0247532, 0.0011034]],
  ["What is the capital of France?", [379, 18, 9, 1706, 14, 3398, 54], [-0.0548869, 0.0476335, -0.0278465, 0.0524267, 0.0524364, -0.0530266]],
  ["Name the French capital city", [692, 329, 9, 2724, 1706, 752], [-0.0562464, 0.0439384, 0.0210417, 0.0306735, 0.0551774, -0.0226018]],
  ["ﬁne Ⅳ ｆｕｌｌ", [839, 16, 466, 650], [-0.037649, 0.0513192, 0.0513143, -0.0505741, -0.0501328, 0.0514136]],
  ["日本語のテキスト", [30, 0], [-0.032406, -0.039111, 0.0498751, 0.0396397, 0.0521777, 0.0492943]],
  ["emoji 😀😀 and 😀", [299, 451, 2501, 30, 0, 12, 30, 0], [0.0604636, -0.0606884, 0.0286903, 0.0246254, 0.0573466, -0.041134]],
  ["a\nb\tc\r\n", [11, 0, 151, 0, 131, 0], [-0.0154438, 0.0410526, 0.0441999, -0.0301784, 0.0467702, 0.0654933]],
  ["word ".repeat(200), Array.from({ length: 128 }, () => 1095), [-0.0523541, -0.040618, -0.0410201, 0.0513106, 0.0339804, -0.0253589]],
];

describe("the built-in embedder", () => {
  test("has the vectors of its TensorFlow graph within 1e-6, whatever shares the batch", async () => {
    const together = await encoder.encode(GOLDEN.map(([text]) => text));
    for (const [k, [text, , expected]] of GOLDEN.entries()) {
      const [alone] = await encoder.encode([text]);
      for (const vector of [together[k], alone] as Float32Array[]) {
        const found = [...vector.slice(0, 4), ...vector.slice(-2)];
        for (const [c, value] of expected.entries()) expect(Math.abs((found[c] as number) - value), `${text}, coordinate ${c}`).toBeLessThan(1e-6);
        expect(vector).toHaveLength(encoder.dimensions);
        expect(Math.abs(cosine(vector, vector) - 1)).toBeLessThan(1e-5);
      }
    }
    expect(cosine(together[2] as Float32Array, together[3] as Float32Array)).toBeCloseTo(0.78015, 4);
  });

  test("splits texts as its own tokenizer does, and clips at 128 tokens", async () => {
    const tokenize = unigramTokenizer(await readVocabulary());
    for (const [text, ids] of GOLDEN) expect(tokenize(text)).toEqual(ids);
    expect(tokenize("")).toEqual([]);
  });

  test("splits a text the same whatever it split before", async () => {
    // A place that no row of pieces leads to is reached in none of its own words.
    const small = [...Array.from({ length: 6 }, (): [string, number] => ["", 0]), ["\u2581", -1], ["ab", -1], ["bc", -1], ["c", -3]] as const;
    const some = fc.string({ unit: fc.constantFrom("a", "b", "c", " "), maxLength: 12 });
    const steady = unigramTokenizer(small);
    fc.assert(fc.property(some, (text) => void expect(steady(text)).toEqual(unigramTokenizer(small)(text))));
    const vocabulary = await readVocabulary();
    const shared = unigramTokenizer(vocabulary);
    const word = fc.string({ unit: fc.constantFrom("a", "t", "h", "e", "é", "日", "🚨", "q", "1"), maxLength: 400 });
    fc.assert(fc.property(word, (text) => void expect(shared(text)).toEqual(unigramTokenizer(vocabulary)(text))), { numRuns: 40 });
  });

  test("takes any text at all, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "binary", maxLength: 300 }), { minLength: 1, maxLength: 20 }), async (texts) => {
        const vectors = await encoder.encode(texts);
        expect(vectors).toHaveLength(texts.length);
        const last = texts.length - 1;
        const [alone] = await encoder.encode([texts[last] as string]);
        expect(Math.abs(cosine(alone as Float32Array, vectors[last] as Float32Array) - 1)).toBeLessThan(1e-5);
      }),
      { numRuns: 20 },
    );
    expect(await encoder.encode([])).toEqual([]);
  });
});

describe("its file", () => {
  test("is made once; a damaged one is made again; without a folder to write there is none", async () => {
    const own = join(folder, "own");
    await useLite(own).encode(["x"]);
    const [name] = readdirSync(own) as [string];
    expect(name).toMatch(/^use-lite-[0-9a-f]{16}-\d+\.onnx$/);
    const path = join(own, name);
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    damaged[whole.length >> 1] = (damaged[whole.length >> 1] as number) ^ 255;
    for (const bytes of [damaged, whole.subarray(0, 1000), Buffer.alloc(0)]) {
      writeFileSync(path, bytes);
      await useLite(own).encode(["x"]);
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
    expect(readdirSync(own)).toEqual([name]);

    writeFileSync(join(folder, "file"), "");
    for (const nowhere of [join(folder, "file", "cache"), null]) {
      const [vector] = await useLite(nowhere).encode([GOLDEN[0]?.[0] as string]);
      expect(vector?.[0]).toBeCloseTo(-0.0484591, 6);
    }
    expect(existsSync(join(folder, "file", "cache"))).toBe(false);
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
}
