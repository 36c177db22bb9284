import { describe, expect, test } from "vitest";
import type { SpanFinder } from "../../src/model/encoder.ts";
import type { SignalModels } from "../../src/model/signal-models.ts";
import type { SignalReadings } from "../../src/model/signal.ts";
import { bm25, weightsOf } from "../../src/signals/bm25/search.ts";
import { termsOf } from "../../src/signals/bm25/tokens.ts";
import { shareSignals } from "../../src/signals/index.ts";
import { requestOf, type WrittenRequest } from "./vectors.ts";

type Fields = { readonly name: string } & Readonly<Record<string, unknown>>;

/** What is read of one type in one request, and whether something stood in for the router's own. */
async function read(type: string, rules: readonly Fields[], request: WrittenRequest | string, given: Partial<SignalModels> = { surrogate: true }, settings?: Readonly<Record<string, unknown>>): Promise<SignalReadings & { readonly surrogates: readonly string[] }> {
  const specs = rules.map((fields, i) => ({ name: fields.name, fields, path: `${type}[${i}]`, ...(settings ? { settings } : {}) }));
  const reader = shareSignals([new Map([[type, specs]])], { classifiers: new Map(), surrogate: false, ...given });
  const [[readings] = []] = await reader.read([requestOf(typeof request === "string" ? { text: request } : request)]);
  return { ...(readings as SignalReadings), surrogates: reader.surrogates[0] as readonly string[] };
}

async function matched(...given: Parameters<typeof read>): Promise<readonly string[]> {
  return (await read(...given)).matched.get(given[0]) ?? [];
}

describe("without a surrogate, what it would read stays unknown", () => {
  test.each([
    ["language", { name: "de" }],
    ["pii", { name: "strict" }],
    ["keyword", { name: "rare", operator: "OR", method: "bm25", keywords: ["refund"] }],
  ])("%s", async (type, rule) => {
    const without = await read(type, [rule], "A refund for Anna, please.", { surrogate: false });
    expect([...without.unknown]).toEqual([`${type}:${rule.name}`]);
    expect(without.surrogates).toEqual([]);
    const { unknown, surrogates } = await read(type, [rule], "A refund for Anna, please.");
    expect([...unknown]).toEqual([]);
    expect(surrogates).toEqual([type]);
  });
});

describe("language", () => {
  const rules = [{ name: "en" }, { name: "de" }, { name: "zh" }, { name: "es", threshold: 0.5 }];
  test.each([
    ["Wie wird das Wetter morgen in den Bergen?", "de"],
    ["请帮我分析一下这个函数的时间复杂度", "zh"],
    ["¿Dónde está la biblioteca\nmás cercana?", "es"],
    ["Could you explain how binary search works?", "en"],
    ["  ", "en"],
    // Not sure of any language.
    ["xq zzt", "en"],
  ])("%s", async (text, code) => {
    expect(await matched("language", rules, text)).toEqual([code]);
  });
  test("one that no rule names matches nothing, and a rule's own threshold holds", async () => {
    expect(await matched("language", rules, "Quelle heure est-il à Paris en ce moment ?")).toEqual([]);
    expect(await matched("language", [{ name: "en", threshold: 0.6 }, { name: "de", threshold: 0.2 }], "xq zzt")).toEqual([]);
  });
});

describe("pii", () => {
  const text = "I am Laura, card 4242424242424242, mail laura@example.com, machine 0a:1b:2c:3d:4e:5f";
  test("a rule holds where a kind that it does not allow is found from its threshold on", async () => {
    const rules = [
      { name: "none", pii_types_allowed: [] },
      { name: "all-here", pii_types_allowed: ["person", "CREDIT_CARD", "EMAIL_ADDRESS"] },
      { name: "not-cards", pii_types_allowed: ["PERSON", "EMAIL_ADDRESS"] },
      { name: "sure-names", threshold: 0.95, pii_types_allowed: ["CREDIT_CARD", "EMAIL_ADDRESS"] },
    ];
    expect(await matched("pii", rules, text)).toEqual(["none", "not-cards"]);
    expect(await matched("pii", rules, "Explain the quick sort algorithm.")).toEqual([]);
  });
  test("what others said counts where a rule says so", async () => {
    const request = { messages: [{ role: "assistant", content: "Call +44 20 7946 0958" }, { role: "user", content: "thanks" }] };
    expect(await matched("pii", [{ name: "last" }, { name: "all", include_history: true }], request)).toEqual(["all"]);
  });
  test("a model that is given reads it in place of the patterns, in pieces of a long text", async () => {
    const pieces: string[] = [];
    const model: SpanFinder = { id: "m", name: "m", kinds: ["B-PER"], find: (texts) => Promise.resolve(texts.map((one) => (pieces.push(one), one.includes("needle") ? [{ kind: "B-PER", start: 0, end: 1, confidence: 0.6 }] : []))) };
    const given = { classifiers: new Map([["pii", model]]), surrogate: true };
    const long = `${"hay ".repeat(500)}needle`;
    const { matched: names, surrogates } = await read("pii", [{ name: "names", threshold: 0.6 }, { name: "sure", threshold: 0.7 }, { name: "lax", pii_types_allowed: ["PERSON"] }], long, given);
    expect(names.get("pii")).toEqual(["names"]);
    expect(surrogates).toEqual([]);
    expect(pieces.length).toBeGreaterThan(2);
  });
});

