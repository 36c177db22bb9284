import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Classifier, Encoder } from "../../src/model/encoder.ts";
import type { SignalModels } from "../../src/model/signal-models.ts";
import type { SignalReadings, SignalSpecs } from "../../src/model/signal.ts";
import { shareSignals } from "../../src/signals/index.ts";
import { rememberingEncoder } from "../../src/signals/encoders/remembering.ts";
import { chunksOf, JAILBREAK_CHUNK, PII_CHUNK } from "../../src/signals/learned/chunks.ts";
import { cosine, prototypeScoring, prototypesOf, scoreOf } from "../../src/signals/learned/prototypes.ts";
import { requestOf, type WrittenRequest } from "./vectors.ts";

/** Texts are "12°": their vectors are of that angle, so the cosine of two is that of the difference. */
function angles(calls: string[][] = []): Encoder {
  return {
    id: "angles",
    name: "angles",
    dimensions: 2,
    encode(texts) {
      calls.push([...texts]);
      return Promise.resolve(texts.map((text) => Float32Array.from([Math.cos(radians(text)), Math.sin(radians(text))])));
    },
  };
}

function radians(text: string): number {
  return (Number.parseFloat(text) * Math.PI) / 180;
}

const at = (degrees: number) => Math.cos((degrees * Math.PI) / 180);

function classifier(labels: readonly string[], of: (text: string) => readonly number[]): Classifier {
  return { id: "c", name: "a classifier", labels, classify: (texts) => Promise.resolve(texts.map((text) => Float32Array.from(of(text)))) };
}

function models(some: Partial<SignalModels>): SignalModels {
  return { classifiers: new Map(), surrogate: false, ...some };
}

type Fields = { readonly name: string } & Readonly<Record<string, unknown>>;

function specs(type: string, rules: readonly Fields[], settings?: Readonly<Record<string, unknown>>): SignalSpecs {
  return new Map([[type, rules.map(({ name, ...fields }, i) => ({ name, fields, path: `${type}[${i}]`, ...(settings ? { settings } : {}) }))]]);
}

async function read(wanted: SignalSpecs, request: WrittenRequest | string, given: Partial<SignalModels>): Promise<SignalReadings> {
  const [[readings] = []] = await shareSignals([wanted], models(given)).read([requestOf(typeof request === "string" ? { text: request } : request)]);
  return readings as SignalReadings;
}

describe("prototypes", () => {
  const vectorsOf = async (texts: readonly string[]) => new Map(await angles().encode(texts).then((vectors) => vectors.map((vector, i) => [texts[i] as string, vector] as const)));
  const scoring = (given?: object) => prototypeScoring.parse(given);

  test("clusters are taken the largest first, each stands as its medoid, and at most so many", async () => {
    const texts = ["0°", "10°", "20°", "90°", "95°", "200°", "0°"];
    const vectors = await vectorsOf(texts);
    const angleOf = (vector: Float32Array) => Math.round(((Math.atan2(vector[1] as number, vector[0] as number) * 180) / Math.PI + 360) % 360);
    expect(prototypesOf(texts, vectors, scoring()).map(angleOf)).toEqual([10, 90, 200]);
    expect(prototypesOf(texts, vectors, scoring({ max_prototypes: 2 })).map(angleOf)).toEqual([10, 90]);
    expect(prototypesOf(texts, vectors, scoring({ enabled: false })).map(angleOf)).toEqual([0, 10, 20, 90, 95, 200]);
    expect(prototypesOf(texts, vectors, scoring({ cluster_similarity_threshold: 0.999999 })).map(angleOf)).toEqual([0, 10, 200, 20, 90, 95]);
  });

  test("a score is three quarters of the nearest and one quarter of the mean of the two nearest", async () => {
    const [query, ...bank] = await angles().encode(["0°", "30°", "60°", "180°"]);
    const { score, best, support } = scoreOf(query as Float32Array, bank, scoring().weights);
    expect(best).toBeCloseTo(at(30), 6);
    expect(support).toBeCloseTo((at(30) + at(60)) / 2, 6);
    expect(score).toBeCloseTo(0.75 * at(30) + 0.25 * support, 6);
    expect(scoreOf(query as Float32Array, bank, { best: 0, top: 0 }).score).toBeCloseTo((at(30) + at(60) - 1) / 3, 6);
    expect(scoreOf(query as Float32Array, [], scoring().weights).score).toBe(0);
  });

  test("a score is between the farthest and the nearest prototype, and more weight on the best never lowers it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 359 }), { minLength: 1, maxLength: 8 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 9 }), async (degrees, best, top) => {
        const [query, ...bank] = await angles().encode(["0°", ...degrees.map((one) => `${one}°`)]);
        const near = bank.map((one) => cosine(query as Float32Array, one));
        const { score } = scoreOf(query as Float32Array, bank, { best, top });
        expect(score).toBeGreaterThanOrEqual(Math.min(...near) - 1e-9);
        expect(score).toBeLessThanOrEqual(Math.max(...near) + 1e-9);
        expect(scoreOf(query as Float32Array, bank, { best: Math.min(1, best + 0.1), top }).score).toBeGreaterThanOrEqual(score - 1e-9);
      }),
    );
  });
});

