import { readdirSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import type { ProbeLevel } from "../../src/evaluate/probe.ts";
import type { ShippedProfile } from "../../src/model/profile.ts";
import { shippedProfileSchema } from "../../src/model/profile.ts";
import { KEY, serving, until, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, type Folder } from "../wrp.ts";

/** What `--json` prints. */
interface Document {
  readonly schemaVersion: number;
  readonly model: string;
  readonly host: string;
  readonly maxCostUsd: number | null;
  readonly spentUsd: number | null;
  readonly levels: readonly ProbeLevel[];
  readonly profileAt: number;
  readonly profile: ShippedProfile | null;
  readonly warnings: readonly string[];
}

const FIRST_MS = 60;
const PACE_MS = 20;
const TOKENS = 5;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** An OpenAI stream: five tokens, the first after 60 ms, the others 20 ms apart. */
async function stream(response: ServerResponse, { firstMs = FIRST_MS, paceMs = PACE_MS } = {}): Promise<void> {
  const event = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  await sleep(firstMs);
  for (let k = 0; k < TOKENS; k++) {
    if (k > 0) await sleep(paceMs);
    event({ choices: [{ index: 0, delta: { content: `t${k} ` }, finish_reason: null }] });
  }
  event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  event({ choices: [], usage: { prompt_tokens: 20, completion_tokens: TOKENS } });
  response.end("data: [DONE]\n\n");
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify({ error: { message: `status ${status}` } }));
}

const answers: Serving["answer"] = (response) => void stream(response);

/** A folder whose config has a live model there. */
function asking(url: string, { price = "{ inputUsdPer1M: 1, outputUsdPer1M: 2 }", more = "" } = {}): Folder {
  return folder({
    "wrp.yaml": `models:\n  - name: small\n    price: ${price}\n    live: { url: "${url}/v1/secret-path", model: served-small${more} }\n  - { name: drawn, simulated: llama-2-7b@anyscale }\n`,
  });
}

const textsOf = ({ requests }: Serving) => requests.map(({ body }) => (body["messages"] as { content: string }[])[0]?.content as string);
const valueAt = (measured: ProbeLevel["ttftMs"], share: number) => measured?.quantiles.find(([p]) => p === share)?.[1] as number;

