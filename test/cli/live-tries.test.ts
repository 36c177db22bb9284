import Database from "better-sqlite3";
import type { ChildProcess } from "node:child_process";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serving, until, type Serving } from "../pool/serving.ts";
import { folder, jsonl, type Folder } from "../wrp.ts";

const KEY = "wrptest-0123456789abcdefghij";
const EVAL = ["eval", "data.jsonl", "--live", "--resamples", "200"];
const rows = (n: number) => jsonl(Array.from({ length: n }, (_, i) => ({ id: `p${i}`, prompt: `question ${i}`, reference: "0", grader: "exact" })));

function config(url: string, live: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}): string {
  const price = { inputUsdPer1M: 1, outputUsdPer1M: 10 };
  return JSON.stringify({ models: [{ name: "mine", price, live: { url: `${url}/v1`, settings: { maxOutputTokens: 100 }, ...live } }], store: "wrp.db", ...more });
}

const desk = (n: number, wrpYaml: string): Folder => folder({ "data.jsonl": rows(n), "wrp.yaml": wrpYaml });

/** The question of the last request, and the model that was asked. */
function asked({ requests }: Serving): { readonly prompt: string; readonly model: string } {
  const { body } = requests.at(-1) as Serving["requests"][number];
  const { messages, model } = body as { messages: { content: string }[]; model: string };
  return { prompt: messages.at(-1)?.content as string, model };
}

function answerWell(response: ServerResponse): void {
  begin(response);
  response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 10, completion_tokens: 20 } })}\n\n`);
  response.end("data: [DONE]\n\n");
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "x-request-id": "req-7" });
  response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { role: "assistant", content: "0" } }] })}\n\n`);
}

const refuse = (response: ServerResponse, status: number, message = `no (${status})`) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: { message } }));

function rowsOf<T = Record<string, unknown>>(at: Folder, sql: string): T[] {
  const db = new Database(join(at.path, "wrp.db"), { readonly: true });
  try {
    return db.prepare(sql).all() as T[];
  } finally {
    db.close();
  }
}

const LOOSE = "SELECT t.*, m.name AS model, p.messages FROM loose_tries AS t JOIN models AS m ON m.id = model_id JOIN records AS r ON r.id = record_id JOIN prompts AS p ON p.id = r.prompt_id";

