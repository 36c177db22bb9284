import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const FAST = ["--resamples", "200"];
const ROWS = Array.from({ length: 30 }, (_, i) => ({ id: `p${i}`, prompt: `${i} + 1`, reference: String(i + 1), grader: "numeric" }));

/** Answers sums after 20 ms; as many tokens as the prompt's number, and ten more. */
let server: Serving;
beforeAll(async () => {
  server = await serving((response) => {
    const { messages } = (server.requests.at(-1) as Serving["requests"][number]).body as { messages: { content: string }[] };
    const n = Number.parseInt((messages.at(-1) as { content: string }).content, 10);
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ model: "m", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: String(n + 1) } }], usage: { prompt_tokens: 9, completion_tokens: n + 10 } }));
    }, 20);
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const live = (price: string, more = "") => `datasets: [sums.jsonl]
models:
  - {name: mine, live: {url: "${server.url}/v1", concurrency: 4${more}}, price: ${price}}
  - {name: paid, live: {url: "${server.url}/v1", model: other, concurrency: 4}, price: {inputUsdPer1M: 1, outputUsdPer1M: 2}}
`;
const desk = (price: string, rows: readonly unknown[] = ROWS): Folder => folder({ "sums.jsonl": jsonl(rows), "wrp.yaml": live(price) });
const priceSource = (report: Report, model = "mine") => report.models.find(({ name }) => name === model)?.priceSource ?? "";

/** Mean output tokens of the first n prompts. */
const meanTokens = (n: number) => 10 + (n - 1) / 2;

/** Tokens and busy seconds of the model in the store, in its own way: by walking through begins and ends. */
function served(at: Folder): { tokens: number; seconds: number; stored: number } {
  const db = new Database(join(at.path, ".wrp/wrp.db"), { readonly: true });
  try {
    const rows = db.prepare("SELECT t.started_at, t.end_ms, t.output_tokens, a.cost_usd FROM tries t JOIN answers a ON a.id = t.answer_id JOIN models m ON m.id = a.model_id WHERE m.name = 'mine'").all() as { started_at: string; end_ms: number; output_tokens: number; cost_usd: number | null }[];
    const moments = rows.flatMap(({ started_at, end_ms }) => [[Date.parse(started_at), 1], [Date.parse(started_at) + end_ms, -1]] as [number, number][]).toSorted(([a, x], [b, y]) => a - b || y - x);
    let [open, ms] = [0, 0];
    for (const [k, [at_, step]] of moments.entries()) {
      if (open > 0) ms += at_ - (moments[k - 1] as [number, number])[0];
      open += step;
    }
    return { tokens: rows.reduce((sum, row) => sum + row.output_tokens, 0), seconds: ms / 1000, stored: rows.filter(({ cost_usd }) => cost_usd !== null).length };
  } finally {
    db.close();
  }
}