describe("wrp pool probe", () => {
  test("measures what the server does, and writes a profile on which an offline eval runs", async () => {
    await using server = await serving(answers);
    const at = asking(server.url);
    at.put("desk.jsonl", jsonl(Array.from({ length: 40 }, (_, k) => ({ id: `p${k}`, prompt: `question ${k}` }))));
    const ran = await at.wrp("pool", "probe", "small", "--concurrency", "2,5", "--calls", "10", "--profile-at", "5", "-o", "probe.json", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const document = ran.json<Document>();
    expect(document).toMatchObject({ schemaVersion: 1, model: "small", host: new URL(server.url).host, profileAt: 5, profile: JSON.parse(at.read("probe.json")) });
    expect(document.levels.map(({ concurrency }) => concurrency)).toEqual([2, 5]);
    for (const level of document.levels) {
      expect(level).toMatchObject({ calls: 10, answered: 10, failed: 0, rateLimited: 0, notCalled: 0, cut: 0, uncounted: 0, errorRate: { value: 0 }, outputTokens: { n: 10 } });
      expect(valueAt(level.outputTokens, 0.5)).toBe(TOKENS);
      expect(level.errorRate?.ci?.[1]).toBeCloseTo(0.2775, 3); // Wilson, 0 of 10
      expect(level.ttftMs?.n).toBe(level.lateKept ? 10 : 10 - level.late);
      // A timer may fire up to 1 ms early.
      expect(valueAt(level.ttftMs, 0)).toBeGreaterThan(FIRST_MS - 2);
      expect(valueAt(level.tpotMs, 1)).toBeGreaterThan(PACE_MS - 2);
      expect(valueAt(level.tpotMs, 0)).toBeLessThanOrEqual(valueAt(level.tpotMs, 1));
      expect(level.elapsedMs).toBeGreaterThan(((FIRST_MS + (TOKENS - 1) * PACE_MS) * 10) / level.concurrency - 20);
      expect(level.callsPerSecond).toBeCloseTo(10_000 / level.elapsedMs);
      expect(level.outputTokensPerSecond).toBeCloseTo((10_000 * TOKENS) / level.elapsedMs);
    }
    expect(new Set(textsOf(server)).size).toBe(20);
    const unmarked = textsOf(server).map((text) => text.slice(text.indexOf("\n\n")));
    expect(unmarked.slice(0, 10).toSorted()).toEqual(unmarked.slice(10).toSorted());
    expect(new Set(unmarked).size).toBe(10);
    expect(server.requests[0]?.body).toMatchObject({ model: "served-small", stream: true, max_tokens: 128 });
    expect(document.spentUsd).toBeCloseTo((20 * (20 * 1 + TOKENS * 2)) / 1e6, 12);

    const profile = shippedProfileSchema.parse(JSON.parse(at.read("probe.json")));
    expect(profile.quality).toBeUndefined();
    expect(profile.price).toEqual({ inputUsdPer1M: 1, outputUsdPer1M: 2, source: "config" });
    expect(profile.source).toMatch(new RegExp(`^measured \\d{4}-\\d\\d-\\d\\d by wrp \\S+ pool probe: small \\(there served-small\\), openai-chat at ${new URL(server.url).host}; 10 calls at concurrency 5, .*quality was not measured$`));
    expect(JSON.stringify(profile)).not.toContain("secret-path");

    const asked = server.requests.length;
    const offline = (simulated: string) => {
      at.put("offline.yaml", `models:\n  - { name: small, simulated: ${simulated} }\n`);
      return at.wrp("eval", "desk.jsonl", "-c", "offline.yaml", "--json", "--resamples", "200");
    };
    // Nothing in the profile says how good it is, and nothing is made up.
    expect((await offline("./probe.json")).stderr).toContain("no prompt has a grade");
    const judged = await offline("{ profile: probe.json, quality: 0.8 }");
    expect(judged.code, judged.stderr).toBe(0);
    const report = judged.json();
    expect(report.models.find(({ name }) => name === "small")?.simulated).toBe(profile.source);
    const row = policy(report, "small");
    expect(row.simulated.length).toBeGreaterThan(0);
    expect(row.ttftMs?.p50.value).toBeGreaterThanOrEqual(valueAt((document.levels[1] as ProbeLevel).ttftMs, 0));
    expect(row.ttftMs?.p50.value).toBeLessThanOrEqual(valueAt((document.levels[1] as ProbeLevel).ttftMs, 1));
    expect(row.latencyMs?.p50.value).toBeGreaterThan(FIRST_MS + (TOKENS - 1) * PACE_MS - 10);
    expect(row.costUsdPer1k?.mean).toBeGreaterThan(0);
    expect(server.requests.length).toBe(asked);
  });

  test("errors and 429s are counted as they come, once each, and are in the profile", async () => {
    let n = 0;
    await using server = await serving((response) => {
      n++;
      if (n % 10 === 3) refuse(response, 500);
      else if (n % 5 === 0) refuse(response, 429);
      else void stream(response, { firstMs: 5, paceMs: 1 });
    });
    const at = asking(server.url);
    const ran = await at.wrp("pool", "probe", "small", "--concurrency", "4", "--calls", "20", "-o", "probe.yaml");
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.requests.length).toBe(20);
    expect(ran.stdout).toMatch(/in flight +calls +TTFT p50/);
    expect(ran.stdout).toMatch(/^ +4 +20 .*10\.0\u00A0% \[2\.8,\u00A030\.1\] +20\.0\u00A0% \[8\.1,\u00A041\.6\]$/m);
    expect(ran.stderr).toContain("warning: concurrency 4: 6 of 20 calls failed: 4 × rate-limit: HTTP 429: status 429; 2 × server: HTTP 500: status 500\n");
    expect(ran.stderr).toContain("wrote probe.yaml (as at concurrency 4) · in wrp.yaml: simulated: {profile: ./probe.yaml} · quality is not measured");
    at.put("offline.yaml", "models:\n  - { name: small, simulated: { profile: ./probe.yaml, quality: 1 } }\n");
    at.put("desk.jsonl", jsonl(Array.from({ length: 400 }, (_, k) => ({ id: `p${k}`, prompt: `question ${k}` }))));
    const report = (await at.wrp("eval", "desk.jsonl", "-c", "offline.yaml", "--json", "--resamples", "200")).json();
    // 30 % of 400 draws: six standard errors are 14 %.
    expect(policy(report, "small").errorRate.mean).toBeGreaterThan(0.16);
    expect(policy(report, "small").errorRate.mean).toBeLessThan(0.44);
  });

  test("a wait that the backend asks for is kept to, and taken from no call's time", async () => {
    await using server = await serving((response) => (server.requests.length === 1 ? refuse(response, 429, { "retry-after": "1" }) : void stream(response, { firstMs: 1, paceMs: 1 })));
    const ran = await asking(server.url).wrp("pool", "probe", "small", "--concurrency", "1", "--calls", "3", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const [level] = ran.json<Document>().levels;
    expect(level).toMatchObject({ calls: 3, answered: 2, rateLimited: 1 });
    expect(level?.pausedMs).toBeGreaterThan(990);
    expect(level?.elapsedMs).toBeGreaterThan(level?.pausedMs as number);
    expect(ran.stderr).toMatch(/warning: concurrency 1: no call was begun for [\d.\u00A0]+\u00A0m?s, since the backend asked to wait/);
  });

  test("the cap is never passed, and calls beyond it are not made", async () => {
    await using server = await serving((response) => void stream(response, { firstMs: 1, paceMs: 1 }));
    const at = asking(server.url);
    const cap = 0.0008; // 40 such calls are 0.0012, and each may be some 0.0004
    const ran = await at.wrp("pool", "probe", "small", "--concurrency", "2,4", "--calls", "20", "--max-cost", String(cap), "--json", "-q");
    expect(ran.code, ran.stderr).toBe(0);
    const { levels, maxCostUsd, spentUsd, warnings } = ran.json<Document>();
    expect(maxCostUsd).toBe(cap);
    expect(spentUsd).toBeLessThanOrEqual(cap);
    expect(spentUsd).toBeCloseTo((server.requests.length * (20 + 2 * TOKENS)) / 1e6, 12);
    expect(levels.reduce((sum, { calls }) => sum + calls, 0)).toBe(server.requests.length);
    expect(levels.reduce((sum, { notCalled }) => sum + notCalled, 0)).toBe(40 - server.requests.length);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(server.requests.length).toBeLessThan(40);
    expect(warnings.join()).toContain("the cost cap is reached");
  });

  test("an answer that is one document has no TTFT, and one without counts no tokens: gaps, told of", async () => {
    await using server = await serving((response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "all at once" }, finish_reason: "stop" }] }));
    });
    const at = asking(server.url);
    const ran = await at.wrp("pool", "probe", "small", "--concurrency", "1", "--calls", "3", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const { levels, profile, warnings } = ran.json<Document>();
    expect(levels[0]).toMatchObject({ answered: 3, uncounted: 3, ttftMs: null, tpotMs: null, outputTokens: null, outputTokensPerSecond: null });
    expect(Object.keys(profile as object).toSorted()).toEqual(["errorRate", "price", "rateLimitRate", "source"]);
    expect(warnings.join()).toMatch(/no answer came as a stream.*counted no tokens of 3 answers/);
  });

  test("answers at the limit are told of; --cached leaves prompts as they are; --prompts asks a file's", async () => {
    await using server = await serving((response) => void stream(response, { firstMs: 1, paceMs: 1 }));
    const at = asking(server.url, { more: ", settings: { maxOutputTokens: 100 }" });
    at.put("mine.jsonl", jsonl([{ prompt: "one" }, { messages: [{ role: "system", content: "be brief" }, { role: "user", content: "two" }] }]));
    const ran = await at.wrp("pool", "probe", "small", "--concurrency", "1", "--calls", "4", "--prompts", "mine.jsonl", "--cached", "--max-output-tokens", String(TOKENS), "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(textsOf(server).toSorted()).toEqual(["be brief", "be brief", "one", "one"]);
    expect(server.requests[0]?.body["max_tokens"]).toBe(TOKENS);
    expect(ran.json<Document>().levels[0]?.cut).toBe(4);
    expect(ran.stderr).toContain("warning: concurrency 1: 4 of 4 answers ended at 5 tokens");
    const before = server.requests.length;
    await at.wrp("pool", "probe", "small", "--concurrency", "1", "--calls", "4", "--prompts", "mine.jsonl", "-q");
    const [first, ...others] = textsOf(server).slice(before);
    expect(first).toMatch(/^\(Call [0-9a-f]{8}-1; this number means nothing\.\)\n\n(one|be brief)$/);
    expect(new Set([first, ...others]).size).toBe(4);
    expect(server.requests[before]?.body["max_tokens"]).toBe(100);
  });

  test("--dry-run calls nobody: tokens, and what they may cost", async () => {
    await using server = await serving(answers);
    const at = asking(server.url);
    const ran = await at.wrp("pool", "probe", "small", "--dry-run");
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^estimate, capped at \$[\d.]+:\n {2}small: 90 calls\n {4}[\d,]+ tokens in \(o200k\), about 11,520 out \(128 an answer, the most\)\n {4}about \$[\d.]+, at most \$[\d.]+\n/);
    const { estimate, maxCostUsd } = (await at.wrp("pool", "probe", "small", "--dry-run", "--json", "--calls", "2")).json<{ estimate: { calls: number; mostUsd: number; costUsd: number }; maxCostUsd: number }>();
    expect(estimate.calls).toBe(6);
    expect(maxCostUsd).toBeGreaterThan(estimate.mostUsd);
    expect(estimate.costUsd).toBeLessThan(estimate.mostUsd);
    expect(server.requests.length).toBe(0);
  });

  test("Ctrl-C ends calls at once, exits 130 and writes nothing", async () => {
    await using server = await serving(() => undefined); // never answers
    const at = asking(server.url);
    let kill: (() => void) | undefined;
    const running = at.wrpWith({ started: (child) => (kill = () => child.kill("SIGINT")) }, "pool", "probe", "small", "--concurrency", "2", "-o", "probe.json");
    await until(() => server.requests.length === 2);
    kill?.();
    await until(() => server.connections() === 0); // the time that calls of a run are given to end is 30 s
    const ran = await running;
    expect(ran.code).toBe(130);
    expect(ran.stderr).toMatch(/error: interrupted\nhint: nothing was written; \$[\d.]+ was spent\n$/);
    expect(ran.stdout).toBe("");
    expect(readdirSync(at.path)).toEqual(["wrp.yaml"]);
    expect(server.requests.length).toBe(2);
  });
});

