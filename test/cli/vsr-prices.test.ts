import { describe, expect, test } from "vitest";
import { folder, jsonl, policy } from "../wrp.ts";

const config = (finch: string, more = "") => `providers:
  models:
    - { name: finch, pricing: { ${finch} } }
    - { name: eagle, pricing: { currency: usd, prompt_per_1m: 3, completion_per_1m: 15 } }
    - { name: hawk, pricing: { prompt_per_1m: 4, cache_write_per_1m: 9, completion_per_1m: 10 } }
routing:
  signals: { keywords: [{ name: law, operator: OR, keywords: [law] }] }
  decisions:
    - { name: legal, priority: 9, rules: { type: keyword, name: law }, modelRefs: [{ model: eagle }] }
    - { name: rest, priority: 1, modelRefs: [{ model: finch }] }
${more}`;
const PRICED = config("prompt_per_1m: 0.2, completion_per_1m: 0.6");

interface Routed {
  readonly decisions: readonly { readonly model: string; readonly expectedCostUsd: { readonly value: number | null; readonly source: string }; readonly baseline?: { readonly model: string; readonly expectedCostUsd: { readonly value: number } } }[];
}

async function routed(files: Record<string, string>, prompt = "one two three") {
  const ran = await folder(files).inside("route", prompt, "--policy", "vsr:desk.yaml", "--json");
  expect(ran.code, ran.stderr).toBe(0);
  const [first] = ran.json<Routed>().decisions;
  if (!first) throw new Error("nothing was decided");
  return first;
}

describe("wrp route by a config of vLLM Semantic Router", () => {
  test("expects the cost that the config's prices make, and that of the dearest model", async () => {
    const { expectedCostUsd, baseline } = await routed({ "desk.yaml": PRICED });
    expect(expectedCostUsd.value).toBeCloseTo((3 * 0.2 + 400 * 0.6) / 1e6, 12);
    expect(expectedCostUsd.source).toMatch(/^desk\.yaml; 3 tokens in/);
    // 9 + 10 is more than 3 + 15: the cache write rate counts, as upstream has it.
    expect(baseline?.model).toBe("hawk");
    expect(baseline?.expectedCostUsd.value).toBeCloseTo((3 * 4 + 400 * 10) / 1e6, 12);
  });

  test("says both in words", async () => {
    const ran = await folder({ "desk.yaml": PRICED }).inside("route", "one two three", "--policy", "vsr:desk.yaml");
    expect(ran.stdout).toContain("cost     $0.0002406 expected (desk.yaml; 3 tokens in (o200k), 400 out assumed)");
    expect(ran.stdout).toContain("baseline $0.004012 expected by hawk, the dearest of the config (desk.yaml;");
  });

  test("takes what wrp.yaml states first, a list price last", async () => {
    const stated = await routed({ "desk.yaml": PRICED, "wrp.yaml": "models: [{name: finch, price: {inputUsdPer1M: 1, outputUsdPer1M: 1}}]\n" });
    expect(stated.expectedCostUsd.value).toBeCloseTo(403 / 1e6, 12);
    const listed = await routed({ "desk.yaml": PRICED.replaceAll("finch", "gpt-4o-mini") });
    expect(listed.expectedCostUsd.source).toMatch(/^desk\.yaml;/);
    const unstated = await routed({ "desk.yaml": PRICED.replace(", pricing: { prompt_per_1m: 0.2, completion_per_1m: 0.6 }", "").replaceAll("finch", "gpt-4o-mini") });
    expect(unstated.expectedCostUsd.source).toContain("genai-prices");
  });

  test.each([
    ["another currency", "currency: EUR, prompt_per_1m: 0.2, completion_per_1m: 0.6"],
    ["a price of 0", "prompt_per_1m: 0, completion_per_1m: 0"],
    ["a price below 0", "prompt_per_1m: -1, completion_per_1m: 0.6"],
    ["half a price", "prompt_per_1m: 0.2"],
  ])("%s is no price", async (_, pricing) => {
    expect((await routed({ "desk.yaml": config(pricing) })).expectedCostUsd).toEqual({ value: null, source: "no price of finch is known" });
  });
});

