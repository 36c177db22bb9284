import { describe, expect, test } from "vitest";
import { folder, jsonl, policy, timeless } from "../wrp.ts";

const FAST = ["--resamples", "200", "--json", "-q"];

interface Call {
  readonly quality: number | null;
  readonly costUsd?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly error?: string;
}

/** Forty prompts; big is right where the number is even and costs ten times what small costs. */
const rows = (big: (i: number) => Partial<Call> = () => ({ inputTokens: 100, outputTokens: 10 })) =>
  Array.from({ length: 40 }, (_, i) => ({
    id: `p${i}`,
    prompt: `prompt ${i}`,
    outcomes: { big: { quality: i % 2 === 0 ? 1 : 0.5, costUsd: 0.01, ...big(i) }, small: { quality: i % 4 === 0 ? 1 : 0.25, costUsd: 0.001, inputTokens: 100, outputTokens: 20 } },
  }));

const desk = (big?: (i: number) => Partial<Call>) => folder({ "rows.jsonl": jsonl(rows(big)) });

async function evaluated(at: ReturnType<typeof folder>, ...args: string[]) {
  const ran = await at.inside("eval", "rows.jsonl", "--no-config", ...FAST, ...args);
  expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  return ran.json();
}

const costs = (report: Awaited<ReturnType<typeof evaluated>>) => Object.fromEntries(["big", "small"].map((name) => [name, policy(report, name).costUsdPer1k?.mean]));

