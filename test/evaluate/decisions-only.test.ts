import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk, mean } from "../desk.ts";
import { folder, jsonl, policy } from "../wrp.ts";

const LIVE = { wren: "swift", heron: "stork", condor: "eagle" } as const;
/** Last week's log: the live router's choice, what it cost, how long it took, sometimes a failure; no grade. */
const rows = desk(300).map(({ outcomes: _outcomes, chosen, inputTokens, ...row }, i) => {
  const model = LIVE[chosen as keyof typeof LIVE];
  const failed = i % 50 === 0;
  return {
    ...row,
    chosen: model,
    outcomes: { [model]: { latencyMs: 400 + 3 * i, inputTokens, ...(failed ? { error: "503" } : { outputTokens: 50 + (i % 20), costUsd: 0.0005 + i / 1e6 }) } },
    model,
    inputTokens,
    failed,
    output: failed ? null : 50 + (i % 20),
    costUsd: failed ? null : 0.0005 + i / 1e6,
    latencyMs: 400 + 3 * i,
  };
});
const log = jsonl(rows.map(({ model: _m, inputTokens: _i, failed: _f, output: _o, costUsd: _c, latencyMs: _l, ...row }) => row));
const CONFIG = `
models:
  - {name: swift, trusted: true, price: {inputUsdPer1M: 1, outputUsdPer1M: 4}}
  - {name: newcomer, price: {inputUsdPer1M: 0.5, outputUsdPer1M: 2}}
policies:
  - {kind: rules, name: house, rules: [{when: meta.hardness > 0.6, model: stork}, {when: '"pii" in prompt.tags', model: newcomer}], default: swift}
`;
const at = folder({ "log.jsonl": log, "wrp.yaml": CONFIG });
const evaluate = async (...args: string[]): Promise<Report> => {
  const ran = await at.inside("eval", "log.jsonl", "--json", "-q", "--resamples", "300", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};
const house = (row: (typeof rows)[number]) => (row.meta.hardness > 0.6 ? "stork" : row.tags.includes("pii") ? "newcomer" : "swift");

describe("a log in which only the chosen model answered", () => {
  test("stands on decisions, and says so everywhere", async () => {
    const report = await evaluate();
    expect(report.basis).toBe("decisions");
    expect(report.workload).toMatchObject({ prompts: 300, read: 300, missing: 0 });
    expect(report.policies.map((p) => p.name)).toEqual(["swift", "stork", "newcomer", "recorded", "house", "random", "cheapest"]);
    expect(report.statistics.reference).toBe("recorded");
    expect(report.warnings.join()).toContain("this report stands on decisions");
    expect(report.metrics).toMatchObject({ aiq: null, oracle: null, zeroRouter: null });
    expect(report.sweeps).toEqual([]);
    for (const p of report.policies) {
      expect(p.quality, p.name).toEqual({ mean: null, ci: null, n: 0 });
      expect(p.expected.length > 0, p.name).toBe(p.name !== "recorded");
    }
    const forms = ["r.html", "r.md", "r.svg", "r.csv", "d.jsonl", "r.xml"];
    const shown = await at.inside("eval", "log.jsonl", ...forms.flatMap((form) => ["-o", form]));
    expect(shown.stdout).toContain("decisions only");
    for (const form of forms.slice(0, 4)) expect(at.read(form), form).toMatch(/expected/);
    expect(at.read("d.jsonl").split("\n").filter(Boolean).map((line) => JSON.parse(line) as { policy: string; expected: boolean }).filter((d) => d.policy === "recorded").some((d) => d.expected)).toBe(false);
  });

  test("the live router's own row is what was logged", async () => {
    const recorded = policy(await evaluate(), "recorded");
    const costs = rows.flatMap((row) => (row.costUsd === null ? [] : [row.costUsd]));
    expect(recorded.costUsdPer1k?.mean).toBeCloseTo(1000 * mean(costs), 10);
    expect(recorded.costUsdPer1k?.n).toBe(costs.length);
    expect(recorded.errorRate.mean).toBeCloseTo(6 / 300, 12);
    expect(recorded.latencyMs?.p50.value).toBe(400 + 3 * 149);
  });

  test("a policy's cost: what was logged where the same model was chosen, else its price on the prompt's tokens and the logged answer's length", async () => {
    const report = await evaluate();
    const own = mean(rows.flatMap((row) => (row.model === "swift" && row.output !== null ? [row.output] : [])));
    const costs = rows.flatMap((row) => {
      if (row.model === "swift") return row.costUsd === null ? [] : [row.costUsd]; // what failed is a gap
      return [(row.inputTokens * 1 + (row.output ?? own) * 4) / 1e6]; // of a failed call no length is known: the model's own mean
    });
    expect(policy(report, "swift").costUsdPer1k?.mean).toBeCloseTo(1000 * mean(costs), 9);
    expect(policy(report, "swift").costUsdPer1k?.n).toBe(costs.length);
    // No list has a price of stork: the mean of what it cost.
    const stork = mean(rows.flatMap((row) => (row.model === "stork" && row.costUsd !== null ? [row.costUsd] : [])));
    expect(policy(report, "stork").costUsdPer1k?.mean).toBeCloseTo(1000 * stork, 9);
  });

  test("shares, privacy and the prompts that move are exact", async () => {
    const report = await evaluate();
    const mine = policy(report, "house");
    for (const model of ["swift", "stork", "newcomer"]) expect(mine.share[model]?.mean).toBeCloseTo(rows.filter((row) => house(row) === model).length / 300, 12);
    const pii = rows.filter((row) => row.tags.includes("pii"));
    expect(mine.privacy?.leakRate.mean).toBeCloseTo(pii.filter((row) => house(row) !== "swift").length / pii.length, 12);
    expect(policy(report, "recorded").privacy?.leakRate.mean).toBeCloseTo(pii.filter((row) => row.model !== "swift").length / pii.length, 12);
    const moved = report.moved[0] as Report["moved"][number];
    expect(moved).toMatchObject({ a: "recorded", b: "house", n: 300, count: rows.filter((row) => house(row) !== row.model).length });
    expect(moved.flows.reduce((sum, flow) => sum + flow.count, 0)).toBe(moved.count);
    for (const { from, to, count } of moved.flows) expect(count).toBe(rows.filter((row) => row.model === from && house(row) === to).length);
    expect(moved.prompts.every((p) => p.qualityDifference === null)).toBe(true);
  });

  test("gates on what is known or expected are decided, others are not", async () => {
    const report = (await at.inside("eval", "log.jsonl", "--json", "-q", ...["costUsdPer1k < 100", "share.stork < 0.9", "privacy.leakRate <= 1", "quality > 0", "latencyMs.p95 < 1e9", "errorRate < 1"].flatMap((gate) => ["--gate", gate]))).json();
    expect(report.gates.map((gate) => gate.verdict)).toEqual(["pass", "pass", "pass", "inconclusive", "inconclusive", "inconclusive"]);
    expect(report.gates[3]?.note).toBe("nobody saw the answers: it is not known");
    expect(report.gates.every((gate) => gate.policy === "house")).toBe(true);
  });

  test("the live router's cost is marked where the log lacks a part of it, and its gate tells the same figure", async () => {
    const partly = Array.from({ length: 60 }, (_, i) => ({ prompt: `question ${i}`, chosen: "dear", outcomes: { dear: { latencyMs: 100 + i, ...(i < 30 ? { costUsd: 0.01 } : {}) } } }));
    at.put("partly.jsonl", jsonl(partly));
    at.put("partly.yaml", "models:\n  - {name: dear, price: {inputUsdPer1M: 1000, outputUsdPer1M: 1000}}\n  - {name: free, price: free}\ngates:\n  - {expression: costUsdPer1k <= 1e6, policy: recorded}\n");
    const ran = await at.inside("eval", "partly.jsonl", "-c", "partly.yaml", "-q", "--json", "-o", "partly-rows.jsonl");
    const report = ran.json();
    const live = policy(report, "recorded");
    expect(live.expected).toEqual(["costUsdPer1k"]);
    expect(report.gates[0]).toMatchObject({ verdict: "pass", n: 60 });
    expect(report.gates[0]?.observed).toBeCloseTo(live.costUsdPer1k?.mean as number, 3);
    const told = at.read("partly-rows.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as { policy: string; expected: boolean });
    expect(told.filter((row) => row.policy === "recorded").map((row) => row.expected)).toEqual(partly.map((_, i) => i >= 30));
  });

  test("route says that its figures are expected", async () => {
    await evaluate();
    const ran = await at.inside("route", "hello", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/mean of 300 expected prompts|mean of 29\d expected prompts/);
  });
});

test("without outcomes at all, prompts alone: two policies, shares and what moves", async () => {
  at.put("prompts.jsonl", jsonl(desk(100).map(({ outcomes: _outcomes, chosen: _chosen, ...row }) => row)));
  at.put("two.yaml", `
models: [{name: gpt-5-mini}, {name: gpt-5}]
policies:
  - {kind: rules, name: old, rules: [{when: meta.hardness > 0.5, model: gpt-5}], default: gpt-5-mini}
  - {kind: rules, name: new, rules: [{when: meta.hardness > 0.7, model: gpt-5}], default: gpt-5-mini}
`);
  const ran = await at.inside("eval", "prompts.jsonl", "-c", "two.yaml", "--json", "-q", "--resamples", "200");
  expect(ran.code, ran.stderr).toBe(0);
  const report = ran.json();
  expect(report.basis).toBe("decisions");
  expect(report.statistics.reference).toBe("old");
  expect(report.models[0]?.priceSource).toMatch(/@pydantic\/genai-prices: openai\/gpt-5-mini, as of 2026-\d\d-\d\d: \$0\.25 in, \$2 out per million tokens, at 400 tokens out, assumed/);
  expect(report.moved[0]?.flows).toEqual([{ from: "gpt-5", to: "gpt-5-mini", count: desk(100).filter((row) => row.meta.hardness > 0.5 && row.meta.hardness <= 0.7).length }]);
  const cost = policy(report, "gpt-5-mini").costUsdPer1k?.mean as number;
  expect(cost).toBeCloseTo(1000 * mean(desk(100).map((row) => (row.inputTokens * 0.25 + 400 * 2) / 1e6)), 9);
});

test("a log that gave grades for the chosen answers tells the live router's quality, and nobody else's", async () => {
  at.put("graded.jsonl", jsonl(desk(80).map(({ outcomes, chosen, ...row }) => ({ ...row, chosen, outcomes: { [chosen]: outcomes[chosen] } }))));
  const ran = await at.inside("eval", "graded.jsonl", "--no-config", "--json", "-q", "--resamples", "200");
  const report = ran.json();
  expect(policy(report, "recorded").quality).toMatchObject({ mean: mean(desk(80).map((row) => row.outcomes[row.chosen]?.quality as number)), n: 80 });
  expect(policy(report, "wren").quality.mean).toBeNull();
});
