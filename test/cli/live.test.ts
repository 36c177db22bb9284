import type { ServerResponse } from "node:http";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const FAST = ["--resamples", "200"];
const KEY = "wrptest-4f0c1d2e3b5a6978";
const ROWS = Array.from({ length: 40 }, (_, i) => ({ id: `p${i}`, prompt: `${i} + 1`, reference: String(i + 1), grader: "numeric" }));

const UNNAMED = ROWS.map(({ id, prompt, reference }) => ({ id, prompt, reference }));

/** Answers sums: the model named "weak" gets every fourth wrong. Each answer is five tokens, each question nine, three of them cached. */
let server: Serving;
beforeAll(async () => {
  server = await serving((response) => {
    const { model, messages } = (server.requests.at(-1) as Serving["requests"][number]).body as { model: string; messages: { content: string }[] };
    if (model === "critic") return void judged(response, messages);
    const n = Number.parseInt((messages.at(-1) as { content: string }).content, 10);
    const chunk = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    response.writeHead(200, { "content-type": "text/event-stream", "x-vsr-selected-model": "qwen3" });
    chunk({ model: `${model}-2026`, choices: [{ index: 0, delta: { role: "assistant", content: "" } }] });
    chunk({ choices: [{ index: 0, delta: { content: "The answer is " } }] });
    chunk({ choices: [{ index: 0, delta: { content: String(model === "weak" && n % 4 === 0 ? n : n + 1) } }] });
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    chunk({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 3 } } });
    response.end("data: [DONE]\n\n");
  });
});
/** A judge that likes what stands last: 8 of 10 where that is the answer, else 6; it writes no score on the answer "13". */
function judged(response: ServerResponse, messages: readonly { readonly content: string }[]): void {
  const text = messages.map(({ content }) => content).join("\n");
  const last = text.lastIndexOf("<<< the answer to grade >>>") > text.lastIndexOf("<<< what a good answer holds >>>");
  const content = text.includes("The answer is 13\n") ? "I would rather not say." : `Well: {"why": "so so", "score": ${last ? 8 : 6}}`;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ model: "critic", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }], usage: { prompt_tokens: 100, completion_tokens: 10 } }));
}
afterAll(() => server[Symbol.asyncDispose]());

function config(more = ""): string {
  return `datasets: [sums.jsonl]
backends:
  here: {url: "${server.url}/v1", concurrency: 4}
models:
  - {name: strong, live: here, price: {inputUsdPer1M: 10, outputUsdPer1M: 20}}
  - {name: small, live: {backend: here, model: weak, settings: {temperature: 0, maxOutputTokens: 50}}, price: {inputUsdPer1M: 1, outputUsdPer1M: 2, cachedInputUsdPer1M: 0.1}}
policies:
  - {kind: rules, name: house, rules: [{when: 'prompt.text.startsWith("4")', model: strong}], default: small}
${more}`;
}

const desk = (more?: string, rows: readonly unknown[] = ROWS): Folder => folder({ "sums.jsonl": jsonl(rows), "wrp.yaml": config(more) });
const asked = () => server.requests.splice(0);
const rowsOf = <T>(at: Folder, sql: string) => {
  const db = new Database(join(at.path, ".wrp/wrp.db"), { readonly: true });
  try {
    return db.prepare(sql).all() as T[];
  } finally {
    db.close();
  }
};