describe("tries that led to no answer", () => {
  test.each([401, 403, 404])("answered with %i are stored as they were, count as no answer, and are shown", async (status) => {
    await using server = await serving((response) => refuse(response, status, `no ${KEY} and "question" here`));
    const at = desk(3, config(server.url, { apiKeyEnv: "WRP_TEST_KEY" }));
    const ran = await at.wrpWith({ env: { WRP_TEST_KEY: KEY } }, ...EVAL);
    expect(ran.code, ran.stderr).toBe(3);
    const tries = rowsOf(at, status === 403 ? "SELECT t.*, m.name AS model FROM tries AS t JOIN answers AS a ON a.id = answer_id JOIN models AS m ON m.id = a.model_id" : LOOSE);
    expect(tries).toHaveLength(3);
    for (const one of tries) expect(one).toMatchObject({ model: "mine", number: 1, status, cost_usd: 0, failure_kind: status === 404 ? "not-found" : "refused", failure: expect.stringMatching(`^HTTP ${status}: no \\*\\*\\* and "question" here${status === 404 ? " \\(asked" : "$"}`) });
    // 403 may be about the prompt: it is an outcome that failed.
    expect(rowsOf(at, "SELECT 1 FROM answers")).toHaveLength(status === 403 ? 3 : 0);
    expect(at.read("wrp.db")).not.toContain(KEY);
    const [{ id }] = rowsOf<{ id: string }>(at, "SELECT id FROM runs") as [{ id: string }];
    const shown = await at.inside("runs", "show", id);
    if (status === 403) expect(shown.stdout).not.toContain("without an answer");
    else expect(shown.stdout).toContain("3 tries without an answer ($0.00)");
    // The key is put right: tries stay, answers come.
    server.answer = answerWell;
    const whole = await at.wrpWith({ env: { WRP_TEST_KEY: KEY } }, ...EVAL, "--retry-failed");
    expect(whole.code, whole.stderr).toBe(0);
    expect(rowsOf(at, "SELECT 1 FROM answers WHERE error IS NULL")).toHaveLength(3);
    expect(rowsOf(at, LOOSE)).toHaveLength(status === 403 ? 0 : 3);
  });

  test("stopped by the circuit: what was tried before is stored too", async () => {
    await using server = await serving((response) => refuse(response, 401));
    const at = desk(600, config(server.url));
    const ran = await at.wrp(...EVAL);
    expect(ran.code, ran.stderr).toBe(3);
    expect(rowsOf(at, LOOSE)).toHaveLength(server.requests.length);
  });

  test("stopped by a cap between two tries", async () => {
    // A try that broke off counts as dear as a call may be: no second one fits.
    await using server = await serving((response) => {
      begin(response);
      setTimeout(() => response.destroy(), 20);
    });
    const at = desk(1, config(server.url, {}));
    const ran = await at.wrp(...EVAL, "--max-cost", "0.0012");
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stderr).toContain("the cost cap is reached");
    expect(rowsOf(at, LOOSE)).toMatchObject([{ failure_kind: "disconnect", cost_usd: null, status: 200, headers: '{"x-request-id":"req-7"}', first_token_ms: expect.any(Number) }]);
    const [{ id }] = rowsOf<{ id: string }>(at, "SELECT id FROM runs") as [{ id: string }];
    expect((await at.inside("runs", "show", id)).stdout).toContain("1 try without an answer (1 of unknown cost)");
  });

  test("stopped by Ctrl-C between two tries, without their texts where those stay out", async () => {
    await using server = await serving((response) => void response.writeHead(429, { "retry-after": "30" }).end('{"error":{"message":"you asked question 1"}}'));
    const at = desk(4, config(server.url, { concurrency: 4 }));
    let child: ChildProcess | null = null;
    const run = at.wrpWith({ started: (it) => (child = it) }, ...EVAL, "--no-content");
    await until(() => server.requests.length === 4);
    await new Promise((done) => setTimeout(done, 200));
    (child as ChildProcess | null)?.kill("SIGINT");
    expect((await run).code).toBe(130);
    const tries = rowsOf(at, LOOSE);
    expect(tries).toHaveLength(4);
    for (const one of tries) expect(one).toMatchObject({ failure_kind: "rate-limit", failure: "left out", messages: null });
    expect(at.read("wrp.db")).not.toContain("question");
    const [{ id }] = rowsOf<{ id: string }>(at, "SELECT id FROM runs") as [{ id: string }];
    expect((await at.inside("runs", "show", id, "--json")).json()).toMatchObject({ stored: { answers: { live: 0 }, looseTries: { count: 4 } } });
  });

  test("of a training part that Ctrl-C ends: calls in flight are kept", async () => {
    const held: ServerResponse[] = [];
    await using server = await serving((response) => void held.push(response));
    const at = desk(40, config(server.url, { concurrency: 4 }));
    let child: ChildProcess | null = null;
    const run = at.wrpWith({ started: (it) => (child = it) }, ...EVAL, "--split", "test");
    await until(() => held.length === 4);
    (child as ChildProcess | null)?.kill("SIGINT");
    await new Promise((done) => setTimeout(done, 300));
    for (const response of held) answerWell(response);
    const ran = await run;
    expect(ran.code, ran.stderr).toBe(130);
    expect(rowsOf(at, "SELECT 1 FROM answers")).toHaveLength(4);
  });
});