describe("embedding", () => {
  const near: Fields = { name: "near", threshold: 0.9, candidates: ["0°", "0.1°"] };
  const far: Fields = { name: "far", threshold: 0.9, candidates: ["90°"] };

  test("matches at the threshold; scores are there whether it matches or not", async () => {
    const { matched, values, confidences, unknown } = await read(specs("embedding", [near, far], { enable_soft_matching: false }), "10°", { encoder: angles() });
    expect(matched.get("embedding")).toEqual(["near"]);
    expect(confidences.get("embedding:near")).toBeCloseTo(at(10), 3);
    expect(values.get("embedding:far")).toBeCloseTo(at(80), 6);
    expect(unknown.size).toBe(0);
  });

  test("where nothing reaches its threshold, soft matches count, in the order of their scores", async () => {
    const both = [{ ...near, threshold: 0.99 }, { ...far, threshold: 0.99 }];
    expect((await read(specs("embedding", both), "50°", { encoder: angles() })).matched.get("embedding")).toEqual(["far", "near"]);
    expect((await read(specs("embedding", both, { min_score_threshold: 0.7 }), "50°", { encoder: angles() })).matched.get("embedding")).toEqual(["far"]);
    expect((await read(specs("embedding", both, { enable_soft_matching: false }), "50°", { encoder: angles() })).matched.has("embedding")).toBe(false);
  });

  test("an empty text matches nothing, rules about images say nothing of text, and an unknown method is told", async () => {
    const { matched, unknown } = await read(specs("embedding", [near]), { messages: [{ role: "user", content: "" }] }, { encoder: angles() });
    expect([matched.size, unknown.size]).toEqual([0, 0]);
    expect((await read(specs("embedding", [{ ...near, query_modality: "image" }]), "0°", { encoder: angles() })).unknown).toEqual(new Set(["embedding:near"]));
    expect(() => shareSignals([specs("embedding", [{ ...near, aggregation_method: "median" }])], models({ encoder: angles() }))).toThrow('embedding[0].aggregation_method of signal "near" must be mean, max or any (got "median")');
  });

  test("without an encoder all stay unknown", async () => {
    expect((await read(specs("embedding", [near, far]), "10°", {})).unknown).toEqual(new Set(["embedding:near", "embedding:far"]));
  });
});