describe("wrp eval --live", () => {
  test("asks each model each prompt once, grades and prices the answers, and replays them without a call", async () => {
    const at = desk();
    asked();
    const live = await at.inside("eval", "--live", "--json", ...FAST);
    expect(live.code, live.stderr).toBe(0);
    expect(live.stderr).toMatch(/^estimate, capped at \$[\d.]+:\n {2}strong: 40 calls\n {4}\d+ tokens in/);
    expect(live.stderr).toContain("live: 80 outcomes asked for · $");
    const report = live.json();
    expect(asked().map(({ body }) => `${String(body["model"])}/${JSON.stringify(body["messages"])}`).toSorted()).toEqual(
      ["strong", "weak"].flatMap((model) => ROWS.map(({ prompt }) => `${model}/${JSON.stringify([{ role: "user", content: prompt }])}`)).toSorted(),
    );
    expect(policy(report, "strong").quality.mean).toBe(1);
    expect(policy(report, "small").quality.mean).toBe(0.75);
    // 9 tokens in (for strong none is cheaper), 5 out.
    expect(policy(report, "strong").costUsdPer1k?.mean).toBeCloseTo((9 * 10 + 5 * 20) / 1000, 9);
    expect(policy(report, "small").costUsdPer1k?.mean).toBeCloseTo((6 * 1 + 3 * 0.1 + 5 * 2) / 1000, 9);
    expect(policy(report, "strong").latencyMs?.n).toBe(40);
    expect(report.timing.live).toMatchObject({ models: [{ model: "strong", answered: 40, failed: 0, notCalled: 0 }, { model: "small", answered: 40 }] });
    expect(report.timing.live?.spentUsd).toBeCloseTo(40 * ((9 * 10 + 5 * 20) + (6 + 0.3 + 10)) / 1e6, 9);

    for (const again of [["--live"], []]) {
      const replay = await at.inside("eval", "--json", "-q", ...FAST, ...again);
      expect(replay.code, replay.stderr).toBe(0);
      expect(timeless(replay.json())).toEqual(timeless(report));
      expect(replay.json().timing.computed).toMatchObject({ answers: 0, grades: 0 });
    }
    expect(asked()).toEqual([]);
    expect((await at.inside("report", "--json")).json<Report>().policies).toEqual(report.policies);
  });

  test("keeps every try with its times, tokens and the router's headers", async () => {
    const at = desk("", ROWS.slice(0, 3));
    await at.inside("eval", "--live", "-q", ...FAST);
    const tries = rowsOf<Record<string, unknown>>(at, "SELECT * FROM tries");
    expect(tries).toHaveLength(6);
    for (const row of tries) {
      expect(row).toMatchObject({ number: 1, status: 200, input_tokens: 9, cached_input_tokens: 3, output_tokens: 5, finish_reason: "stop", failure_kind: null });
      expect(JSON.parse(row["headers"] as string)).toMatchObject({ "x-vsr-selected-model": "qwen3" });
      expect(row["served_model"]).toMatch(/-2026$/);
      const times = ["headers_ms", "first_byte_ms", "first_token_ms", "last_token_ms", "end_ms"].map((name) => row[name] as number);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times[0]).toBeGreaterThan(0);
    }
  });

  test("without --live nothing is called: what is not stored is said to be missing", async () => {
    const at = desk();
    asked();
    const ran = await at.inside("eval", ...FAST);
    expect(asked()).toEqual([]);
    expect(`${ran.stdout}${ran.stderr}`.replace(/\s+/g, " ")).toContain("strong has no stored answer to 40 of 40 prompts: --live asks for them");
  });

  test("other settings, another address: other answers", async () => {
    const at = desk("", ROWS.slice(0, 2));
    await at.inside("eval", "--live", "-q", ...FAST);
    asked();
    at.put("wrp.yaml", config().replace("temperature: 0,", "temperature: 1,"));
    await at.inside("eval", "--live", "-q", ...FAST);
    expect(asked().map(({ body }) => [body["model"], body["temperature"]])).toEqual([["weak", 1], ["weak", 1]]);
  });

  test("a prompt that stands twice is asked once, and judged twice", async () => {
    const at = desk("", [ROWS[1], ROWS[1], ROWS[2]]);
    asked();
    const ran = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(asked()).toHaveLength(4);
    expect(policy(ran.json(), "strong").quality.n).toBe(3);
  });

  test("a changed grader buys no new answer", async () => {
    const at = desk("grader: numeric", UNNAMED);
    const first = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(policy(first.json(), "small").quality.mean).toBe(0.75);
    asked();
    at.put("wrp.yaml", config("grader: exact"));
    const second = await at.inside("eval", "--json", "-q", ...FAST);
    expect(asked()).toEqual([]);
    expect(policy(second.json(), "small").quality.mean).toBe(0);
    expect(second.json().timing.computed).toMatchObject({ answers: 0, grades: 80 });
  });

  test("a grader of the user's own, in any language", async () => {
    const grade = "for await (const line of require('readline').createInterface({input: process.stdin})) { const q = JSON.parse(line); console.log(JSON.stringify({id: q.id, quality: q.answer.endsWith(q.reference) ? 0.5 : 0})) }";
    const at = desk(`graders: {mine: {command: [node, grade.js]}}\ngrader: mine`, UNNAMED);
    at.put("grade.js", `(async () => { ${grade} })()`);
    const ran = await at.wrp("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "strong").quality.mean).toBe(0.5);
    expect(rowsOf<{ name: string }>(at, "SELECT DISTINCT g.name FROM grades JOIN graders AS g ON g.id = grader_id")).toEqual([{ name: "mine@1" }]);
    expect((await at.inside("report", "latest", "-o", "decisions.jsonl")).code).toBe(0);
  });

  test("--no-content: figures and hashes in the store, no text of a prompt, reference or answer; the same report from it", async () => {
    const rows = ROWS.map((row) => ({ ...row, prompt: `${row.prompt} (Pomegranate)`, reference: `${row.reference}.000` }));
    const [bare, full] = [desk("", rows), desk("", rows)];
    const ran = await bare.inside("eval", "--live", "--no-content", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    const stored = bare.read(".wrp/wrp.db");
    for (const text of ["Pomegranate", "The answer is", "17.000"]) expect(stored).not.toContain(text);
    const whole = await full.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.json().policies.map(({ name, quality, costUsdPer1k }) => ({ name, quality, costUsdPer1k }))).toEqual(whole.json().policies.map(({ name, quality, costUsdPer1k }) => ({ name, quality, costUsdPer1k })));
    asked();
    const again = await bare.inside("eval", "--live", "--no-content", "--json", "-q", ...FAST);
    expect(timeless(again.json())).toEqual(timeless(ran.json()));
    expect(asked()).toEqual([]);
    expect((await bare.inside("report", "latest", "-o", "decisions.jsonl", "-q")).code).toBe(0);
    const qualities = bare.read("decisions.jsonl").trim().split("\n").map((line) => JSON.parse(line) as { policy: string; quality: number | null }).filter(({ policy: name }) => name === "strong").map(({ quality }) => quality);
    expect(qualities).toEqual(ROWS.map(() => 1));
  });

  test("a judge is asked in both orders, once, and its cost is told apart; without one there is no grade", async () => {
    const rows = ROWS.slice(10, 14).map((row) => ({ ...row, grader: "judge" }));
    const at = desk("", rows);
    const without = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(without.json().models.map(({ graded }) => graded)).toEqual([0, 0]);
    expect(without.json().warnings.join("\n")).toContain("4 prompts want a judge and there is none");
    at.put("wrp.yaml", config("judge: {live: {backend: here, model: critic}, price: {inputUsdPer1M: 3, outputUsdPer1M: 30}}"));
    asked();
    const ran = await at.inside("eval", "--live", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    // Strong's answer to 12 gets no score: a gap. Small's is another.
    expect(ran.json().models.map(({ graded }) => graded)).toEqual([3, 4]);
    expect(policy(ran.json(), "strong").quality.mean).toBeCloseTo(0.7, 12);
    const calls = asked();
    expect(new Set(calls.map(({ body }) => body["model"]))).toEqual(new Set(["critic"]));
    expect(new Set(calls.map(({ body }) => JSON.stringify(body["messages"]))).size).toBe(calls.length);
    expect(ran.json().timing.judge).toEqual({ calls: calls.length, failed: 0, costUsd: expect.closeTo((calls.length * (100 * 3 + 10 * 30)) / 1e6, 12) as number });
    expect(policy(ran.json(), "strong").costUsdPer1k?.mean).toBeCloseTo(policy(without.json(), "strong").costUsdPer1k?.mean ?? NaN, 12);
    const again = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(timeless(again.json())).toEqual(timeless(ran.json()));
    expect(asked()).toEqual([]);
    expect((await at.inside("report", "--json")).json<Report>().policies).toEqual(ran.json().policies);
  });

  test("prompts without a reference are answered and not graded: a gap, not a zero", async () => {
    const at = desk("", ROWS.map(({ id, prompt }) => ({ id, prompt })));
    const ran = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.json().models.map(({ graded }) => graded)).toEqual([0, 0]);
    expect(rowsOf(at, "SELECT 1 FROM grades")).toEqual([]);
    expect(rowsOf(at, "SELECT 1 FROM answers")).toHaveLength(80);
  });
});