describe("what cannot be probed", () => {
  test.each<[string, string[], RegExp]>([
    ["a model that is not there", ["smal"], /^error: wrp\.yaml: unknown model "smal"\nhint: did you mean "small"\? known: small\n$/],
    ["one that is not live", ["drawn"], /^error: wrp\.yaml:5: model "drawn" is not live\nhint: give it an address/],
    ["a concurrency that is none", ["small", "--concurrency", "1,x"], /^error: --concurrency must be a whole number from 1 to 10,000 \(got x\)\n$/],
    ["no concurrency", ["small", "--concurrency", "0"], /must be a whole number from 1 to 10,000 \(got 0\)/],
    ["one twice", ["small", "--concurrency", "2,2"], /--concurrency has 2 twice/],
    ["no calls", ["small", "--calls", "0"], /--calls must be a whole number from 1/],
    ["no tokens", ["small", "--max-output-tokens", "0"], /--max-output-tokens must be a whole number from 1/],
    ["a profile of what is not measured", ["small", "--profile-at", "8"], /^error: --profile-at 8 is not measured\nhint: --concurrency has 1, 4, 16\n$/],
    ["a cap that is none", ["small", "--max-cost", "0"], /--max-cost must be a number of US dollars > 0/],
    ["a file of another kind", ["small", "-o", "probe.html"], /^error: probe\.html: a profile is JSON or YAML/],
    ["two documents on stdout", ["small", "-o", "-", "--json"], /stdout can carry one document/],
    ["a folder that is not there", ["small", "-o", "no/probe.json"], /^error: no\/probe\.json: cannot be written: no such folder/],
    ["the config written over", ["small", "-o", "wrp.yaml"], /^error: wrp\.yaml: is an input/],
    ["prompts that are not there", ["small", "--prompts", "none.jsonl"], /none\.jsonl/],
    ["prompts without texts", ["small", "--prompts", "figures.jsonl"], /^error: figures\.jsonl: has no prompt texts to ask with/],
  ])("%s", async (_, args, told) => {
    await using server = await serving(answers);
    const at = asking(server.url);
    at.put("figures.jsonl", jsonl([{ promptHash: "0123456789abcdef0123456789abcdef", outcomes: { a: { quality: 1 } } }]));
    const ran = await at.inside("pool", "probe", ...args);
    expect(ran.stderr).toMatch(told);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(server.requests.length).toBe(0);
  });

  test("a key that is not set is named; an unpriced model has no cap", async () => {
    await using server = await serving(answers);
    const keyless = await asking(server.url, { more: ", apiKeyEnv: PROBE_KEY" }).wrpWith({ env: { PROBE_KEY: undefined } }, "pool", "probe", "small", "-q");
    expect(keyless).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^error: wrp\.yaml:4: the environment variable PROBE_KEY is not set\n/) });
    const at = folder({ "wrp.yaml": `models:\n  - { name: nobodys-model, live: { url: "${server.url}" } }\n` });
    const capped = await at.inside("pool", "probe", "nobodys-model", "--max-cost", "1");
    expect(capped).toMatchObject({ code: 2, stderr: expect.stringContaining("no price of nobodys-model is known: a cap on cost cannot hold") });
    expect(server.requests.length).toBe(0);
    const unpriced = (await at.inside("pool", "probe", "nobodys-model", "--concurrency", "1", "--calls", "1", "--json", "-q")).json<Document>();
    expect(unpriced).toMatchObject({ spentUsd: null, maxCostUsd: null });
    expect(unpriced.profile).not.toHaveProperty("price");
  });

  test("a key is sent, and shown nowhere", async () => {
    await using server = await serving((response) => refuse(response, 401));
    const at = asking(server.url, { more: ", apiKeyEnv: PROBE_KEY" });
    const ran = await at.wrpWith({ env: { PROBE_KEY: KEY } }, "pool", "probe", "small", "--concurrency", "1,4", "--json", "-o", "probe.json");
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(ran.code).toBe(2);
    expect(ran.json<Document>()).toMatchObject({ profile: null, levels: [{ concurrency: 1, answered: 0, errorRate: { value: 1 } }] });
    expect(ran.stderr).toContain("small answered nothing: 10 calls failed: HTTP 401: status 401");
    expect(ran.stdout + ran.stderr).not.toContain(KEY);
    expect(readdirSync(at.path)).toEqual(["wrp.yaml"]);
    expect(server.requests.length).toBe(10); // more in flight would be refused as well
  });

  test("a backend that is not there", async () => {
    const gone = await serving(answers);
    await gone[Symbol.asyncDispose]();
    const at = asking(gone.url);
    const ran = await at.wrp("pool", "probe", "small", "-o", "probe.json");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/error: small answered nothing: 10 calls failed: .*ECONNREFUSED.*\nhint: no profile is written/);
    expect(readdirSync(at.path)).toEqual(["wrp.yaml"]);
  });
});