describe("other similarities", () => {
  test("complexity: the margin between hard and easy decides the level", async () => {
    const rule = specs("complexity", [{ name: "c", threshold: 0.1, hard: { candidates: ["0°"] }, easy: { candidates: ["90°"] } }]);
    const levelOf = async (text: string) => (await read(rule, text, { encoder: angles() })).matched.get("complexity");
    expect([await levelOf("20°"), await levelOf("45°"), await levelOf("70°")]).toEqual([["c:hard"], ["c:medium"], ["c:easy"]]);
    const { confidences, values } = await read(rule, "70°", { encoder: angles() });
    expect(confidences.get("complexity:c:easy")).toBeCloseTo(at(20) - at(70), 6);
    expect(values.get("complexity:c:text_margin")).toBeCloseTo(at(70) - at(20), 6);
  });

  test("preference: the nearest one, where it reaches its threshold", async () => {
    const rules = specs("preference", [{ name: "a", threshold: 0.9, examples: ["0°"] }, { name: "b", threshold: 0.9, description: "90°" }]);
    expect((await read(rules, "10°", { encoder: angles() })).matched.get("preference")).toEqual(["a"]);
    expect((await read(rules, "80°", { encoder: angles() })).matched.get("preference")).toEqual(["b"]);
    expect((await read(rules, "40°", { encoder: angles() })).matched.has("preference")).toBe(false);
  });

  test("reask: turns in a row, and only the rules that look back the farthest", async () => {
    const rules = specs("reask", [{ name: "once" }, { name: "twice", lookback_turns: 2 }]);
    const asked = (...texts: string[]) => read(rules, { messages: texts.map((content) => ({ role: "user", content })) }, { encoder: angles() });
    expect((await asked("0°")).matched.has("reask")).toBe(false);
    expect((await asked("90°", "5°", "0°")).matched.get("reask")).toEqual(["once"]);
    const twice = await asked("30°", "5°", "0°");
    expect(twice.matched.get("reask")).toEqual(["twice"]);
    expect(twice.confidences.get("reask:twice")).toBeCloseTo(at(30), 6);
    expect(twice.values.get("reask:twice")).toBe(2);
  });

  test("jailbreak by examples: nearer to attacks than to harmless texts, in any piece, and what others said only where asked", async () => {
    const rule = (more: object = {}) => specs("jailbreak", [{ name: "j", method: "contrastive", threshold: 0.2, jailbreak_patterns: ["360°"], benign_patterns: ["90°"], ...more }]);
    expect((await read(rule(), "30°", { encoder: angles() })).confidences.get("jailbreak:j")).toBeCloseTo(at(30) - at(60), 6);
    expect((await read(rule(), "50°", { encoder: angles() })).matched.has("jailbreak")).toBe(false);
    const history = { messages: [{ role: "assistant", content: "10°" }, { role: "user", content: "80°" }] };
    expect((await read(rule(), history, { encoder: angles() })).matched.has("jailbreak")).toBe(false);
    expect((await read(rule({ include_history: true }), history, { encoder: angles() })).matched.get("jailbreak")).toEqual(["j"]);
    expect((await read(rule({ jailbreak_patterns: ["7° Do  Anything"] }), "80° and now do", { encoder: angles() })).matched.has("jailbreak")).toBe(false);
    expect((await read(rule({ jailbreak_patterns: ["7° Do  Anything"] }), "please 7° do\nanything", { encoder: angles() })).confidences.get("jailbreak:j")).toBe(1);
  });
});