describe("before a call is made", () => {
  test("--dry-run tells calls, tokens and cost, and calls nobody", async () => {
    const at = desk();
    asked();
    const words = await at.inside("eval", "--dry-run");
    expect(words.code, words.stderr).toBe(0);
    expect(words.stdout).toMatch(/small: 40 calls\n {4}[\d,]+ tokens in \(o200k\), about 2,000 out \(50 an answer, assumed\)\n {4}about \$[\d.]+, at most \$[\d.]+/);
    const { estimate } = (await at.inside("eval", "--dry-run", "--json")).json<{ estimate: { model: string; costUsd: number; mostUsd: number; inputTokens: number }[] }>();
    const small = estimate.find(({ model }) => model === "small");
    expect(small?.costUsd).toBeCloseTo(((small?.inputTokens ?? 0) + 2000 * 2) / 1e6, 12);
    expect(small?.mostUsd).toBeGreaterThan(small?.costUsd ?? 0);
    // A limit of the body's own counts, or the cap would not hold.
    at.put("wrp.yaml", config().replace("maxOutputTokens: 50", "maxOutputTokens: 50, body: {max_tokens: 5000}"));
    const larger = (await at.inside("eval", "--dry-run", "--json")).json<{ estimate: { model: string; mostUsd: number }[] }>().estimate.find(({ model }) => model === "small");
    expect(larger?.mostUsd).toBeCloseTo((small?.mostUsd ?? NaN) + (40 * 4950 * 2) / 1e6, 9);
    expect(asked()).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ["an unknown backend", "models: [{name: a, live: there}]", /^error: wrp\.yaml:\d+: unknown backend "there"/],
    ["an unknown protocol", "models: [{name: a, live: {url: 'http://localhost:1', protocol: smoke}}]", /^error: wrp\.yaml:\d+: unknown protocol "smoke"\nhint: .*openai-chat/],
    ["no address", "models: [{name: a, live: {model: b}}]", /^error: wrp\.yaml:\d+: live model "a" has no url/],
    ["what is no address", "models: [{name: a, live: {url: nowhere}}]", /^error: wrp\.yaml:\d+: "nowhere" is not a URL/],
    ["plain http to another machine", "models: [{name: a, live: {url: 'http://models.example/v1'}}]", /^error: wrp\.yaml:\d+: http:\/\/models\.example is plain http.*\nhint: .*allowInsecure/],
    ["a key in the config", "models: [{name: a, live: {url: 'http://localhost:1', headers: {Authorization: Bearer abc}}}]", /^error: wrp\.yaml:\d+: a key does not belong into a config/],
    ["a key that is not there", "models: [{name: a, live: {url: 'http://localhost:1', apiKeyEnv: WRP_NO_SUCH_KEY}}]", /^error: wrp\.yaml:\d+: the environment variable WRP_NO_SUCH_KEY is not set/],
    ["no live model", "models: [{name: a}]", /^error: no model of the config is live/],
    ["simulated and live", "models: [{name: a, simulated: {quality: 1}, live: {url: 'http://localhost:1'}}]", /^error: wrp\.yaml:\d+: model "a" is both simulated and live/],
  ])("%s: exit 2 with its place", async (_, models, error) => {
    const at = folder({ "sums.jsonl": jsonl(ROWS), "wrp.yaml": `datasets: [sums.jsonl]\n${models}\n` });
    const ran = await at.inside("eval", "--live", ...FAST);
    expect(ran.stderr.replace(/^(?!error|hint).*\n/gm, "")).toMatch(error);
    expect(ran.code).toBe(2);
  });

  test("a grader that is unknown, a reference that it cannot use: before anything is paid", async () => {
    for (const [row, error] of [
      [{ prompt: "a", grader: "magic", reference: "1" }, /^error: sums\.jsonl: unknown grader "magic"/],
      [{ id: "q", prompt: "a", grader: "regex", reference: "(?=x)" }, /^error: sums\.jsonl: row 0 \(q\): regex cannot grade it, its reference /],
    ] as const) {
      asked();
      const ran = await desk("", [row, ...ROWS]).inside("eval", "--live", ...FAST);
      expect(ran.stderr).toMatch(error);
      expect(ran.code).toBe(2);
      expect(asked()).toEqual([]);
    }
  });

  test("a cap that cannot hold, and one that is no number", async () => {
    const at = folder({ "sums.jsonl": jsonl(ROWS), "wrp.yaml": `datasets: [sums.jsonl]\nmodels: [{name: nobody-knows-it, live: {url: "${server.url}"}}]\n` });
    asked();
    const unpriced = await at.inside("eval", "--live", "--max-cost", "1", ...FAST);
    expect(unpriced.stderr).toContain("no price of nobody-knows-it is known: a cap on cost cannot hold");
    expect((await at.inside("eval", "--live", "--max-cost", "-1", ...FAST)).stderr).toContain("--max-cost must be a number of US dollars > 0");
    expect((await at.inside("eval", "--max-cost", "1", ...FAST)).stderr).toContain("--max-cost needs --live");
    expect(asked()).toEqual([]);
  });

  test("the key goes to the backend, and nowhere else", async () => {
    const at = folder({ "sums.jsonl": jsonl(ROWS.slice(0, 2)), "wrp.yaml": `datasets: [sums.jsonl]\nmodels: [{name: strong, price: free, live: {url: "${server.url}", apiKeyEnv: WRP_TEST_KEY}}]\n` });
    asked();
    const ran = await at.wrpWith({ env: { WRP_TEST_KEY: KEY } }, "eval", "--live", "--jsonl", "--debug", ...FAST, "-o", "report.html");
    expect(ran.code, ran.stderr).toBe(0);
    expect(asked().map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
    for (const text of [ran.stdout, ran.stderr, at.read("report.html"), at.read(".wrp/wrp.db")]) expect(text).not.toContain(KEY);
  });

  test("recorded outcomes and a live model of one name do not mix", async () => {
    const at = desk("", [{ prompt: "1 + 1", outcomes: { strong: { quality: 1 } } }]);
    asked();
    const ran = await at.inside("eval", "--live", ...FAST);
    expect(ran.stderr).toContain('model "strong" is live in the config, but this workload has recorded outcomes of it');
    expect(ran.code).toBe(2);
  });
});