describe("a price that is replaced", () => {
  test.each([
    ["big=10/30", 1000 * ((100 * 10 + 10 * 30) / 1e6), /^--price: \$10 in, \$30 out per million tokens$/, "price replaced (--price): big costs $10 in, $30 out per million tokens, 0.130 times what it did"],
    ["big=0.004/call", 4, /^--price: \$0\.004 a call$/, "price replaced (--price): big costs $0.004 a call, 0.400 times what it did"],
    ["big=0/call", 0, /^free, by --price$/, "big is free"],
    ["big=free", 0, /^free, by --price$/, "price replaced (--price): big is free"],
    ["big=0/0", 0, /^free, by --price$/, "big is free"],
    ["big=*0.5", 5, /^0\.5 × what was recorded in the data \(--price\)$/, "big costs 0.5 times what was recorded"],
  ])("%s stands in place of what was recorded, and the report says so", async (price, expected, source, note) => {
    const report = await evaluated(desk(), "--price", price);
    expect(costs(report)["big"]).toBeCloseTo(expected, 12);
    expect(costs(report)["small"]).toBeCloseTo(1, 12);
    expect(report.models.find(({ name }) => name === "big")?.priceSource).toMatch(source);
    expect(report.warnings.join("\n")).toContain(note);
  });

  test("nothing is asked or stored anew; without the flag all is as it was; a stored run is told at its own prices", async () => {
    const at = desk();
    const before = await evaluated(at);
    const cheap = await evaluated(at, "--price", "big=*0.01");
    expect(cheap.timing.computed).toMatchObject({ answers: 0, grades: 0 });
    expect(cheap.run.configHash).not.toBe(before.run.configHash);
    expect(policy(cheap, "oracle").share["big"]?.mean).toBe(1); // as good everywhere, and cheaper now
    expect(policy(before, "oracle").share["big"]?.mean).toBe(0.75);
    expect(timeless((await at.inside("report", "--json")).json())).toEqual(timeless(cheap));
    expect((await at.inside("report", "-o", "decisions.jsonl", "-q")).code).toBe(0);
    const told = at.read("decisions.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as { policy: string; costUsd: number });
    expect(told.find((one) => one.policy === "big")?.costUsd).toBeCloseTo(0.0001, 12);
    const after = await evaluated(at);
    expect(after.timing.reused.report).toBe(true);
    expect(timeless(after)).toEqual(timeless(before));
    expect((await at.inside("runs", "show", cheap.run.id)).stdout).toContain("--price: big at 0.01 ×");
  });

  test("a failed call costs its tokens; calls whose tokens nobody counted are gaps, and counted", async () => {
    const report = await evaluated(desk((i) => (i < 4 ? {} : { inputTokens: 100, outputTokens: 10, ...(i === 4 ? { quality: null, error: "timeout" } : {}) })), "--price", "big=10/30");
    expect(report.models.find(({ name }) => name === "big")?.priced).toBe(36);
    expect(report.warnings.join("\n")).toContain("4 of 39 answers of big have no cost at the replaced price: nobody counted their tokens");
  });

  test("a model that no price was known of has one", async () => {
    const at = folder({ "rows.jsonl": jsonl(rows().map(({ outcomes: { big, small }, ...row }) => ({ ...row, outcomes: { big: { quality: big.quality, inputTokens: 100, outputTokens: 10 }, small } }))) });
    expect(costs(await evaluated(at))["big"] ?? null).toBeNull();
    expect(costs(await evaluated(at, "--price", "big=10/30"))["big"]).toBeCloseTo(1.3, 12);
  });

  test("simulated calls are replayed at it too, by their tokens", async () => {
    const at = folder({ "rows.jsonl": jsonl(rows()), "wrp.yaml": "models:\n  - {name: drawn, simulated: {quality: 0.5, outputTokens: 100}, price: {inputUsdPer1M: 1, outputUsdPer1M: 2}}\n" });
    const cost = async (...args: string[]) => policy((await at.inside("eval", "rows.jsonl", ...FAST, ...args)).json(), "drawn").costUsdPer1k?.mean as number;
    const before = await cost();
    expect(await cost("--price", "drawn=10/20")).toBeCloseTo(10 * before, 12);
    expect(await cost("--price", "drawn=*3")).toBeCloseTo(3 * before, 12);
  });

  test("what a log's other models are expected to cost follows from it", async () => {
    const logged = Array.from({ length: 40 }, (_, i) => ({ id: `p${i}`, prompt: `prompt ${i}`, chosen: "small", outcomes: { small: { costUsd: 0.001, inputTokens: 100, outputTokens: 20 } } }));
    const at = folder({ "rows.jsonl": jsonl(logged), "wrp.yaml": "models: [{name: big, price: {inputUsdPer1M: 1, outputUsdPer1M: 5}}]\npolicies: [{kind: always, model: big, name: mine}]\n" });
    const told = async (...args: string[]) => {
      const report = (await at.inside("eval", "rows.jsonl", ...FAST, ...args)).json();
      expect(report.basis).toBe("decisions");
      return { cost: policy(report, "mine").costUsdPer1k?.mean as number, source: report.models.find(({ name }) => name === "big")?.priceSource };
    };
    expect((await told()).cost).toBeCloseTo(0.2, 12);
    expect(await told("--price", "big=10/50")).toEqual({ cost: expect.closeTo(2, 12), source: expect.stringContaining("--price: $10 in, $50 out") });
    expect(await told("--price", "big=*3")).toEqual({ cost: expect.closeTo(0.6, 12), source: expect.stringContaining("× 3 by --price") });
    expect((await told("--price", "big=free")).cost).toBe(0);
  });
});

test.each([
  [["big"], "--price takes MODEL=IN/OUT"],
  [["=free"], "--price takes MODEL=IN/OUT"],
  [["big=cheap"], '"cheap" is no price'],
  [["big=1/2/3"], "is no price"],
  [["big=-1/2"], "is no price"],
  [["big=1/"], "is no price"],
  [["big=*0"], "a factor must be a number > 0"],
  [["big=*x"], "a factor must be a number > 0"],
  [["bigg=free"], 'unknown model "bigg"'],
  [["big=free", "--price", "big=1/2"], "two flags price big"],
  [["big=1/2", "--free", "big"], "two flags price big"],
])("--price %s is refused", async (args, why) => {
  const ran = await desk().inside("eval", "rows.jsonl", "--no-config", "-q", "--price", ...args);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(why)]);
});

test("a price per token says nothing of calls whose tokens nobody counted, a factor nothing of costs that nobody knows", async () => {
  const bare = await desk(() => ({})).inside("eval", "rows.jsonl", "--no-config", "-q", "--price", "big=10/30");
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringMatching(/nobody counted the tokens of its calls here[^]*--price 'big=\*0\.5'/)]);
  const at = folder({ "rows.jsonl": jsonl(rows().map((row) => ({ ...row, outcomes: { big: { quality: 1 }, small: row.outcomes.small } }))) });
  const unpriced = await at.inside("eval", "rows.jsonl", "--no-config", "-q", "--price", "big=*2");
  expect([unpriced.code, unpriced.stderr]).toEqual([2, expect.stringContaining("what its calls cost is not known here")]);
});