describe("knowledge bases", () => {
  const base = {
    name: "topics",
    threshold: 0.9,
    label_thresholds: { south: 0.5 },
    groups: { up: ["north", "east"], down: ["south", "nobody"] },
    metrics: [{ name: "Up_vs_Down", type: "group_margin", positive_group: "up", negative_group: "down" }],
    labels: { north: { exemplars: ["90°"] }, east: { exemplars: ["0°"] }, south: { exemplars: ["270°"] }, empty: { exemplars: [] } },
  };
  const rule = (name: string, kind: string, value: string, how = "threshold"): Fields => ({ name, kb: "topics", target: { kind, value }, match: how });
  const near = (text: string, ...rules: Fields[]) => read(specs("kb", rules, { kbs: [base] }), text, { encoder: angles() });

  test("labels and groups match at their thresholds, or as the best", async () => {
    const rules = [rule("n", "label", "north"), rule("e", "label", "east"), rule("s", "label", "south"), rule("up", "group", "up"), rule("best", "label", "east", "best"), rule("bestUp", "group", "up", "best"), rule("x", "label", "nowhere")];
    expect((await near("10°", ...rules)).matched.get("kb")).toEqual(["e", "up", "best", "bestUp"]);
    expect((await near("310°", ...rules)).matched.get("kb")).toEqual(["s"]);
    expect((await near("40°", ...rules)).matched.get("kb")).toEqual(["best", "bestUp"]);
    expect((await near("10°", ...rules)).confidences.get("kb:up")).toBeCloseTo(at(10), 6);
  });

  test("metrics are values of the base", async () => {
    const { values } = await near("310°", rule("n", "label", "north"));
    expect(values.get("kb_metric:topics:best_score")).toBeCloseTo(at(40), 6);
    expect(values.get("kb_metric:topics:best_matched_score")).toBeCloseTo(at(40), 6);
    expect(values.get("kb_metric:topics:up_vs_down")).toBeCloseTo(at(50) - at(40), 6);
  });

  test("a base without its manifest stays unknown", async () => {
    expect((await read(specs("kb", [rule("n", "label", "north")], { kbs: [{ ...base, labels: undefined }] }), "0°", { encoder: angles() })).unknown).toEqual(new Set(["kb:n"]));
  });
});