describe("a live model that is paid by the GPU hour", () => {
  test("costs what its measured tokens per second make of the hour; the next run, offline, says the same", async () => {
    const at = desk("{gpuHourUsd: 3.6, gpus: 2}");
    const ran = await at.inside("eval", "--live", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    const { tokens, seconds, stored } = served(at);
    expect(tokens).toBe(30 * meanTokens(30));
    expect(stored).toBe(0);
    // 0.002 USD a second: what all answers cost together is what the busy time cost.
    expect(policy(report, "mine").costUsdPer1k?.mean).toBeCloseTo((1000 * 0.002 * seconds) / 30, 9);
    expect(policy(report, "mine").costUsdPer1k?.ci).not.toBeNull();
    expect(priceSource(report)).toMatch(/^config: \$3\.6 per GPU hour × 2 GPUs at [\d,.]+ output tokens per second, measured over 30 answers with [\d.]+ calls in flight on average: \$[\d.]+ per million output tokens/);
    expect(report.models.find(({ name }) => name === "mine")?.priced).toBe(30);
    expect(ran.stderr).toContain("GPU hours are not known before its answers are measured; paid by the hour: nothing is held, no cap counts it");
    expect(ran.stderr).toContain("(the GPU hours of mine are not in it)");
    // 9 tokens in, at 1 USD.
    expect(report.timing.live?.spentUsd).toBeCloseTo((30 * (9 + 2 * meanTokens(30))) / 1e6, 12);
    const again = await at.inside("eval", "--json", "-q", ...FAST);
    expect(timeless(again.json())).toEqual(timeless(report));
    const html = await at.inside("report", "-o", "out.html");
    expect(html.code, html.stderr).toBe(0);
    expect(at.read("out.html")).toContain("per GPU hour");
  });

  test("below 20 answers its cost is unknown, and that is said; with more of them the same store says it", async () => {
    const at = desk("{gpuHourUsd: 0.0001}", ROWS.slice(0, 19));
    const few = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(few.code, few.stderr).toBe(0);
    expect(policy(few.json(), "mine").costUsdPer1k?.mean ?? null).toBeNull();
    expect(few.json().warnings.join("\n")).toContain(`what mine costs is not known yet: it is paid by the GPU hour, and its tokens per second are measured over 20 answers and 200 output tokens or more (so far 19 and ${19 * meanTokens(19)})`);
    // Both are always right: the tie goes to the one whose cost is known, and later to the one that costs next to nothing.
    expect(policy(few.json(), "oracle").costUsdPer1k?.mean).toBe(policy(few.json(), "paid").costUsdPer1k?.mean);
    expect(priceSource(few.json())).toContain("too few yet (19 with 361 tokens)");
    at.put("more.jsonl", jsonl(ROWS.slice(19, 20)));
    await at.inside("eval", "more.jsonl", "--live", "-q", ...FAST);
    const now = (await at.inside("eval", "--json", "-q", ...FAST)).json();
    expect(policy(now, "mine").costUsdPer1k?.mean).toBeGreaterThan(0);
    expect(policy(now, "oracle").costUsdPer1k?.mean).toBe(policy(now, "mine").costUsdPer1k?.mean);
    expect(priceSource(now)).toContain("measured over 20 answers");
  });

  test("a stated rate needs no measuring, is estimated before a call, and another price asks nothing anew", async () => {
    const at = desk("{gpuHourUsd: 3.6, gpus: 0.5, outputTokensPerSecond: 500}", ROWS.slice(0, 3));
    const dry = await at.inside("eval", "--dry-run", "--max-cost", "1", "--json");
    const { estimate } = dry.json<{ estimate: { model: string; costUsd: number; mostUsd: number; gpu: { hours: number } | null }[] }>();
    // Three answers of 400 tokens, as assumed.
    expect(estimate[0]).toMatchObject({ model: "mine", mostUsd: 0 });
    expect(estimate[0]?.gpu?.hours).toBeCloseTo((1200 / 500 / 3600) * 0.5, 12);
    expect(estimate[0]?.costUsd).toBeCloseTo((1200 / 500 / 3600) * 0.5 * 3.6, 12);
    expect(estimate[1]?.gpu).toBeNull();
    const first = await at.inside("eval", "--live", "--json", "--max-cost", "1", ...FAST);
    expect(first.code, first.stderr).toBe(0);
    expect(policy(first.json(), "mine").costUsdPer1k?.mean).toBeCloseTo((1000 * 11 * 0.0005) / 500, 12);
    expect(priceSource(first.json())).toBe("config: $3.6 per GPU hour × 0.5 GPUs at 500 output tokens per second, stated: $1 per million output tokens, input in it; intervals take that rate as given");
    at.put("wrp.yaml", live("{gpuHourUsd: 7.2, gpus: 0.5, outputTokensPerSecond: 500}"));
    const second = await at.inside("eval", "--json", "-q", ...FAST);
    expect(policy(second.json(), "mine").costUsdPer1k?.mean).toBeCloseTo((1000 * 11 * 0.001) / 500, 12);
    expect((await at.inside("runs", "show", "latest")).stdout.replace(/\s+/g, " ")).toContain("$7.2 per GPU hour × 0.5 GPUs at 500 output tokens per second");
  });

  test("no money is held for it: a cap that holds nothing else calls all of it", async () => {
    const at = folder({ "sums.jsonl": jsonl(ROWS.slice(0, 5)), "wrp.yaml": live("{gpuHourUsd: 1000}").split("\n").slice(0, 3).join("\n") });
    const ran = await at.inside("eval", "--live", "--json", "--max-cost", "0.000001", ...FAST);
    expect(ran.json().timing.live).toMatchObject({ spentUsd: 0, models: [{ model: "mine", answered: 5, notCalled: 0 }] });
    expect((await at.inside("eval", "--dry-run")).stdout).toMatch(/^estimate:\n/);
  });
});

describe("answers that nobody was called for", () => {
  const recorded = ROWS.slice(0, 4).map(({ id, prompt }) => ({ id, prompt, outcomes: { mine: { quality: 1, outputTokens: 100 }, other: { quality: 0, costUsd: 0.01 } } }));
  const stated = "{gpuHourUsd: 3.6, outputTokensPerSecond: 250}";

  test("recorded ones with output tokens are priced at the stated rate, input tokens or none", async () => {
    const at = folder({ "data.jsonl": jsonl(recorded), "wrp.yaml": `models: [{name: mine, price: ${stated}}]` });
    const report = (await at.inside("eval", "data.jsonl", "--json", ...FAST)).json();
    expect(policy(report, "mine").costUsdPer1k?.mean).toBeCloseTo((1000 * 100 * 0.001) / 250, 9);
    expect(priceSource(report)).toMatch(/^recorded in the data, else config: \$3\.6 per GPU hour at 250 output tokens per second, stated/);
  });

  test("simulated ones at the stated rate, else at what the profile measured", async () => {
    const at = folder({ "data.jsonl": jsonl(recorded), "wrp.yaml": `models: [{name: drawn, price: ${stated}, simulated: {quality: 0.5, outputTokens: 50, outputTokensPerSecond: 10}}]` });
    const costs = async () => policy((await at.inside("eval", "data.jsonl", "--json", ...FAST)).json(), "drawn").costUsdPer1k?.mean;
    expect(await costs()).toBeCloseTo((1000 * 50 * 0.001) / 250, 9);
    at.put("wrp.yaml", "models: [{name: drawn, price: {gpuHourUsd: 3.6}, simulated: {quality: 0.5, outputTokens: 50, outputTokensPerSecond: 100}}]");
    expect(await costs()).toBeCloseTo((1000 * 50 * 0.001) / 100, 9);
  });

  test("a probe writes tokens per second of every concurrency, and the price", async () => {
    const at = desk("{gpuHourUsd: 3.6}");
    const ran = await at.inside("pool", "probe", "mine", "--concurrency", "1,4", "--calls", "8", "--prompts", "sums.jsonl", "--cached", "-o", "probe.json", "--max-cost", "1");
    expect(ran.code, ran.stderr).toBe(0);
    const profile = JSON.parse(at.read("probe.json")) as { outputTokensPerSecond: number; throughput: { concurrency: number; outputTokensPerSecond: number }[]; price: unknown };
    expect(profile.throughput.map(({ concurrency }) => concurrency)).toEqual([1, 4]);
    expect(profile.outputTokensPerSecond).toBe(profile.throughput[0]?.outputTokensPerSecond);
    expect(profile.price).toEqual({ gpuHourUsd: 3.6 });
    at.put("wrp.yaml", "models: [{name: drawn, simulated: {profile: ./probe.json, quality: 0.9}}]");
    at.put("data.jsonl", jsonl(recorded));
    const report = (await at.inside("eval", "data.jsonl", "--json", ...FAST)).json();
    expect(policy(report, "drawn").costUsdPer1k?.mean).toBeGreaterThan(0);
    expect(priceSource(report, "drawn")).toMatch(/^simulated tokens at config: \$3\.6 per GPU hour at [\d,.]+ output tokens per second, as its profile has it/);
  });
});

describe("what is no price by the hour", () => {
  test.each([
    ["{gpuHourUsd: 0}", '"models.0.price.gpuHourUsd" must be a number > 0; a model that really costs nothing has price: free (got 0)'],
    ["{gpuHourUsd: 2, gpus: 0}", '"models.0.price.gpus" must be a number > 0 (got 0)'],
    ["{gpuHourUsd: 2, outputTokensPerSecond: -1}", '"models.0.price.outputTokensPerSecond" must be a number > 0 (got -1)'],
    ["{gpuHourUsd: 2, gpu: 2}", 'unknown key "gpu"'],
    ["{inputUsdPer1M: 2}", '"models.0.price.outputUsdPer1M" must be a number'],
    ["{gpuHourUsd: 2}", 'model "mine" is paid by the GPU hour, and nothing tells its output tokens per second'],
  ])("%s", async (price, message) => {
    const at = folder({ "data.jsonl": jsonl([{ prompt: "a", outcomes: { mine: { quality: 1 } } }]), "wrp.yaml": `models:\n  - name: mine\n    price: ${price}\n` });
    const ran = await at.inside("eval", "data.jsonl");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain("wrp.yaml:3");
  });
});

describe("a body that takes the limit of an answer out", () => {
  const body = (fields: string) => live("free").replace("model: other,", `model: other, settings: {body: {${fields}}},`);

  test.each(["max_tokens: null", "max_completion_tokens: null"])("%s: refused under a cap, and without one there is no upper end", async (fields) => {
    const at = folder({ "sums.jsonl": jsonl(ROWS.slice(0, 2)), "wrp.yaml": body(fields) });
    const capped = await at.inside("eval", "--live", "--max-cost", "1");
    expect(capped.code).toBe(2);
    expect(capped.stderr).toContain("the body of paid takes the limit out of its answers' length: a cap on cost cannot hold");
    const dry = await at.inside("eval", "--dry-run");
    expect(dry.stdout).toMatch(/^estimate:\n/);
    expect(dry.stdout).toContain("without an upper end");
  });

  test("a number in its place is a limit", async () => {
    const at = folder({ "sums.jsonl": jsonl(ROWS.slice(0, 2)), "wrp.yaml": body("max_tokens: null, max_completion_tokens: 20") });
    expect((await at.inside("eval", "--dry-run", "--max-cost", "1")).code).toBe(0);
  });
});