describe("a model that the backend does not know", () => {
  test("is named, with where the others are listed; the other model of the same backend goes on", async () => {
    const said = (model: string) => JSON.stringify({ object: "error", message: `The model \`${model}\` does not exist.`, type: "NotFoundError", param: null, code: 404 });
    await using server = await serving((response) => {
      const { model } = asked(server);
      if (model === "qwen-9b") return void setTimeout(() => answerWell(response), 5);
      response.writeHead(404, { "content-type": "application/json" }).end(said(model));
    });
    const models = [["typo", "qwen-8b"], ["mine", "qwen-9b"]].map(([name, model]) => ({ name, price: "free", live: { backend: "here", model } }));
    const at = desk(200, config(server.url, {}, { models, backends: { here: { url: `${server.url}/v1` } } }));
    const ran = await at.wrp(...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(3);
    const how = `HTTP 404: The model \`qwen-8b\` does not exist. (asked for model "qwen-8b"; GET ${server.url}/v1/models lists what there is)`;
    expect(ran.stderr.match(/^warning: .*is not called.*$/gm)).toEqual([`warning: typo is not called any more: 10 tries in a row failed: ${how}`]);
    const report = ran.json();
    expect(report.models).toMatchObject([{ name: "mine", graded: 200 }]);
    expect(report.warnings.join("\n")).toContain(how);
    expect(server.requests.filter(({ body }) => body["model"] === "qwen-9b")).toHaveLength(200);
    expect(server.requests.filter(({ body }) => body["model"] === "qwen-8b").length).toBeLessThan(100);
  });
});

describe("what is masked", () => {
  test("a short key in answers, headers and errors; the names of models stay", async () => {
    const short = "pl9m4";
    await using server = await serving((response) => {
      response.writeHead(200, { "content-type": "application/json", "x-vsr-selected-model": "xai-grok-4-fast-reasoning", "x-request-id": `for ${short}` });
      response.end(JSON.stringify({ model: "xai-grok-4-fast-reasoning", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: `the key is ${short}` } }], usage: { prompt_tokens: 3, completion_tokens: 1 } }));
    });
    const at = desk(2, config(server.url, { apiKeyEnv: "WRP_TEST_KEY" }));
    const ran = await at.wrpWith({ env: { WRP_TEST_KEY: short } }, ...EVAL);
    expect(ran.code, ran.stderr).toBe(0);
    expect(at.read("wrp.db")).not.toContain(short);
    expect(rowsOf(at, "SELECT text FROM answers")).toEqual([{ text: "the key is ***" }, { text: "the key is ***" }]);
    for (const { headers, served_model } of rowsOf(at, "SELECT headers, served_model FROM tries")) {
      expect(served_model).toBe("xai-grok-4-fast-reasoning");
      expect(JSON.parse(headers as string)).toMatchObject({ "x-vsr-selected-model": "xai-grok-4-fast-reasoning", "x-request-id": "for ***" });
    }
  });
});

