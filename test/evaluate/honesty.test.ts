import { expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk } from "../desk.ts";
import { folder, jsonl, policy } from "../wrp.ts";

type Cell = { quality?: number; costUsd?: number; error?: string; inputTokens?: number; outputTokens?: number } | null;

const at = folder();
let files = 0;

/** Evaluates rows of cells by model, each a prompt of its own. */
async function evaluated(rows: readonly Record<string, Cell>[], ...flags: string[]): Promise<Report> {
  const ran = await ranOn(rows, ...flags);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
}

function ranOn(rows: readonly Record<string, Cell>[], ...flags: string[]) {
  const name = `h${files++}.jsonl`;
  at.put(name, jsonl(rows.map((outcomes, i) => ({ id: `r${i}`, prompt: `Say the number ${i}.`, outcomes }))));
  return at.inside("eval", name, "--store", ":memory:", "--resamples", "200", "--json", "-q", ...flags);
}

test("a blank grade is left out of every mean, never taken as 0", async () => {
  const rows = Array.from({ length: 10 }, (_, i): Record<string, Cell> => ({ a: { quality: 1, costUsd: 0.001 }, b: { ...(i < 6 ? { quality: 0.5 } : {}), costUsd: 0.002 } }));
  const report = await evaluated(rows);
  expect(report.workload).toMatchObject({ read: 10, prompts: 6, missing: 4 });
  expect(policy(report, "a").quality).toMatchObject({ mean: 1, n: 6 });
  expect(policy(report, "b").quality).toMatchObject({ mean: 0.5, n: 6 });
  expect(report.models.map((m) => [m.name, m.graded, m.priced])).toEqual([["a", 10, 10], ["b", 6, 10]]);
});

test("a model with outcomes for a few prompts only: a warning says how the compared set changed", async () => {
  const rows = Array.from({ length: 40 }, (_, i): Record<string, Cell> => ({ a: { quality: i % 2 }, b: { quality: 1 }, ...(i < 5 ? { rare: { quality: 1 } } : {}) }));
  const report = await evaluated(rows);
  expect(report.workload).toMatchObject({ prompts: 5, missing: 35 });
  expect(report.warnings).toContain("without rare, 35 more prompts would be compared (it alone has no grade there)");
  expect((await evaluated(rows, "--models", "a,b")).workload).toMatchObject({ prompts: 40, missing: 0 });
});

test("an unpriced model has no cost, is on no cost frontier, and a warning says so", async () => {
  const report = await evaluated(Array.from({ length: 40 }, (_, i) => ({ dear: { quality: i % 2, costUsd: 0.01 }, dark: { quality: 1 } })));
  expect(policy(report, "dark")).toMatchObject({ costUsdPer1k: null, onFrontier: false, costMatchedMix: null });
  expect(policy(report, "random").costUsdPer1k).toBeNull();
  expect(report.frontier).toEqual(["dear"]);
  expect(report.warnings).toContain("not placed on the frontier, for want of cost or quality: dark");
  expect(report.metrics.zeroRouter?.hull.map((p) => p.name)).toEqual(["dear"]);
  expect(report.models.map((m) => [m.name, m.priceSource])).toEqual([["dear", "recorded in the data"], ["dark", "unpriced"]]);
});

test("cost 0 on every prompt is no price, unless --free says that it is one", async () => {
  const rows = Array.from({ length: 40 }, (_, i): Record<string, Cell> => ({ local: { quality: i % 2, costUsd: 0 }, cloud: { quality: 1, costUsd: 0.01 } }));
  const report = await evaluated(rows);
  expect(policy(report, "local").costUsdPer1k).toBeNull();
  expect(report.warnings.join("\n")).toContain("local costs 0 on every prompt: taken as unpriced; say --free local");
  const free = await evaluated(rows, "--free", "local");
  expect(policy(free, "local").costUsdPer1k).toMatchObject({ mean: 0, n: 40 });
  expect(free.frontier).toEqual(["local", "cloud"]);
  expect(free.models[0]?.priceSource).toBe("free, as the config says");
});

test("prices of the config stand in where tokens are known and no cost was recorded", async () => {
  at.put("prices.yaml", "models: [{name: a, price: {inputUsdPer1M: 2, outputUsdPer1M: 10}}]\n");
  const report = await evaluated(Array.from({ length: 4 }, (_, i) => ({ a: { quality: 1, inputTokens: 100, outputTokens: 50, ...(i === 0 ? { costUsd: 0.5 } : {}) } })), "-c", "prices.yaml");
  expect(policy(report, "a").costUsdPer1k?.mean).toBeCloseTo((1000 * (0.5 + 3 * 0.0007)) / 4, 9);
});

