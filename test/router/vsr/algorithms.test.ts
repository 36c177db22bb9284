import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../../../src/router/vsr/algorithms/algorithm.ts";
import { answerConfidence, cascadeOf, escalationOrder, logprobConfidence, marginConfidence, paramMillions } from "../../../src/router/vsr/algorithms/confidence.ts";
import { hybrid } from "../../../src/router/vsr/algorithms/hybrid.ts";
import type { ProviderModel } from "../../../src/router/vsr/shape.ts";
import { dearestModel, statedPrice } from "../../../src/router/vsr/pricing.ts";

const MODELS: readonly Candidate[] = [
  { name: "large", paramSize: "32B", promptPer1M: 1.2 },
  { name: "small", paramSize: "8b", promptPer1M: 0.18, quality: 0.7 },
  { name: "odd", paramSize: "1.2.3B" },
  { name: "tiny", paramSize: "500m", promptPer1M: 0.18 },
  { name: "lora", unlisted: true },
];
const names = (of: readonly Candidate[]) => of.map(({ name }) => name);

describe("confidence", () => {
  // The comments in upstream's own code and its formulas, by hand.
  test.each([
    ["8B", 8000], [" 5.5b ", 5500], ["100m", 100], ["500k", 0], ["7", 7000], ["", 0], ["big", 0], ["1.2.3b", 0], ["0.5b", 500], [".", 0],
  ])("size %s is %d million parameters", (size, millions) => expect(paramMillions(size)).toBe(millions));

  test("the mean log-probability from -3 to 0 is a confidence from 0 to 1; a margin nears 1", () => {
    expect([-10, -3, -1.5, 0, 1].map(logprobConfidence)).toEqual([0, 0, 0.5, 1, 1]);
    expect([-1, 0].map(marginConfidence)).toEqual([0, 0]);
    expect(marginConfidence(3)).toBeCloseTo(1 - 1 / Math.E, 15);
    expect(marginConfidence(5)).toBeCloseTo(0.8111, 4);
  });

  test("the method says which; hybrid weighs both, a weight of 0 being one that is not set", () => {
    const answer = { averageLogprob: -1.5, averageMargin: 3 };
    expect(answerConfidence(answer, {})).toBe(0.5);
    expect(answerConfidence(answer, { confidence_method: "margin" })).toBeCloseTo(0.632121, 6);
    expect(answerConfidence(answer, { confidence_method: "hybrid", hybrid_weights: { logprob_weight: 0.65, margin_weight: 0 } })).toBeCloseTo(0.65 * 0.5 + 0.5 * 0.632121, 6);
  });

  test("the smallest first unless it says otherwise; what is unknown is small, but dear", () => {
    expect(names(escalationOrder(MODELS, {}))).toEqual(["odd", "lora", "tiny", "small", "large"]);
    expect(names(escalationOrder(MODELS, { escalation_order: "small_to_large" }))).toEqual(["odd", "lora", "tiny", "small", "large"]);
    expect(names(escalationOrder(MODELS, { escalation_order: "cost" }))).toEqual(["odd", "small", "tiny", "large", "lora"]);
    expect(names(escalationOrder(MODELS, { escalation_order: "declared" }))).toEqual(names(MODELS));
    // Values at tradeoff 0.3: large .7(.3+.7·32/70)+0 = .434, small .7·.7+.3 = .79, odd and lora .5, tiny .7(.3+.7·.5/70)+.3 = .5135.
    expect(names(escalationOrder(MODELS, { escalation_order: "automix" }))).toEqual(["large", "odd", "lora", "tiny", "small"]);
    // At 1 it is cheapness alone.
    expect(names(escalationOrder(MODELS, { escalation_order: "automix", cost_quality_tradeoff: 1 }))).toEqual(["large", "odd", "lora", "small", "tiny"]);
  });

  test.each([
    ["the default threshold -1", {}, "first"],
    ["a threshold of 0, which is none", { threshold: 0 }, "first"],
    ["a threshold within", { threshold: 0.6 }, "answers"],
    ["the default of margin", { confidence_method: "margin" }, "answers"],
    ["a method that is none", { confidence_method: "entropy", threshold: 0.6 }, "answers"],
    ["a threshold above 1", { threshold: 1.2 }, "none"],
    ["a threshold that hybrid's weights reach", { confidence_method: "hybrid", threshold: 1.2, hybrid_weights: { logprob_weight: 1, margin_weight: 0.5 } }, "answers"],
    ["a verifier, which may fail", { confidence_method: "self_verify", threshold: -1 }, "answers"],
  ] as const)("%s keeps %s", (_, settings, keeps) => expect(cascadeOf(MODELS, settings).keeps).toBe(keeps));

  test("what a cascade is said to keep, any answer shows", () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 1, noNaN: true }), fc.double({ min: -1, max: 40, noNaN: true }), fc.double({ min: -2, max: 3, noNaN: true }), fc.constantFrom("avg_logprob", "margin", "hybrid"), (averageLogprob, averageMargin, threshold, confidence_method) => {
        const cascade = cascadeOf(MODELS, { confidence_method, threshold });
        const kept = answerConfidence({ averageLogprob, averageMargin }, { confidence_method }) >= cascade.threshold;
        if (cascade.keeps !== "answers") expect(kept).toBe(cascade.keeps === "first");
      }),
    );
  });
});

describe("hybrid", () => {
  test("names what it would have to learn", () => {
    expect(hybrid(MODELS, {})).toEqual({ open: [expect.stringContaining("experience"), expect.stringContaining("router_dc"), expect.stringContaining("automix")] });
    expect(hybrid(MODELS, { experience_weight: 0, router_dc_weight: 0 })).toEqual({ open: [expect.stringContaining("automix")] });
  });

  test("where nothing learned counts, the cheapest input is taken, or the first", () => {
    const nothing = { experience_weight: 0, router_dc_weight: 0, automix_weight: 0 };
    expect(hybrid(MODELS, nothing)).toMatchObject({ selection: { model: "small", score: 0.2 * 1.04 } });
    expect(hybrid(MODELS, { ...nothing, cost_weight: 0 })).toMatchObject({ selection: { model: "large", score: 0.2 } });
  });
});

describe("prices", () => {
  const priced = (name: string, pricing: object) => ({ name, reasoning_family: "", pricing: { currency: "", ...pricing } }) as ProviderModel;

  test("the dearest counts the higher of input and cache write (upstream's own test)", () => {
    expect(dearestModel([priced("high-output", { prompt_per_1m: 5, completion_per_1m: 30 }), priced("high-cache-write", { prompt_per_1m: 2.5, cache_write_per_1m: 20, completion_per_1m: 20 })])).toBe("high-cache-write");
    expect(dearestModel([priced("nothing", {}), { name: "none", reasoning_family: "", pricing: undefined }])).toBeNull();
    expect(dearestModel([priced("named", { currency: "USD" })])).toBe("named");
  });

  test("a cached input of 0 is as other input", () => {
    expect(statedPrice(priced("a", { prompt_per_1m: 1, completion_per_1m: 2, cached_input_per_1m: 0 }), "f")).toEqual({ price: { inputUsdPer1M: 1, outputUsdPer1M: 2, source: "f" } });
    expect(statedPrice(priced("a", { prompt_per_1m: 1, completion_per_1m: 2, cached_input_per_1m: 0.1 }), "f")).toMatchObject({ price: { cachedInputUsdPer1M: 0.1 } });
  });
});
