import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, timeless, type Folder, type Ran } from "../wrp.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const FAST = ["--resamples", "200"];
const WORDS = "and then, because it matters so much to all of us, ";
/** Every fourth question is long. Recorded: big has all right, small those that are short; every fifth is about personal data. */
const ROWS = Array.from({ length: 40 }, (_, i) => ({
  id: `p${i}`,
  prompt: `${i} + 1${i % 4 === 0 ? ` ${WORDS}` : ""}`,
  reference: String(i + 1),
  grader: "numeric",
  tags: i % 5 === 0 ? ["pii"] : [],
  outcomes: { big: { quality: 1, costUsd: 0.002, latencyMs: 900 }, small: { quality: i % 4 === 0 ? 0 : 1, costUsd: 0.0001, latencyMs: 200 } },
}));
const LONG = ROWS.filter((_, i) => i % 4 === 0).length;

/** How the router answers: by what it names, and where. */
const router = { says: "header" as "header" | "body", big: "Qwen/Qwen3-32B", small: "small", status: 200 };
let server: Serving;
/** Sends long questions to the big model; nine tokens in, five out. The small model cannot do those from 30 on. */
beforeAll(async () => {
  server = await serving((response) => {
    const { messages } = (server.requests.at(-1) as Serving["requests"][number]).body as { messages: { content: string }[] };
    const { content } = messages.at(-1) as { content: string };
    const n = Number.parseInt(content, 10);
    const isLong = content.includes(WORDS);
    const model = isLong ? router.big : router.small;
    if (router.status !== 200) return void response.writeHead(router.status, { "content-type": "application/json" }).end('{"error":{"message":"no upstream"}}');
    const headers = router.says === "header" ? { "x-vsr-selected-model": model, "x-vsr-selected-decision": isLong ? "long_context" : "general" } : {};
    response.writeHead(200, { "content-type": "application/json", ...headers });
    response.end(
      JSON.stringify({
        model: router.says === "body" ? model : "auto",
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: `The answer is ${!isLong && n >= 30 ? n : n + 1}` } }],
        usage: { prompt_tokens: 9, completion_tokens: 5 },
      }),
    );
  });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  Object.assign(router, { says: "header", big: "Qwen/Qwen3-32B", small: "small", status: 200 });
  server.requests.length = 0;
});

const PRICES = { big: "price: {inputUsdPer1M: 10, outputUsdPer1M: 20}", small: "price: {inputUsdPer1M: 1, outputUsdPer1M: 2}" };
const [BIG, SMALL] = [9 * 10 + 5 * 20, 9 * 1 + 5 * 2].map((microUsd) => microUsd / 1000) as [number, number];
const HOUSE = `  - {kind: rules, name: house, rules: [{when: 'prompt.text.size() > 20', model: big}], default: small}`;

const remoteLine = (more = "serves: {Qwen/Qwen3-32B: big}") => `  - {kind: remote, name: production, live: router, ${more}}`;
function config(policies: string, models = `  - {name: big, ${PRICES.big}, trusted: true}\n  - {name: small, ${PRICES.small}}`): string {
  return `datasets: [sums.jsonl]
backends:
  router: {url: "${server.url}/v1", concurrency: 4, retries: 0, settings: {maxOutputTokens: 50}}
models:
${models}
policies:
${policies}
`;
}

const desk = (policies = `${HOUSE}\n${remoteLine()}`, rows: readonly unknown[] = ROWS): Folder => folder({ "sums.jsonl": jsonl(rows), "wrp.yaml": config(policies) });
const production = (ran: Ran) => policy(ran.json(), "production");
const inOneLine = ({ stdout, stderr }: Ran) => `${stdout}${stderr}`.replace(/\s+/g, " ");