describe("classifiers", () => {
  const given = (type: string, one: Classifier) => ({ classifiers: new Map([[type, one]]) });

  test("domain: one where it is sure, all at the threshold where it is not; labels go by the domain that lists them", async () => {
    const rules = specs("domain", [{ name: "numbers", mmlu_categories: ["math", "physics"] }, { name: "law" }], { threshold: 0.3 });
    const of = (...p: number[]) => given("domain", classifier(["math", "law", "other"], () => p));
    const sure = await read(rules, "x", of(0.96, 0.03, 0.01));
    expect(sure.matched.get("domain")).toEqual(["numbers"]);
    expect(sure.confidences.get("domain:numbers")).toBeCloseTo(0.96, 6);
    expect((await read(rules, "x", of(0.45, 0.45, 0.1))).matched.get("domain")).toEqual(["numbers", "law"]);
    expect((await read(rules, "x", of(0.2, 0.2, 0.6))).matched.get("domain")).toEqual(["other"]);
    expect(sure.unknown.size).toBe(0);
    const bare = (p: number) => read(specs("domain", [{ name: "law" }]), "x", of(0.5 - p / 2, p, 0.5 - p / 2));
    expect([(await bare(0.49)).matched.size, (await bare(0.5)).matched.get("domain")]).toEqual([0, ["law"]]);
  });

  test("jailbreak: the risk is the sum of the positive labels, whichever is likeliest", async () => {
    const rule = specs("jailbreak", [{ name: "j", threshold: 0.5 }], { positive_labels: ["INJECTION", "jailbreak"] });
    const { confidences } = await read(rule, "x", given("jailbreak", classifier(["benign", "injection", "JAILBREAK"], () => [0.4, 0.3, 0.3])));
    expect(confidences.get("jailbreak:j")).toBeCloseTo(0.6, 6);
    expect((await read(rule, "x", given("jailbreak", classifier(["benign", "injection", "JAILBREAK"], () => [0.6, 0.2, 0.2])))).matched.size).toBe(0);
  });

  test("jailbreak: the worst piece of a long text counts", async () => {
    const long = `${"word ".repeat(2000)} attack ${"word ".repeat(2000)}`;
    const one = classifier(["benign", "jailbreak"], (text) => (text.includes("attack") ? [0.1, 0.9] : [0.9, 0.1]));
    expect((await read(specs("jailbreak", [{ name: "j", threshold: 0.5 }]), long, given("jailbreak", one))).matched.get("jailbreak")).toEqual(["j"]);
  });

  test("fact check and user feedback: labels are rules' names; feedback wants an answer to speak of", async () => {
    const facts = specs("fact_check", [{ name: "needs_fact_check" }, { name: "no_fact_check_needed" }]);
    const of = (p: number) => given("fact_check", classifier(["NO_FACT_CHECK_NEEDED", "FACT_CHECK_NEEDED"], () => [1 - p, p]));
    expect((await read(facts, "x", of(0.8))).matched.get("fact_check")).toEqual(["needs_fact_check"]);
    expect((await read(facts, "x", of(0.59))).matched.get("fact_check")).toEqual(["no_fact_check_needed"]);
    const feedback = specs("user_feedback", [{ name: "wrong_answer" }]);
    const wrong = given("user_feedback", classifier(["SATISFIED", "WRONG_ANSWER"], () => [0.1, 0.9]));
    expect((await read(feedback, "x", wrong)).matched.size).toBe(0);
    expect((await read(feedback, { messages: [{ role: "assistant", content: "4" }, { role: "user", content: "no" }] }, wrong)).matched.get("user_feedback")).toEqual(["wrong_answer"]);
  });

  test.each([
    ["fact_check", "needs_fact_check", ["LABEL_0", "LABEL_1"]],
    ["user_feedback", "wrong_answer", ["good", "bad"]],
    ["jailbreak", "j", ["SAFE", "INJECTION"]],
    ["domain", "law", ["LABEL_0", "LABEL_1"]],
  ])("%s: labels of which none means anything are refused, not taken for nothing found", (type, name, labels) => {
    expect(() => shareSignals([specs(type, [{ name }])], models(given(type, classifier(labels, () => [0, 1]))))).toThrow(`${type} signals go by none of the labels of a classifier: ${labels.join(", ")}`);
  });

  test("modality: the classifier where it is sure, agrees, or is nearly sure; else the keywords", async () => {
    const rules = ["AR", "DIFFUSION", "BOTH"].map((name) => ({ name }));
    const wants = async (text: string, settings: object, ...p: number[]) => (await read(specs("modality", rules, { enabled: true, keywords: ["draw"], ...settings }), text, given("modality", classifier(["ar", "diffusion", "both"], () => p)))).matched.get("modality");
    expect(await wants("x", { method: "classifier" }, 0.4, 0.35, 0.25)).toEqual(["AR"]);
    expect(await wants("x", { method: "hybrid", confidence_threshold: 0.8 }, 0.1, 0.85, 0.05)).toEqual(["DIFFUSION"]);
    expect(await wants("draw", { method: "hybrid", confidence_threshold: 0.8 }, 0.3, 0.4, 0.3)).toEqual(["DIFFUSION"]);
    expect(await wants("x", { method: "hybrid", confidence_threshold: 0.8 }, 0.3, 0.4, 0.3)).toEqual(["AR"]);
    expect(await wants("x", { method: "hybrid", confidence_threshold: 0.8 }, 0.2, 0.6, 0.2)).toEqual(["DIFFUSION"]);
    expect(await wants("x", { method: "hybrid", confidence_threshold: 0.8, lower_threshold_ratio: 0.9 }, 0.2, 0.6, 0.2)).toEqual(["AR"]);
    expect((await read(specs("modality", rules, { enabled: true, method: "hybrid" }), "x", {})).unknown.size).toBe(3);
  });

  test("language: the label that is sure enough, else English", async () => {
    const rules = specs("language", [{ name: "de", threshold: 0.6 }, { name: "en" }]);
    const of = (p: number) => given("language", classifier(["de", "fr"], () => [p, 1 - p]));
    expect((await read(rules, "x", of(0.9))).matched.get("language")).toEqual(["de"]);
    expect((await read(rules, "x", of(0.55))).matched.get("language")).toEqual(["en"]);
  });

  test("one of the user's own: a value a label, under the rule's names", async () => {
    const rules = specs("classifier", [{ name: "risk", labels: ["SAFE", "RISKY"] }, { name: "other" }]);
    const { values, unknown } = await read(rules, "x", given("classifier:risk", classifier(["LABEL_0", "LABEL_1"], () => [0.25, 0.75])));
    expect([...values]).toEqual([["classifier:risk:SAFE", 0.25], ["classifier:risk:RISKY", 0.75]]);
    expect(unknown).toEqual(new Set(["classifier:other"]));
    expect(() => shareSignals([specs("classifier", [{ name: "risk", labels: ["A"] }])], models(given("classifier:risk", classifier(["X", "Y"], () => [0, 1]))))).toThrow("classifier[0].labels of signal \"risk\" are 1, and a classifier has 2: X, Y");
  });
});

