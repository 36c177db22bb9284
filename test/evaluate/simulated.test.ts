import Database from "better-sqlite3";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { desk } from "../desk.ts";
import { folder, jsonl, policy, timeless } from "../wrp.ts";

const prompts = desk(200).map(({ outcomes: _outcomes, chosen: _chosen, ...row }) => row);
const CONFIG = `
datasets: [desk.jsonl]
models:
  - {name: near, trusted: true, price: {inputUsdPer1M: 0.1, outputUsdPer1M: 0.2}, simulated: {profile: llama-2-70b@groq, quality: 0.6}}
  - {name: far, guarded: true, price: {inputUsdPer1M: 2, outputUsdPer1M: 8}, simulated: {quality: 0.9, outputTokens: {p50: 100, p95: 300}, ttftMs: 200, tpotMs: 10, errorRate: 0.05}}
policies:
  - {kind: rules, name: house, rules: [{when: '"pii" in prompt.tags', model: near}], default: far}
`;
const at = folder({ "desk.jsonl": jsonl(prompts), "wrp.yaml": CONFIG });
const evaluate = async (...args: string[]) => {
  const ran = await at.inside("eval", ...args, "--json", "-q", "--resamples", "200");
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};
const stored = (what: string) => {
  const db = new Database(join(at.path, ".wrp/wrp.db"), { readonly: true });
  try {
    return db.prepare(`SELECT ${what} AS n FROM outcomes WHERE source_kind = 'simulated'`).pluck().get() as number;
  } finally {
    db.close();
  }
};

describe("a config of simulated models", () => {
  test("judges policies on prompts without outcomes, says so on every row, and keeps every answer once", async () => {
    const first = await evaluate();
    expect(first.timing.computed).toMatchObject({ answers: 400 });
    expect(stored("count(*)")).toBe(400);
    expect(first.models.map((m) => [m.name, m.simulated])).toEqual([["near", expect.stringContaining("llmperf-leaderboard")], ["far", "the config's own figures"]]);
    for (const p of first.policies) expect(p.simulated, p.name).toEqual(["quality", "costUsdPer1k", "latencyMs", "ttftMs", "errorRate"]);
    expect(policy(first, "house").privacy?.leakRate.mean).toBe(0);
    expect(policy(first, "far").privacy?.leakRate.mean).toBe(1);
    expect(policy(first, "far").errorRate.mean).toBeGreaterThan(0);

    const again = await evaluate();
    expect(again.timing.computed).toMatchObject({ answers: 0, grades: 0 });
    expect(timeless(again)).toEqual(timeless(first));
    const fresh = await evaluate("--fresh", "-j", "1");
    expect(timeless(fresh)).toEqual(timeless(first));
    expect(stored("count(*)")).toBe(400);
  });

  test("another seed draws other answers", async () => {
    const other = await evaluate("--seed", "2");
    expect(other.timing.computed.answers).toBe(400);
    expect(policy(other, "far").quality.mean).not.toBe(policy(await evaluate(), "far").quality.mean);
  });

  test("another price buys no new answer", async () => {
    const before = await evaluate();
    at.put("dear.yaml", CONFIG.replace("outputUsdPer1M: 8", "outputUsdPer1M: 80"));
    const after = await evaluate("-c", "dear.yaml");
    expect(after.timing.computed.answers).toBe(0);
    expect(policy(after, "far").quality).toEqual(policy(before, "far").quality);
    expect(policy(after, "far").costUsdPer1k?.mean).toBeGreaterThan(5 * (policy(before, "far").costUsdPer1k?.mean as number));
  });

  test("every form of the report says simulated", async () => {
    const forms = ["r.html", "r.md", "r.svg", "r.csv", "r.json", "d.jsonl", "d.decisions.csv"];
    const ran = await at.inside("eval", ...forms.flatMap((form) => ["-o", form]));
    expect(ran.code, ran.stderr).toBe(0);
    for (const text of [ran.stdout, ...forms.map((form) => at.read(form))]) expect(text).toContain("simulated");
    expect(at.read("d.jsonl").split("\n").filter(Boolean).every((line) => (JSON.parse(line) as { simulated: boolean }).simulated)).toBe(true);
  });

  test("training and test parts are simulated alike: what is held out was not drawn for it", async () => {
    const report = await evaluate("--split", "test");
    expect(report.models.map((m) => m.name)).toEqual(["near", "far"]);
    expect(report.warnings.join()).not.toContain("biased upward");
  });
});

test("recorded beside simulated: only what uses the simulated model is marked", async () => {
  at.put("recorded.jsonl", jsonl(desk(200)));
  at.put("both.yaml", `models: [{name: near, price: free, simulated: {quality: 0.5, outputTokens: 10, ttftMs: 10, tpotMs: 1}}]`);
  const report = await evaluate("recorded.jsonl", "-c", "both.yaml");
  expect(policy(report, "near").simulated.length).toBeGreaterThan(0);
  expect(policy(report, "heron").simulated).toEqual([]);
  expect(policy(report, "random").simulated.length).toBeGreaterThan(0);
  expect(policy(report, "near").costUsdPer1k?.mean).toBe(0);
});

test("hindsight of one seed's answers is never taken for another's", async () => {
  const files = { "p.jsonl": jsonl(desk(80).map(({ outcomes: _outcomes, chosen: _chosen, ...row }) => row)), "two.yaml": "models:\n  - {name: near, simulated: {quality: 0.6}}\n  - {name: far, simulated: {quality: 0.6}}\n" };
  const seeded = async (...seeds: string[]) => {
    const place = folder(files);
    let ran = await place.inside("eval", "p.jsonl", "-c", "two.yaml", "-q", "--json", "--resamples", "200", "--seed", seeds[0] as string);
    for (const seed of seeds.slice(1)) ran = await place.inside("eval", "p.jsonl", "-c", "two.yaml", "-q", "--json", "--resamples", "200", "--seed", seed);
    return policy(ran.json(), "oracle").quality.mean;
  };
  expect(await seeded("1", "2")).toBe(await seeded("2"));
});

describe("what cannot be simulated", () => {
  test("a model that the data has recorded", async () => {
    at.put("clash.yaml", `models: [{name: heron, simulated: llama-2-70b@groq}]`);
    const ran = await at.inside("eval", "recorded.jsonl", "-c", "clash.yaml");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toBe(
      `error: model "heron" is simulated in the config, but this workload has recorded outcomes of it\nhint: a simulated answer never stands in for a recorded one: give the simulated model a name of its own\n`,
    );
  });

  test.each([
    ["llama-9", /bad.yaml:2: unknown profile "llama-9"\nhint: known: llama-2-13b@anyscale/],
    ["{quality: 1.5}", /bad.yaml:2: .*/],
    ["{ttftMs: {p50: 9, p95: 1}}", /bad.yaml:2: .*/],
    ["{ttftMs: {quantiles: [[0.5, 9], [0.2, 10]]}}", /bad.yaml:2: .*/],
    ["{quality: {mean: 0.5, slices: [{when: 'prompt. ==', mean: 1}]}}", /bad.yaml:2: CEL expression/],
    ["{latency: 5}", /bad.yaml:2: .*/],
  ])("%s", async (profile, message) => {
    at.put("bad.yaml", `models:\n  - {name: near, simulated: ${profile}}\n`);
    const ran = await at.inside("eval", "desk.jsonl", "-c", "bad.yaml");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
  });
});