describe("a remote policy", () => {
  test("is asked for its own answers, which have their own quality, cost, latency and shares", async () => {
    const at = desk();
    const ran = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.requests.map(({ body }) => body["model"])).toEqual(ROWS.map(() => "auto"));
    const row = production(ran);
    expect(row).toMatchObject({ kind: "remote", control: false, quality: { n: 40 }, errorRate: { mean: 0, n: 40 } });
    // Wrong: the short ones from 30 on.
    const wrong = ROWS.filter((_, i) => i % 4 !== 0 && i >= 30).length;
    expect(row.quality.mean).toBeCloseTo(1 - wrong / 40, 9);
    expect(row.costUsdPer1k?.mean).toBeCloseTo((LONG * BIG + (40 - LONG) * SMALL) / 40, 9);
    expect(row.latencyMs?.n).toBe(40);
    expect(row.latencyMs?.p50.value).toBeLessThan(200);
    expect(Object.fromEntries(Object.entries(row.share).map(([name, { mean }]) => [name, mean]))).toEqual({ big: 0.25, small: 0.75 });
    expect(row.share["big"]?.ci).not.toBeNull();
    expect(row.remote?.decisions).toMatchObject([
      { name: "general", prompts: 30, share: { mean: 0.75 }, quality: { n: 30 } },
      { name: "long_context", prompts: 10, share: { mean: 0.25 }, quality: { mean: 1 } },
    ]);
    // Sensitive prompts that went to a model not marked trusted: short ones, of every fifth.
    expect(row.privacy?.leakRate.mean).toBeCloseTo(ROWS.filter((_, i) => i % 5 === 0 && i % 4 !== 0).length / 8, 9);
    const report = ran.json();
    expect(report.models.map(({ name }) => name)).toEqual(["big", "small"]);
    expect(report.policies.filter(({ kind }) => kind === "always").map(({ name }) => name)).toEqual(["big", "small"]);
    expect(report.comparisons.map(({ a, b, metric }) => `${a}/${b}/${metric}`)).toContain("production/house/quality");
    // It goes where house goes, but the answers are its own.
    expect(report.moved.find(({ b }) => b === "production")).toMatchObject({ a: "house", count: 0, n: 40 });
    expect(report.timing.live).toMatchObject({ models: [{ model: "production", answered: 40, failed: 0 }] });

    const shown = await at.inside("eval", ...FAST);
    expect(inOneLine(shown)).toContain("a live router, served by small 75.0 %");
    expect(inOneLine(shown)).toContain("by its decision: general 75.0 % (quality 0.7333), long_context 25.0 % (quality 1.0000)");
    expect((await at.inside("eval", "-q", "-o", "r.html", "-o", "d.jsonl", ...FAST)).code).toBe(0);
    expect(at.read("r.html")).toContain("by its decision: general");
    const decisions = at.read("d.jsonl").trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>).filter((one) => one["policy"] === "production");
    expect(decisions[0]).toMatchObject({ id: "p0", model: "big", rule: "long_context", quality: 1, costUsd: BIG / 1000 });
  });

  test("gives the same report from the store, in another process, after an export, and compares with others", async () => {
    const at = desk();
    const live = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    server.requests.length = 0;
    for (const again of [["--live"], ["--fresh"], []]) {
      const replay = await at.inside("eval", "--json", "-q", ...FAST, ...again);
      expect(replay.code, replay.stderr).toBe(0);
      expect(timeless(replay.json())).toEqual(timeless(live.json()));
    }
    expect(server.requests).toEqual([]);
    expect((await at.wrp("report", "--json")).json<Report>().policies).toEqual(live.json().policies);
    const compared = await at.wrp("compare", "production", "house", "--json");
    expect(compared.code, compared.stderr).toBe(0);
    expect(compared.json<{ moved: { count: number } }>().moved.count).toBe(0);
    await at.inside("runs", "export", live.json().run.id, "-o", "run.jsonl");
    const there = folder({ "run.jsonl": at.read("run.jsonl") });
    expect((await there.inside("runs", "import", "run.jsonl")).code).toBe(0);
    expect((await there.inside("report", "--json")).json<Report>().policies).toEqual(live.json().policies);
  });

  test("what the model says in its body alone is who served", async () => {
    Object.assign(router, { says: "body", big: "big-2026" });
    const ran = await desk(remoteLine("serves: {big-2026: big}")).inside("eval", "--live", "--json", "-q", ...FAST);
    expect(Object.keys(production(ran).share).toSorted()).toEqual(["big", "small"]);
    expect(production(ran).costUsdPer1k?.mean).toBeCloseTo((LONG * BIG + (40 - LONG) * SMALL) / 40, 9);
    expect(production(ran).remote?.decisions).toEqual([]);
  });

  test("a header of the user's choice names it; one that may hold a secret is refused", async () => {
    const at = desk(remoteLine("serves: {general: small, long_context: big}, chosenBy: X-VSR-Selected-Decision"));
    expect(Object.fromEntries(Object.entries(production(await at.inside("eval", "--live", "--json", "-q", ...FAST)).share).map(([name, { mean }]) => [name, mean]))).toEqual({ big: 0.25, small: 0.75 });
    at.put("wrp.yaml", config(remoteLine("chosenBy: x-auth-token")));
    const refused = await at.inside("eval", ...FAST);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/wrp\.yaml:8.*"x-auth-token" may hold a secret/s);
  });

  test("leaves controls, models, hull and sweeps as they are", async () => {
    const [withIt, without] = [desk(), desk(HOUSE)];
    const [a, b] = [await withIt.inside("eval", "--live", "--json", "-q", ...FAST), await without.inside("eval", "--json", "-q", ...FAST)].map((ran) => ran.json());
    const own = ({ policies }: Report) => policies.filter(({ name }) => name !== "production").map(({ onFrontier: _front, dominatedBy: _by, costMatchedMix, ...row }) => ({ ...row, mix: costMatchedMix && { ...costMatchedMix, simultaneousCi: null, verdict: null } }));
    expect(own(a as Report)).toEqual(own(b as Report));
    for (const part of ["models", "sweeps", "metrics", "workload", "slices"] as const) {
      const [mine, theirs] = [a, b].map((report) => (part === "slices" ? report?.slices.map((slice) => ({ ...slice, policies: slice.policies.filter(({ name }) => name !== "production") })) : part === "metrics" ? { ...report?.metrics, hypervolume: null } : report?.[part]));
      expect(mine).toEqual(theirs);
    }
  });

  test("prompts that it did not answer keep nothing else out of the comparison", async () => {
    const at = desk();
    const first = await at.inside("eval", "--live", "-q", "--where", 'prompt.text.size() > 20', "--json", ...FAST);
    expect(production(first).quality.n).toBe(LONG);
    const rest = await at.inside("eval", "--json", "-q", ...FAST);
    expect(rest.json().workload).toMatchObject({ prompts: 40, missing: 0 });
    expect(policy(rest.json(), "house").quality.n).toBe(40);
    expect(production(rest)).toMatchObject({ quality: { n: LONG, mean: 1 }, share: { big: { mean: 1 } } });
    expect(rest.json().warnings).toEqual(expect.arrayContaining(["production has no stored answer to 30 of 40 prompts: --live asks for them", expect.stringContaining(`production decides on ${LONG} of 40 compared prompts`)]));
  });

  test("the cap is hard: a call is held at the dearest that it may serve", async () => {
    const at = desk();
    const dry = await at.inside("eval", "--live", "--dry-run", "--json");
    const { estimate } = dry.json<{ estimate: { model: string; calls: number; mostUsd: number; mostUsdACall: number; priceSource: string }[] }>();
    expect(estimate).toMatchObject([{ model: "production", calls: 40, priceSource: expect.stringContaining("the dearest that it may serve (big, small)") as string }]);
    expect(estimate[0]?.mostUsdACall).toBeGreaterThan((50 * 20) / 1e6);
    expect(server.requests).toEqual([]);
    const cap = 1.05 * (estimate[0]?.mostUsdACall ?? 0);
    const ran = await at.inside("eval", "--live", "--json", "-q", "--max-cost", String(cap), ...FAST);
    expect(ran.code).toBe(3);
    expect(ran.json().timing.live?.spentUsd).toBeLessThanOrEqual(cap);
    expect(production(ran).quality.n).toBeLessThan(40);
    expect(production(ran).quality.n).toBeGreaterThan(0);
    expect(ran.json().warnings.join("\n")).toMatch(/production has no outcome of \d+ of 40 prompts: the cost cap is reached/);
    expect((await at.inside("eval", "--live", "-q", ...FAST)).code).toBe(0);
  });

  test("under a cap, a router that may serve what has no price is refused before any call", async () => {
    const at = desk(remoteLine("serves: {Qwen/Qwen3-32B: huge-private-model}"));
    const refused = await at.inside("eval", "--live", "--max-cost", "1", ...FAST);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("no price of production is known: a cap on cost cannot hold");
    at.put("wrp.yaml", config(remoteLine("price: {inputUsdPer1M: 3, outputUsdPer1M: 3}")));
    const own = await at.inside("eval", "--live", "--max-cost", "1", "--json", "-q", ...FAST);
    expect(production(own).costUsdPer1k?.mean).toBeCloseTo((14 * 3) / 1000, 9);
  });

  test("what nothing prices has no known cost, is named, and is priced from the store once serves says what it is", async () => {
    router.big = "house-of-cards-70b";
    const at = desk(`${HOUSE}\n${remoteLine("serves: {}")}`);
    const ran = await at.inside("eval", "--live", "--json", ...FAST);
    expect(production(ran).costUsdPer1k).toBeNull();
    expect(Object.keys(production(ran).share).toSorted()).toEqual(["house-of-cards-70b", "small"]);
    expect(production(ran).privacy?.leakRate.mean).toBe(1); // nobody marked that model trusted
    expect(ran.json().warnings.join("\n")).toContain("production served what nothing prices: house-of-cards-70b; its cost is not known");
    expect(ran.stderr).toContain("an unknown cost of production (unpriced)");
    const gated = await at.inside("eval", "--reference", "house", "--gate", "costUsdPer1k < 1", "--json", "-q", ...FAST);
    expect(gated.json().gates).toMatchObject([{ verdict: "inconclusive", note: "nothing prices some of what it served: its cost is not known" }]);
    const moved = ran.json().moved.find(({ b }) => b === "production");
    expect(moved).toMatchObject({ count: 0 });
    at.put("wrp.yaml", config(`${HOUSE}\n${remoteLine("serves: {house-of-cards-70b: big}")}`));
    const mapped = await at.inside("eval", "--json", "-q", ...FAST);
    expect(production(mapped).costUsdPer1k?.mean).toBeCloseTo((LONG * BIG + (40 - LONG) * SMALL) / 40, 9);
    expect(mapped.json().warnings.join("\n")).not.toContain("nothing prices");
  });

  test("a name that no model of the pool has is told", async () => {
    const ran = await desk(remoteLine("serves: {Qwen/Qwen3-32B: bgi}")).inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.json().warnings).toContain("production maps what it serves to bgi, which is no model of this report (models: big, small)");
    expect(Object.keys(production(ran).share).toSorted()).toEqual(["bgi", "small"]);
  });

  test("one that always fails has no figures, costs nothing, takes nothing along, and can be asked again", async () => {
    router.status = 503;
    const at = desk(`${remoteLine()}\n${HOUSE}`);
    const ran = await at.inside("eval", "--live", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(3);
    const row = production(ran);
    expect(row).toMatchObject({ quality: { mean: null, n: 0 }, share: {} });
    expect(ran.json()).toMatchObject({ verdict: "inconclusive", workload: { prompts: 40 }, statistics: { reference: "house" } });
    expect(policy(ran.json(), "house").quality.n).toBe(40);
    expect(ran.json().warnings.join("\n")).toMatch(/production answered none of 40 prompts and has no figures in this report: /);
    router.status = 200;
    const again = await at.inside("eval", "--live", "--retry-failed", "--json", "-q", ...FAST);
    expect(production(again)).toMatchObject({ quality: { n: 40 }, errorRate: { mean: 0 } });
    expect(again.json().statistics.reference).toBe("production");
  });

  test("gates, a baseline and its cost hold for it", async () => {
    const at = desk(remoteLine());
    at.put("wrp.yaml", `${config(remoteLine())}gates: ["quality >= 0.5", "costUsdPer1k <= 1.5 * baseline", "share.big <= 0.6", "latencyMs.p50 < 5000"]\n`);
    await at.inside("eval", "--live", "--bless", "-q", "--no-gates", ...FAST);
    const ran = await at.inside("eval", "--json", "-q", ...FAST);
    expect(ran.json().gates.map(({ policy: name, verdict }) => [name, verdict])).toEqual(["pass", "pass", "pass", "pass"].map((verdict) => ["production", verdict]));
    expect(ran.json().gates[2]?.observed).toBe(0.25);
    expect(ran.code).toBe(0);
  });

  test("stands alone where the pool has no outcomes, and beside what its models would cost", async () => {
    const bare = ROWS.map(({ outcomes: _outcomes, ...row }) => row);
    const at = desk(remoteLine(), bare);
    const priced = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(priced.code, priced.stderr).toBe(0);
    expect(priced.json().basis).toBe("decisions");
    expect(production(priced)).toMatchObject({ quality: { n: 40 }, expected: [], share: { big: { mean: 0.25 } } });
    expect(production(priced).latencyMs?.p50.ci).not.toBeNull();
    at.put("wrp.yaml", config(remoteLine("price: free"), "  []"));
    const alone = await at.inside("eval", "--json", "-q", ...FAST);
    expect(alone.code, alone.stderr).toBe(0);
    expect(alone.json()).toMatchObject({ basis: "outcomes", models: [] });
    expect(production(alone).quality.n).toBe(40);
  });

  test("no text is kept where none is wanted, and who served still is", async () => {
    const at = desk();
    const ran = await at.inside("eval", "--live", "--no-content", "--json", "-q", ...FAST);
    expect(production(ran).share["big"]?.mean).toBe(0.25);
    const db = new Database(join(at.path, ".wrp/wrp.db"), { readonly: true });
    expect(db.prepare("SELECT count(*) AS n FROM answers WHERE text IS NOT NULL").get()).toEqual({ n: 0 });
    db.close();
  });

  test("a training part is not asked of it", async () => {
    const at = desk();
    const ran = await at.inside("eval", "--live", "--split", "test", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.requests.length).toBe(ran.json().workload.read - ran.json().workload.sampledOut);
  });

  test("wrp route knows what it chose, and says that it decides only when called", async () => {
    const at = desk();
    const unknown = await at.inside("route", "What?", "--policy", "production");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/is a live router: it decides only when it is called\n.*wrp eval --live/s)]);
    await at.inside("eval", "--live", "-q", ...FAST);
    server.requests.length = 0;
    const known = await at.inside("route", ROWS[0]?.prompt as string, "--policy", "production", "--json");
    expect(known.code, known.stderr).toBe(0);
    expect(known.json<{ decisions: unknown[] }>().decisions).toMatchObject([{ model: "big", rule: expect.stringContaining("by its decision long_context") as string }]);
    expect(server.requests).toEqual([]);
  });

  test("takes no name that a model has, and no headers of its own: told before any call", async () => {
    const at = desk(`  - {kind: remote, name: big, live: router}`);
    const named = await at.inside("eval", "--live", ...FAST);
    expect([named.code, server.requests.length]).toEqual([2, 0]);
    expect(named.stderr).toContain('two policies are named "big"');
    at.put("wrp.yaml", config(`  - {kind: remote, name: p, live: {backend: router, headers: {x-team: a}}}`));
    expect((await at.inside("check")).stdout).toContain('unknown key "headers"');
    at.put("wrp.yaml", config(`  - {kind: remote, name: p, live: nowhere}`));
    const backend = await at.inside("check");
    expect(backend.stdout).toMatch(/wrp\.yaml:8:\d+: error: unknown backend "nowhere"/);
  });

  test("the example is a config that a dry run estimates, and a topic of help tells of it", async () => {
    const estimate = await folder().inside("eval", join(ROOT, "datasets/mixed.jsonl"), "-c", join(ROOT, "examples/remote.wrp.yaml"), "--dry-run", "--json", "--sample", "20");
    expect(estimate.code, estimate.stderr).toBe(0);
    expect(estimate.json<{ estimate: object[] }>().estimate).toMatchObject([{ model: "big", calls: 20 }, { model: "small", calls: 20 }, { model: "production", calls: 20, priceSource: expect.stringContaining("$0.4 in, $1.2 out") as string }]);
    expect((await folder().inside("check", "-c", join(ROOT, "examples/remote.wrp.yaml"))).code).toBe(0);
    expect((await folder().inside("help", "remote")).stdout).toContain("Example: examples/remote.wrp.yaml");
  });

  test("a rule cannot name it", async () => {
    const at = desk(`${remoteLine()}\n  - {kind: rules, name: house, rules: [], default: production}`);
    const ran = await at.inside("eval", "--live", ...FAST);
    expect([ran.code, server.requests.length]).toEqual([2, 0]);
    expect(ran.stderr).toContain('unknown model "production"');
  });

  test("a flag gives one too", async () => {
    const at = folder({ "sums.jsonl": jsonl(ROWS), "wrp.yaml": config("  []") });
    const ran = await at.inside("eval", "--policy", "remote(live=router,name=production,serves={Qwen/Qwen3-32B=big})", "--live", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(production(ran).share["big"]?.mean).toBe(0.25);
  });
});