describe("exported and imported", () => {
  test("tries of both kinds come along, once, also of a model that answered nothing; without texts their words stay behind", async () => {
    await using server = await serving((response) => {
      const { prompt, model } = asked(server);
      if (model === "gone") return refuse(response, 404, "no model gone");
      if (prompt.endsWith("1") && server.requests.filter(({ body }) => JSON.stringify(body) === JSON.stringify(server.requests.at(-1)?.body)).length === 1) return refuse(response, 500, `oops: ${prompt}`);
      answerWell(response);
    });
    const models = ["mine", "gone"].map((name) => ({ name, price: "free", live: { backend: "here", model: name } }));
    const at = desk(20, config(server.url, {}, { models, backends: { here: { url: `${server.url}/v1`, apiKeyEnv: "WRP_TEST_KEY" } } }));
    const ran = await at.wrpWith({ env: { WRP_TEST_KEY: KEY } }, ...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(3);
    const [tries, loose] = [rowsOf(at, "SELECT * FROM tries"), rowsOf(at, LOOSE)];
    expect(tries).toHaveLength(22);
    expect(loose.length).toBeGreaterThan(0);
    for (const flag of [[], ["--no-content"]]) {
      const file = flag.length === 0 ? "run.jsonl" : "bare.jsonl";
      const exported = await at.inside("runs", "export", "latest", "-o", file, ...flag);
      expect(exported.code, exported.stderr).toBe(0);
      expect(at.read(file)).not.toContain(KEY);
      const there = folder({ [file]: at.read(file) });
      for (let time = 0; time < 2; time++) {
        const imported = await there.inside("runs", "import", file, "--store", "wrp.db");
        expect(imported.code, imported.stderr).toBe(0);
        const bare = (of: Record<string, unknown>[]) => of.map(({ failure, messages: _messages, answer_id: _a, record_id: _r, model_id: _m, ...rest }) => ({ ...rest, failure: failure === null || flag.length === 0 ? failure : "left out" }));
        const byTime = (of: Record<string, unknown>[]) => bare(of).map((row) => JSON.stringify(row)).toSorted();
        expect(byTime(rowsOf(there, "SELECT * FROM tries"))).toEqual(byTime(tries));
        expect(byTime(rowsOf(there, LOOSE))).toEqual(byTime(loose));
      }
      expect(at.read(file).includes("oops")).toBe(flag.length === 0);
      const again = await there.inside("runs", "export", "latest", "--store", "wrp.db", "-o", "again.jsonl", ...flag);
      expect(again.code, again.stderr).toBe(0);
      expect(there.read("again.jsonl").split("\n").slice(1).toSorted()).toEqual(at.read(file).split("\n").slice(1).toSorted());
    }
  });

  test("a file that has no tries is imported as before", async () => {
    await using server = await serving(answerWell);
    const at = desk(5, config(server.url));
    expect((await at.wrp(...EVAL)).code).toBe(0);
    await at.inside("runs", "export", "latest", "-o", "run.jsonl");
    const [head, ...lines] = at.read("run.jsonl").trimEnd().split("\n") as [string, ...string[]];
    const old = lines.map((line) => {
      const value = JSON.parse(line) as { record?: { outcomes: Record<string, unknown>[] } };
      for (const answer of value.record?.outcomes ?? []) delete answer["tries"];
      return `${JSON.stringify(value)}\n`;
    }).join("");
    expect(old).not.toContain("startedAt");
    const { createHash } = await import("node:crypto");
    const there = folder({ "old.jsonl": `${JSON.stringify({ ...JSON.parse(head), sha256: createHash("sha256").update(old).digest("hex") })}\n${old}` });
    const imported = await there.inside("runs", "import", "old.jsonl", "--store", "wrp.db");
    expect(imported.code, imported.stderr).toBe(0);
    expect([rowsOf(there, "SELECT 1 FROM answers").length, rowsOf(there, "SELECT 1 FROM tries").length]).toEqual([5, 0]);
  });

  test("tries in vain of many runs take many lines, none of them long", async () => {
    await using server = await serving(answerWell);
    const at = desk(1, config(server.url));
    expect((await at.wrp(...EVAL)).code).toBe(0);
    const db = new Database(join(at.path, "wrp.db"));
    db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO loose_tries (record_id, model_id, number, started_at, queue_ms, end_ms, lag_ms, headers) SELECT r.record_id, r.model_id, i, '2026-01-01T00:00:00.000Z', i, 1, 0, '{}' FROM n, answers AS r`);
    db.close();
    await at.inside("runs", "export", "latest", "-o", "run.jsonl");
    const lines = at.read("run.jsonl").split("\n").filter((line) => line.startsWith('{"record"'));
    expect(lines).toHaveLength(1 + 4);
    const there = folder({ "run.jsonl": at.read("run.jsonl") });
    expect((await there.inside("runs", "import", "run.jsonl", "--store", "wrp.db")).code).toBe(0);
    expect(rowsOf(there, "SELECT number FROM loose_tries ORDER BY number").map(({ number }) => number)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  });
});
