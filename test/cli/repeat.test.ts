import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, timeless } from "../wrp.ts";

const FAST = ["--resamples", "200"];
const ROWS = Array.from({ length: 12 }, (_, i) => ({ id: `p${i}`, prompt: `${i} + 1`, reference: String(i + 1), grader: "numeric" }));

/**
 * Is wrong at its first answer to every prompt with an even number, right at all others; at its third answer to prompt 5 it fails. Every
 * answer is as many tokens as its number among the answers to its prompt.
 */
let server: Serving;
const before = new Map<string, number>();
const seeds: unknown[] = [];
beforeAll(async () => {
  server = await serving((response) => {
    const { messages, seed } = (server.requests.at(-1) as Serving["requests"][number]).body as { messages: { content: string }[]; seed?: number };
    const text = (messages.at(-1) as { content: string }).content;
    const n = Number.parseInt(text, 10);
    const time = (before.get(text) ?? 0) + 1;
    before.set(text, time);
    seeds.push(seed);
    if (n === 5 && time === 3) return void response.writeHead(400, { "content-type": "application/json" }).end('{"error":{"message":"no more of this"}}');
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ model: "m", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: String(time === 1 && n % 2 === 0 ? 0 - n - 5 : n + 1) } }], usage: { prompt_tokens: 9, completion_tokens: time } }));
  });
});
afterAll(() => server[Symbol.asyncDispose]());

function desk(settings = "") {
  before.clear();
  seeds.length = 0;
  server.requests.splice(0);
  return folder({
    "sums.jsonl": jsonl(ROWS),
    "wrp.yaml": `datasets: [sums.jsonl]\nmodels:\n  - {name: m, live: {url: "${server.url}/v1", concurrency: 1, retries: 0${settings}}, price: {inputUsdPer1M: 0, outputUsdPer1M: 1000}}\n`,
  });
}