const flaky: Record<string, Cell>[] = [
  { a: { error: "timeout" }, b: { error: "timeout" } },
  { a: { quality: 0, costUsd: 0, inputTokens: 0, outputTokens: 0 }, b: { quality: 1, costUsd: 0.002 } },
  { a: { quality: 1, costUsd: 0.001 }, b: { quality: 0.6, costUsd: 0.002 } },
  { a: { quality: 1, costUsd: 0.001 }, b: { quality: 1, costUsd: 0.002 } },
];

test("a failed call is missing quality and counts in the error rate, also where it was written as all zeros", async () => {
  const report = await evaluated(flaky);
  expect(report.workload).toMatchObject({ prompts: 2, missing: 2, rule: expect.stringContaining("a failed call is a gap") });
  expect(policy(report, "a")).toMatchObject({ quality: { mean: 1, n: 2 }, errorRate: { mean: 0.5, n: 4 } });
  expect(policy(report, "b")).toMatchObject({ quality: { mean: 0.8, n: 2 }, errorRate: { mean: 0.25, n: 4 } });
  expect(policy(report, "random").errorRate.mean).toBeCloseTo(0.375, 12);
  expect(policy(report, "oracle").errorRate).toMatchObject({ mean: 0.25, n: 4 }); // the first prompt: nothing answers it
  expect(policy(report, "best-single").share).toMatchObject({ a: { mean: 1 } });
});

test("--missing failure-is-refusal makes it quality 0 for every policy, and the report names the rule", async () => {
  const report = await evaluated(flaky, "--missing", "failure-is-refusal");
  expect(report.workload).toMatchObject({ prompts: 4, missing: 0, rule: expect.stringContaining("failure-is-refusal") });
  expect(policy(report, "a").quality).toMatchObject({ mean: 0.5, n: 4 });
  expect(policy(report, "b").quality).toMatchObject({ mean: 0.65, n: 4 });
  expect(policy(report, "oracle").quality).toMatchObject({ mean: 0.75, n: 4 });
  expect(policy(report, "best-single").share).toMatchObject({ b: { mean: 1 } });
  for (const p of report.policies) expect(p.quality.mean as number, p.name).toBeLessThanOrEqual(0.75);
});

test("one model: nothing is compared with anything else, nothing breaks", async () => {
  const report = await evaluated(Array.from({ length: 30 }, (_, i) => ({ only: { quality: i % 3 ? 1 : 0, costUsd: 0.001 } })));
  expect(report.frontier).toEqual(["only"]);
  expect(policy(report, "oracle").quality.mean).toBe(policy(report, "only").quality.mean);
  expect(report.metrics.aiq).toBeNull(); // a cost range of no width
  expect(report.sweeps).toEqual([]);
});

test.each([0.4, 1])("one prompt, graded %s: no interval can be given", async (grade) => {
  const report = await evaluated([{ a: { quality: grade, costUsd: 0.001 }, b: { quality: 0, costUsd: 0.002 } }]);
  for (const p of report.policies) expect([p.quality.ci, p.costUsdPer1k?.ci], p.name).toEqual([null, null]);
  expect(report.comparisons.filter((c) => c.metric === "quality" && c.b !== "cost-matched-mix").every((c) => c.ci === null && c.verdict === "inconclusive")).toBe(true);
  expect(report.warnings).toContain("only 1 independent prompt: intervals are rough below 30");
});

test("two identical models: no difference, nobody beats nobody", async () => {
  const report = await evaluated(desk(60).map((row) => ({ left: row.outcomes["heron"] as Cell, right: row.outcomes["heron"] as Cell })));
  const pair = report.comparisons.find((c) => c.metric === "quality" && [c.a, c.b].includes("left") && [c.a, c.b].includes("right"));
  expect(pair).toMatchObject({ difference: 0, verdict: "inconclusive" });
  expect(report.frontier).toEqual(["left", "right"]);
  expect(report.sweeps.every((s) => s.apgr.exact === null && s.cpt.exact["50"] === null)).toBe(true);
});

test("all qualities equal: no gap to recover, so no APGR", async () => {
  const report = await evaluated(Array.from({ length: 40 }, (_, i) => ({ a: { quality: 1, costUsd: 0.001 * (1 + (i % 3)) }, b: { quality: 1, costUsd: 0.004 } })));
  for (const p of report.policies) expect(p.quality.mean).toBe(1);
  expect(report.sweeps.every((s) => s.apgr.exact === null)).toBe(true);
  expect(report.frontier).toEqual(["a"]);
});