describe("bm25", () => {
  test("terms are small, in ASCII, parted by UAX 29, without stop words, stemmed", () => {
    // The crate's own cases (src/default_tokenizer.rs).
    expect(termsOf("\tspace\r\nSTATION\n space,station!")).toEqual(["space", "station", "space", "station"]);
    expect(termsOf("i me my myself we our ours ourselves you you're you've you'll you'd")).toEqual([]);
    expect(termsOf("42 1337 3.14")).toEqual(["42", "1337", "3.14"]);
    expect(termsOf("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")).toEqual([]);
    expect(termsOf("connection connections connective connected connecting connect")).toEqual(Array.from({ length: 6 }, () => "connect"));
    expect(termsOf("🍕 🚀 🍋 gemüse Gießen 400°F")).toEqual(["pizza", "rocket", "lemon", "gemus", "giessen", "400degf"]);
    expect(termsOf("generously evenly ingredients temperature pudding")).toEqual(["generous", "even", "ingredi", "temperatur", "pud"]);
  });
  test("weights and scores are the crate's", () => {
    // Its own cases: src/embedder.rs (1, 1.375, 1.375) and src/scorer.rs (ln 2 in single precision).
    expect(weightsOf(["space", "station", "station"], 3)).toEqual([1, 1.375, 1.375]);
    expect(bm25(["alpha", "beta"])("Alpha!")).toEqual([Math.fround(0.6931472), null]);
    expect(bm25(["alpha", "beta"])("alpha alpha")).toEqual([Math.fround(2 * Math.fround(0.6931472)), null]);
    expect(bm25([])("alpha")).toEqual([]);
  });
  test("rules hold by their operator and threshold, in the order of the config among other methods", async () => {
    const rules = [
      { name: "and", operator: "AND", method: "BM25", keywords: ["code", "debugging"] },
      { name: "plain", operator: "OR", keywords: ["code"] },
      { name: "high", operator: "OR", method: "bm25", bm25_threshold: 0.7, keywords: ["code", "cake"] },
      { name: "nor", operator: "NOR", method: "bm25", keywords: ["buy now", "free money"] },
    ];
    expect(await matched("keyword", rules, "I need to debug this code")).toEqual(["and", "plain", "nor"]);
    expect(await matched("keyword", rules, "Codes, code: buying now!")).toEqual(["plain", "high"]);
    expect(await matched("keyword", rules, "help")).toEqual(["nor"]);
  });
});

describe("modality", () => {
  const rules = [{ name: "ar" }, { name: "DIFFUSION" }, { name: "both" }];
  const settings = { enabled: true, method: "keyword", keywords: ["Draw", "picture"], both_keywords: ["explain and illustrate"] };
  const by = (text: string, some: Readonly<Record<string, unknown>> = settings) => read("modality", rules, text, { surrogate: false }, some);
  test("by keywords anywhere in the text", async () => {
    expect((await by("what is a monad?")).matched.get("modality")).toEqual(["ar"]);
    expect((await by("The drawbridge is up")).matched.get("modality")).toEqual(["DIFFUSION"]);
    expect((await by("EXPLAIN AND ILLUSTRATE it, with a picture")).matched.get("modality")).toEqual(["both"]);
    expect((await by("explain and illustrate it")).matched.get("modality")).toEqual(["ar"]);
  });
  test("what its classifier decides is unknown, a detector that is off matches nothing", async () => {
    for (const method of ["classifier", "hybrid"]) expect([...(await by("draw", { ...settings, method })).unknown]).toEqual(["modality:ar", "modality:DIFFUSION", "modality:both"]);
    expect((await by("", { ...settings, method: "hybrid" })).matched.get("modality")).toEqual(["ar"]);
    const off = await by("draw", { ...settings, enabled: false });
    expect([off.unknown.size, off.matched.size]).toEqual([0, 0]);
    expect((await read("modality", rules, "draw", { surrogate: false })).unknown.size).toBe(3);
  });
});