describe("a profile's file in a config", () => {
  const at = folder({
    "good.json": JSON.stringify({ ttftMs: 100, quality: 0.5 }),
    "torn.json": '{\n  "ttftMs": 100,\n',
    "odd.json": '{\n  "ttftMs": 100,\n  "tpotMs": { "quantiles": [[0, 9], [1, 3]] }\n}\n',
    "unknown.json": '{\n  "ttfMs": 100\n}\n',
    "loop.yaml": "a: &a [*a]\nb: *nothing\n",
    "data.jsonl": jsonl([{ prompt: "a" }, { prompt: "b" }]),
  });
  const check = (profile: string, config = "wrp.yaml") => {
    at.put(config, `name: x\nmodels:\n  - name: small\n    simulated: ${profile}\n`);
    return at.inside("eval", "data.jsonl", "-c", config, "--resamples", "200", "--json");
  };

  test.each<[string, RegExp]>([
    ["./gone.json", /"wrp\.yaml:4: profile \.\/gone\.json: no such file","hint":"wrp pool probe MODEL -o \.\/gone\.json writes one/],
    ["{ profile: gone.json }", /"wrp\.yaml:4: profile gone\.json: no such file"/],
    ["torn.json", /"torn\.json:\d: is no profile: /],
    ["odd.json", /"odd\.json:3: \\"tpotMs\.quantiles\\" quantiles must rise/],
    ["unknown.json", /"unknown\.json:2: unknown key \\"ttfMs\\"","hint":"a profile is what wrp pool probe -o writes, named in wrp\.yaml:4"/],
    ["loop.yaml", /"loop\.yaml(:\d)?: is no profile: /],
    ["./", /"wrp\.yaml:4: profile \.\/: is a folder/],
    ["llama", /unknown profile \\"llama\\"/],
  ])("%s", async (profile, told) => {
    const ran = await check(profile);
    expect(ran.stderr).toMatch(told);
    expect(ran.code).toBe(2);
  });

  test("it is relative to the config, and the config has the last word", async () => {
    at.put("sub/.keep", "");
    const report = (await check("{ profile: ../good.json, ttftMs: 7 }", "sub/wrp.yaml")).json();
    expect(policy(report, "small").ttftMs?.p50.value).toBe(7);
    expect(policy(report, "small").quality.n).toBe(2);
    expect((await check("../torn.json", "sub/wrp.yaml")).stderr).toContain('"torn.json:');
  });
});