test.each([
  ["no grade at all", [{ a: { costUsd: 1 } }, { a: { costUsd: 1 } }], /no prompt has a grade for every model \(of 2: a 0\)/, /grades are numbers from 0 to 1/],
  ["no prompt that all models have", [{ a: { quality: 1 } }, { b: { quality: 1 } }], /no prompt has a grade for every model \(of 2: a 1, b 1\)/, /--models A,B/],
  ["no outcome of any model", [{}, {}], /no prompt has an outcome of any model/, /--map/],
] as [string, Record<string, Cell>[], RegExp, RegExp][])("%s: exit 2 with what to do, no number made up", async (_, rows, message, hint) => {
  const ran = await ranOn(rows);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  const { error } = JSON.parse(ran.stderr) as { error: { message: string; hint: string } };
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(hint);
});

test("optimal selection does not vanish because the first prompt is unpriced", async () => {
  const rows = Array.from({ length: 40 }, (_, i): Record<string, Cell> => ({ a: { quality: 1, ...(i > 0 ? { costUsd: 0.001 } : {}) }, b: { quality: 1, ...(i > 0 ? { costUsd: 0.002 } : {}) } }));
  const report = await evaluated(rows);
  expect(policy(report, "a").costUsdPer1k).toMatchObject({ mean: 1, n: 39 });
  expect(policy(report, "a").optimality).toMatchObject({ optSel: 1, optCost: 1 });
  expect(policy(report, "b").optimality).toMatchObject({ optSel: 0, optCost: 0.5 });
});

test("a mixture's latency stands on prompts where all its models have one", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({
    id: `m${i}`,
    prompt: `Name month ${i}.`,
    outcomes: { slow: { quality: 1, ...(i < 10 ? { latencyMs: 10_000 } : {}) }, quick: { quality: 1, latencyMs: 200 } },
  }));
  at.put("gaps.jsonl", jsonl(rows));
  const report = (await at.inside("eval", "gaps.jsonl", "--store", ":memory:", "--json", "-q")).json();
  expect(policy(report, "random").latencyMs).toMatchObject({ mean: 5100, n: 10 });
  expect(report.warnings).toContain("the latency of slow is known on 10 of the 100 prompts that its quality stands on");
});

test("two tags on the same prompts are two slices", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ id: `t${i}`, prompt: `Say tag ${i}.`, tags: i < 20 ? ["pii", "attack"] : [], outcomes: { a: { quality: i % 2 } } }));
  at.put("tags.jsonl", jsonl(rows));
  const report = (await at.inside("eval", "tags.jsonl", "--store", ":memory:", "--json", "-q")).json();
  expect(report.slices.filter((s) => s.by === "tag").map((s) => [s.value, s.prompts])).toEqual([["pii", 20], ["attack", 20]]);
});

test("under failure-is-refusal the oracle takes the cheaper of a failure and a wrong answer", async () => {
  const rows: Record<string, Cell>[] = [
    { m: { quality: 0, costUsd: 1 }, k: { error: "timeout", costUsd: 0.1 } },
    { m: { quality: 1, costUsd: 1 }, k: { quality: 0, costUsd: 0.1 } },
  ];
  const report = await evaluated(rows, "--missing", "failure-is-refusal");
  expect(policy(report, "oracle")).toMatchObject({ quality: { mean: 0.5 }, share: { m: { mean: 0.5 }, k: { mean: 0.5 } } });
});

test("what would settle a verdict agrees with the verdict", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const rows = Array.from({ length: 20 + seed * 9 }, (_, i): Record<string, Cell> => ({ a: { quality: (i * 7 + seed) % 5 ? 1 : 0, costUsd: 0.001 * (1 + (i % 7)) }, b: { quality: (i * 3 + seed) % 4 ? 1 : 0, costUsd: 0.001 * (1 + ((i + seed) % 5)) } }));
    const report = await evaluated(rows, "--margin", "quality=0.05");
    for (const { verdict, nToSettle, n, simultaneousCi } of report.comparisons) {
      if (!simultaneousCi || nToSettle === null) continue;
      if (verdict === "inconclusive") expect(nToSettle).toBeGreaterThan(n);
      else expect(nToSettle).toBeLessThanOrEqual(n);
    }
  }
});