describe("several sets of signals", () => {
  test("a text is encoded once for all of them, and an example once", async () => {
    const calls: string[][] = [];
    const embeddings = specs("embedding", [{ name: "e", threshold: 0.5, candidates: ["1°"] }]);
    const other = new Map([...specs("embedding", [{ name: "e", threshold: 0.6, candidates: ["1°"] }]), ...specs("complexity", [{ name: "c", hard: { candidates: ["1°"] }, easy: { candidates: ["2°"] } }])]);
    const shared = shareSignals([embeddings, other, embeddings], models({ encoder: rememberingEncoder({ ...angles(calls), surrogate: true }) }));
    const request = [requestOf({ text: "3°" }), requestOf({ text: "4°" }), requestOf({ text: "3°" })];
    const [first, , third] = await shared.read(request);
    expect(first).toEqual(third);
    expect(calls.flat().toSorted()).toEqual(["1°", "2°", "3°", "4°"]);
    await shared.read([requestOf({ text: "5°" })]);
    expect(calls.flat().toSorted()).toEqual(["1°", "2°", "3°", "4°", "5°"]);
    expect(shared.surrogates).toEqual([["embedding"], ["embedding", "complexity"], ["embedding"]]);
  });

  test("sets that differ have their own readings", async () => {
    const rule = (keyword: string) => specs("keyword", [{ name: "k", operator: "OR", keywords: [keyword] }]);
    const [[a] = [], [b] = []] = await shareSignals([rule("alpha"), rule("beta")], null).read([requestOf({ text: "alpha" })]);
    expect([a?.matched.get("keyword"), b?.matched.get("keyword")]).toEqual([["k"], undefined]);
  });
});

describe("pieces of long texts", () => {
  test("overlap, cover all of the text in order, and are within the budget", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "word ", "紧急", "é ", "\n", "😀"), { maxLength: 3000 }), fc.constantFrom(PII_CHUNK, JAILBREAK_CHUNK), (parts, size) => {
        const text = parts.map((part, i) => `${part}${i}`).join(""); // no piece comes twice
        const pieces = chunksOf(text, size);
        let covered = 0;
        for (const piece of pieces) {
          const from = text.indexOf(piece);
          expect(from).toBeGreaterThanOrEqual(0);
          expect(from).toBeLessThanOrEqual(covered);
          expect([...piece].length).toBeLessThanOrEqual(size.units);
          covered = from + piece.length;
        }
        expect(covered).toBe(text.length);
      }),
      { numRuns: 50 },
    );
  });

  test("a rune is a unit, a word's start one more, a CJK rune six; pieces that are alike come once", () => {
    const count = (text: string) => chunksOf(text, PII_CHUNK).length;
    expect([count(""), count("x".repeat(511)), count("x".repeat(512)), count("紧".repeat(85)), count("紧".repeat(86)), count("! ".repeat(256)), count("a ".repeat(171))]).toEqual([0, 1, 2, 1, 2, 1, 2]);
    expect(chunksOf("紧".repeat(85 + 21 * 3), PII_CHUNK)).toEqual(["紧".repeat(85)]);
  });
});