describe("wrp eval --repeat", () => {
  test("asks for as many answers a prompt, and a prompt's figures are their means", async () => {
    const at = desk();
    const live = await at.inside("eval", "--live", "--repeat", "3", "--json", ...FAST);
    expect(live.code, live.stderr).toBe(0);
    expect(live.stderr).toContain("m: 36 calls");
    expect(server.requests).toHaveLength(36);
    const report = live.json();
    const m = policy(report, "m");
    // Six prompts of 12 with one answer of three wrong.
    expect(m.quality).toMatchObject({ n: 12, mean: expect.closeTo((6 * (2 / 3) + 6) / 12, 12) });
    // Tokens 1, 2, 3; prompt 5's third failed and cost nothing.
    expect(m.costUsdPer1k?.mean).toBeCloseTo((11 * 2 + 1) / 12 * 1, 9);
    expect(m.errorRate.mean).toBeCloseTo(1 / 36, 12);
    expect(report.models[0]).toMatchObject({ failed: 1, graded: 12, spread: { answersPerPrompt: 3, quality: { n: 12 } } });
    expect(live.stderr + report.warnings.join("\n")).toContain("1 of 36 calls of m failed");

    const spread = report.models[0]?.spread?.quality;
    // Within: six prompts of 1, 1, 0 (deviations 2/3 each), over 35 answers less 12 prompts.
    expect(spread?.withinSd.value).toBeCloseTo(Math.sqrt((6 * (2 / 3)) / (35 - 12)), 12);
    expect(spread?.withinSd.ci?.[0]).toBeLessThan(spread?.withinSd.value ?? 0);
    expect(report.statistics.method).toContain("means of up to 3 answers");

    const told = await at.inside("eval", "--repeat", "3", ...FAST);
    expect(told.stdout).toMatch(/spread\s+m, 3 answers a prompt, standard deviations: quality 0\.4\d+/);
    const replay = await at.inside("eval", "--repeat", "3", "--json", ...FAST);
    expect(timeless(replay.json())).toEqual(timeless(report));
    expect((await at.inside("report", "--json")).json<Report>().models).toEqual(report.models);
    expect(server.requests).toHaveLength(36);
  });

  test("one answer is asked for where one is stored, and the first is the one that a run without it has", async () => {
    const at = desk();
    await at.inside("eval", "--live", "-q", ...FAST);
    expect(server.requests).toHaveLength(12);
    const more = await at.inside("eval", "--live", "--repeat", "2", "--json", ...FAST);
    expect(more.code, more.stderr).toBe(0);
    expect(more.stderr).toContain("m: 12 calls (12 answers stored)");
    expect(server.requests).toHaveLength(24);
    expect(policy(more.json(), "m").quality.mean).toBeCloseTo(0.75, 12);
    const one = await at.inside("eval", "--json", ...FAST);
    expect(policy(one.json(), "m").quality.mean).toBeCloseTo(0.5, 12);
    expect(one.json().models[0]?.spread).toBeUndefined();
    const three = await at.inside("eval", "--json", "--repeat", "3", ...FAST);
    expect(three.json().warnings.join("\n")).toContain("m has 12 of 36 answers to 12 prompts not stored: --live asks for them");
    const db = new Database(join(at.path, ".wrp/wrp.db"), { readonly: true });
    expect(db.prepare("SELECT sample, count(*) AS n FROM answers GROUP BY sample").all()).toEqual([{ sample: 0, n: 12 }, { sample: 1, n: 12 }]);
    db.close();
  });

  test("a stated seed is raised by one with every answer; events name the answer", async () => {
    const at = desk(", settings: {seed: 40}");
    const live = await at.inside("eval", "--live", "--repeat", "2", "--jsonl", ...FAST);
    expect([...new Set(seeds)].toSorted()).toEqual([40, 41]);
    const events = live.stdout.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ type }) => type === "outcome");
    expect(events.map(({ sample }) => sample).toSorted()).toEqual([...Array<number>(12).fill(0), ...Array<number>(12).fill(1)]);
  });

  test("where failures are refusals a failed answer is worth 0 beside the others", async () => {
    const at = desk();
    const live = await at.inside("eval", "--live", "--repeat", "3", "--missing", "failure-is-refusal", "--json", ...FAST);
    expect(policy(live.json(), "m").quality.mean).toBeCloseTo((6 * (2 / 3) + 5 + 2 / 3) / 12, 12);
  });

  test("failed answers alone are asked anew by --retry-failed", async () => {
    const at = desk();
    await at.inside("eval", "--live", "--repeat", "3", "-q", ...FAST);
    const again = await at.inside("eval", "--live", "--repeat", "3", "--retry-failed", "--json", ...FAST);
    expect(server.requests).toHaveLength(37);
    expect(again.json().models[0]).toMatchObject({ failed: 0 });
    expect(policy(again.json(), "m").quality.mean).toBeCloseTo(10 / 12, 12);
  });

  test("goodput and latency count every answer", async () => {
    const at = folder({
      "p.jsonl": jsonl(ROWS),
      "wrp.yaml": "datasets: [p.jsonl]\nmodels:\n  - {name: s, simulated: {quality: 0.6, ttftMs: 100, tpotMs: {p50: 10, p95: 40}, outputTokens: 50, errorRate: 0.2}, price: free}\n",
    });
    const of = async (...args: string[]) => policy((await at.inside("eval", "--json", "--slo", "latencyMs=600", ...FAST, ...args)).json(), "s");
    const [one, many] = [await of(), await of("--repeat", "40")];
    expect(many.latencyMs?.n).toBe(12);
    // Means of forty would all lie near 750; the answers themselves do not.
    expect(many.latencyMs?.p95.value).toBeGreaterThan(1500);
    expect(many.goodput?.mean).toBeGreaterThan(0.2);
    expect(many.goodput?.mean).toBeLessThan(0.6);
    expect(many.errorRate.mean).toBeCloseTo(0.2, 1);
    expect(new Set([one.quality.mean, many.quality.mean]).size).toBe(2);
  });

  test("a cascade's call gets one of the answers; one that goes by their agreement pays for all and gives what most of them say", async () => {
    const at = desk();
    at.put("sums.jsonl", jsonl(ROWS.map((row) => ({ ...row, outcomes: { big: { quality: 1, costUsd: 0.5 } } }))));
    const flags = ["cascade(name=one,models=[m,big],stop=grader)", "cascade(name=agreed,models=[m,big],stop=selfConsistency,threshold=0.6)", "cascade(name=all,models=[m,big],stop=selfConsistency,threshold=1)"].flatMap((flag) => ["--policy", flag]);
    const ran = await at.inside("eval", "--live", "--repeat", "3", "--json", ...FAST, ...flags);
    expect(ran.code, ran.stderr).toBe(0);
    const [one, agreed, all] = ["one", "agreed", "all"].map((name) => policy(ran.json(), name)) as [Report["policies"][number], Report["policies"][number], Report["policies"][number]];
    // Six prompts of 12 with one answer of three wrong, and one prompt with a third that failed.
    expect([one.quality.mean, one.share["m"]?.mean]).toEqual([1, expect.closeTo((5 + 2 / 3 + 6 * (2 / 3)) / 12, 12)]);
    expect(one.costUsdPer1k?.mean).toBeCloseTo((1000 * (11 * 0.002 + 0.001 + (1 / 3 + 6 / 3) * 0.5)) / 12, 9);
    expect(one.calls?.byModel["m"]).toBeCloseTo(1, 12);
    expect([agreed.quality.mean, agreed.share["m"]?.mean, agreed.calls?.perPrompt.mean]).toEqual([1, 1, 3]);
    expect(agreed.costUsdPer1k?.mean).toBeCloseTo((1000 * (11 * 0.006 + 0.003)) / 12, 9);
    expect(all.share["m"]?.mean).toBeCloseTo(5 / 12, 12);
    expect(all.calls?.byModel).toEqual({ m: 3, big: expect.closeTo(7 / 12, 12) });
    expect((await at.inside("compare", "agreed", "all", "--json")).code).toBe(0);
    const once = await at.inside("eval", "--live", "--json", ...FAST, ...flags.slice(2, 4));
    expect([once.code, once.json().warnings.join("\n")]).toEqual([expect.any(Number), expect.stringContaining("goes by how many answers agree, and m has one answer to each prompt here")]);
  });

  test.each(["0", "101", "1.5", "x"])("--repeat %s is refused", async (k) => {
    const ran = await desk().inside("eval", "--repeat", k, ...FAST);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("--repeat");
  });
});
