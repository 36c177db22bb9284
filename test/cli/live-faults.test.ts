import Database from "better-sqlite3";
import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { serving, until, type Serving } from "../pool/serving.ts";
import { folder, jsonl, type Folder, type Ran } from "../wrp.ts";

/** What the server of a test is asked, and how often it answered each prompt whole. */
interface Backend extends Serving {
  readonly asked: Map<string, number>;
  readonly answered: Map<string, number>;
  /** Tokens of every answer that went out whole. */
  tokens: number;
}

type Answering = (response: ServerResponse, prompt: string, nth: number, backend: Backend) => void;

/** An OpenAI chat server whose answers depend on the prompt alone. */
async function backend(answering: Answering): Promise<Backend> {
  const asked = new Map<string, number>();
  const own = await serving((response) => {
    const body = own.requests.at(-1)?.body as { messages: { content: string }[] };
    own.requests.length = 0;
    const prompt = body.messages.at(-1)?.content as string;
    const nth = (asked.get(prompt) ?? 0) + 1;
    asked.set(prompt, nth);
    answering(response, prompt, nth, it);
  });
  const it: Backend = Object.assign(own, { asked, answered: new Map<string, number>(), tokens: 0 });
  return it;
}

const OUT = 20;

/** A whole answer, streamed: right for even prompts, wrong for odd ones. */
function answerWell(response: ServerResponse, prompt: string, own: Backend, text = String(Number(/\d+/.exec(prompt)?.[0]) % 2)): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: { role: "assistant", content: text } }] })}\n\n`);
  const usage = { prompt_tokens: 10, completion_tokens: OUT, total_tokens: 10 + OUT };
  response.write(`data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage })}\n\n`);
  response.end("data: [DONE]\n\n");
  own.answered.set(prompt, (own.answered.get(prompt) ?? 0) + 1);
  own.tokens += 10 + OUT;
}

const rows = (n: number) => jsonl(Array.from({ length: n }, (_, i) => ({ id: `p${i}`, prompt: `question ${i}`, reference: "0", grader: "exact" })));

/** A live model "mine" of a server, and what more a test says of it. */
function config(url: string, live: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}, price: unknown = { inputUsdPer1M: 1, outputUsdPer1M: 10 }): string {
  return JSON.stringify({
    models: [{ name: "mine", ...(price === null ? {} : { price }), live: { url: `${url}/v1`, settings: { maxOutputTokens: 100 }, ...live } }],
    store: "wrp.db",
    ...more,
  });
}

const EVAL = ["eval", "data.jsonl", "--live", "--resamples", "200"];

function prepared(n: number, wrpYaml: string): Folder {
  return folder({ "data.jsonl": rows(n), "wrp.yaml": wrpYaml });
}

function checkStore(own: Folder, name = "wrp.db"): Database.Database {
  const db = new Database(join(own.path, name));
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  return db;
}

/** Prompts that have more than one answer of one model and source; there are never any. */
function twice(db: Database.Database): unknown[] {
  return db.prepare("SELECT r.prompt_id, a.model_id, count(*) FROM answers a JOIN records r ON r.id = a.record_id GROUP BY r.source_id, r.prompt_id, a.model_id, a.sample HAVING count(*) > 1").all();
}

function noStack({ stderr }: Ran): void {
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(stderr).not.toMatch(/bug in wrp|Unhandled|Warning:/);
}

/** What two runs share whose timings differ. */
function untimed(report: Report): unknown {
  return JSON.parse(
    JSON.stringify({ verdict: report.verdict, workload: report.workload, models: report.models, policies: report.policies }, (key, value: unknown) => (/latency|ttft|goodput|slo|throughput|wall|makespan|ms$/i.test(key) ? undefined : value)),
  );
}

const live = (report: Report) => report.timing.live as NonNullable<Report["timing"]["live"]>;

describe("kill -9 in the middle of a live run", () => {
  test("the same command goes on: nothing is paid for twice but what was in flight, and the report is that of a run undisturbed", async () => {
    const N = 600; // more than a batch
    const IN_FLIGHT = 8;
    await using calm = await backend((response, prompt, _, it) => setTimeout(() => answerWell(response, prompt, it), 5));
    await using server = await backend((response, prompt, _, it) => setTimeout(() => answerWell(response, prompt, it), 5));
    const quiet = prepared(N, config(calm.url, { concurrency: IN_FLIGHT }));
    const undisturbed = await quiet.wrp(...EVAL, "--json");
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    const own = prepared(N, config(server.url, { concurrency: IN_FLIGHT }));
    let kills = 0;
    let paidTwice = 0;
    for (; kills < 10; kills++) {
      const before = [...server.answered.values()].reduce((sum, n) => sum + n, 0);
      // At a moment of its own: after so many answers of this run, and up to a few milliseconds.
      const after = before + 1 + ((kills * 7919) % 37);
      let child: ChildProcess | null = null;
      const run = own.wrpWith({ started: (it) => (child = it) }, ...EVAL);
      await until(() => [...server.answered.values()].reduce((sum, n) => sum + n, 0) >= after);
      await new Promise((done) => setTimeout(done, (kills * 13) % 7));
      (child as ChildProcess | null)?.kill("SIGKILL");
      expect((await run).code).toBeNull();
      const db = checkStore(own);
      expect(twice(db)).toEqual([]);
      const stored = db.prepare("SELECT count(*) FROM answers").pluck().get() as number;
      paidTwice = server.answered.size - stored;
      expect(paidTwice).toBeLessThanOrEqual(IN_FLIGHT * (kills + 1));
      db.close();
    }
    const last = await own.wrp(...EVAL, "--json");
    expect(last.code, last.stderr).toBe(0);
    expect(server.asked.size).toBe(N);
    const again = [...server.asked.values()].reduce((sum, n) => sum + n - 1, 0);
    expect(again).toBeLessThanOrEqual(IN_FLIGHT * kills);
    expect(untimed(last.json())).toEqual(untimed(undisturbed.json()));
    const db = checkStore(own);
    expect(twice(db)).toEqual([]);
    expect(db.prepare("SELECT count(*) FROM answers").pluck().get()).toBe(N);
    db.close();
    const asked = new Map(server.asked);
    expect((await own.wrp(...EVAL, "--json")).code).toBe(0);
    expect(server.asked).toEqual(asked);
  }, 120_000);
});