/** Answers whose tokens are known and whose cost is not. */
const TOKENS = jsonl(Array.from({ length: 30 }, (_, k) => ({ id: `p${k}`, prompt: k % 3 === 0 ? `The law ${k}` : `Question ${k}`, outcomes: { finch: { quality: k % 2, inputTokens: 1000, outputTokens: 1000 }, eagle: { quality: 1, inputTokens: 1000, outputTokens: 1000 } } })));

async function judged(files: Record<string, string>, ...policies: string[]) {
  const ran = await folder({ "data.jsonl": TOKENS, ...files }).inside("eval", "data.jsonl", "--json", ...policies.flatMap((one) => ["--policy", one]));
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
}

describe("wrp eval by a config of vLLM Semantic Router", () => {
  test("reckons with its prices where nothing else prices a model, and says so", async () => {
    const report = await judged({ "desk.yaml": PRICED }, "vsr:desk.yaml");
    expect(policy(report, "vsr:desk.yaml").costUsdPer1k?.mean).toBeCloseTo((18 + 2 * 0.8) / 3, 9);
    expect(report.models.find(({ name }) => name === "finch")?.priceSource).toBe("recorded in the data, else desk.yaml: $0.2 in, $0.6 out per million tokens");
    expect(report.warnings.join("\n")).not.toMatch(/price|no outcome/);
  });

  test("what the workload records stands", async () => {
    const ran = await folder({ "desk.yaml": PRICED, "data.jsonl": TOKENS.replaceAll('"inputTokens":1000', '"costUsd":0.5,"inputTokens":1000') }).inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json");
    expect(policy(ran.json(), "vsr:desk.yaml").costUsdPer1k?.mean).toBeCloseTo(500, 9);
  });

  test("a price that is none is a warning, and the model unpriced; unless wrp.yaml says free", async () => {
    const euros = config("currency: EUR, prompt_per_1m: 1, completion_per_1m: 1");
    const report = await judged({ "desk.yaml": euros }, "vsr:desk.yaml");
    expect(report.warnings.join("\n")).toContain('policy "vsr:desk.yaml": finch is unpriced: its price is in EUR, not USD');
    expect(policy(report, "vsr:desk.yaml").costUsdPer1k).toBeNull();
    const free = await judged({ "desk.yaml": config("prompt_per_1m: 0, completion_per_1m: 0"), "wrp.yaml": "models: [{name: finch, price: free}]\n" }, "vsr:desk.yaml");
    expect(free.warnings.join("\n")).not.toContain("unpriced");
    expect(policy(free, "vsr:desk.yaml").costUsdPer1k?.mean).toBeCloseTo(6, 9);
  });

  test("two configs that price a model differently: the first is taken, the other told", async () => {
    const report = await judged({ "desk.yaml": PRICED, "new.yaml": config("prompt_per_1m: 0.4, completion_per_1m: 0.6") }, "vsr:desk.yaml", "vsr:new.yaml");
    expect(report.warnings).toContain('policy "vsr:new.yaml": it prices finch at $0.4 in, $0.6 out; this run reckons with $0.2 in, $0.6 out (desk.yaml)');
  });

  test("on a log of one model the config's own models are known, priced by it", async () => {
    const log = jsonl(Array.from({ length: 20 }, (_, k) => ({ id: `p${k}`, prompt: k % 2 === 0 ? `The law ${k}` : `Question ${k}`, outcomes: { finch: { quality: 1, inputTokens: 1000, outputTokens: 1000 } } })));
    const ran = await folder({ "desk.yaml": PRICED, "log.jsonl": log }).inside("eval", "log.jsonl", "--policy", "vsr:desk.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "vsr:desk.yaml").costUsdPer1k?.mean).toBeCloseTo((18 + 0.8) / 2, 9);
  });
});
