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
  /** The authorization of the last request. */
  seen: string | undefined;
}

type Answering = (response: ServerResponse, prompt: string, nth: number, backend: Backend) => void;

/** An OpenAI chat server whose answers depend on the prompt alone. */
async function backend(answering: Answering): Promise<Backend> {
  const asked = new Map<string, number>();
  const own = await serving((response) => {
    it.seen = own.requests.at(-1)?.headers.authorization;
    const prompt = promptOf(own);
    own.requests.length = 0;
    const nth = (asked.get(prompt) ?? 0) + 1;
    asked.set(prompt, nth);
    answering(response, prompt, nth, it);
  });
  const it: Backend = Object.assign(own, { asked, answered: new Map<string, number>(), tokens: 0, seen: undefined });
  return it;
}

/** The prompt of the last request. */
function promptOf({ requests }: Serving): string {
  const { body } = requests.at(-1) as Serving["requests"][number];
  return (body as { messages: { content: string }[] }).messages.at(-1)?.content as string;
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

const calls = (report: Report) => report.timing.live as NonNullable<Report["timing"]["live"]>;

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

describe("Ctrl-C", () => {
  test("begins no new call, keeps what was in flight, exits with 130 and names the way on", async () => {
    const held: (() => void)[] = [];
    let holding = true;
    await using server = await backend((response, prompt, _, it) => (holding ? void held.push(() => answerWell(response, prompt, it)) : answerWell(response, prompt, it)));
    const own = prepared(600, config(server.url, { concurrency: 4 }));
    let child: ChildProcess | null = null;
    const run = own.wrpWith({ started: (it) => (child = it) }, ...EVAL);
    await until(() => held.length === 4);
    (child as ChildProcess | null)?.kill("SIGINT");
    await new Promise((done) => setTimeout(done, 300));
    expect(server.asked.size).toBe(4);
    for (const go of held.splice(0)) go();
    const ran = await run;
    expect(ran.code).toBe(130);
    noStack(ran);
    expect(server.asked.size).toBe(4);
    expect(ran.stderr).toMatch(/waiting for 4 calls in flight/);
    expect(ran.stderr).toMatch(/4 live answers .*kept in \S*wrp\.db/);
    const way = /^ {2}wrp (.+)$/m.exec(ran.stderr)?.[1]?.split(" ") as string[];
    holding = false;
    const rest = await own.wrp(...way);
    expect(rest.code, rest.stderr).toBe(0);
    expect([...server.asked.values()].every((times) => times === 1)).toBe(true);
    expect(server.asked.size).toBe(600);
  });

  test("twice ends at once", async () => {
    await using server = await backend(() => undefined);
    const own = prepared(20, config(server.url, { concurrency: 4 }));
    let child: ChildProcess | null = null;
    const run = own.wrpWith({ started: (it) => (child = it) }, ...EVAL);
    await until(() => server.asked.size === 4);
    (child as ChildProcess | null)?.kill("SIGINT");
    await new Promise((done) => setTimeout(done, 300));
    const from = performance.now();
    (child as ChildProcess | null)?.kill("SIGINT");
    const ran = await run;
    expect(performance.now() - from).toBeLessThan(5000); // the grace is 30 s
    expect(ran.code).not.toBe(0);
    noStack(ran);
    checkStore(own).close();
  });

  test("while calls wait between two tries", async () => {
    await using server = await backend((response) => void response.writeHead(429, { "retry-after": "30" }).end("{}"));
    const own = prepared(20, config(server.url, { concurrency: 4 }));
    let child: ChildProcess | null = null;
    const run = own.wrpWith({ started: (it) => (child = it) }, ...EVAL);
    await until(() => server.asked.size > 0);
    await new Promise((done) => setTimeout(done, 200));
    const before = [...server.asked.values()].reduce((sum, n) => sum + n, 0);
    const from = performance.now();
    (child as ChildProcess | null)?.kill("SIGINT");
    const ran = await run;
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(ran.code).toBe(130);
    noStack(ran);
    expect([...server.asked.values()].reduce((sum, n) => sum + n, 0)).toBe(before);
  });
});

describe("a backend that is not there", () => {
  const refusing = (status: number) => (response: ServerResponse) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: `no (${status})` } }));

  test.each([401, 403, 404])("answers %i: it is said once, and the run ends", async (status) => {
    await using server = await backend(refusing(status));
    const own = prepared(600, config(server.url));
    const ran = await own.wrp(...EVAL, "--json");
    noStack(ran);
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stderr.match(/warning: mine is not called any more/g)).toHaveLength(1);
    expect(ran.stderr).toMatch(new RegExp(`no model answered: mine: not called, since .*HTTP ${status}: no`));
    expect(server.asked.size).toBeLessThan(100);
    checkStore(own).close();
  });

  test("nobody listens", async () => {
    const port = await freePort();
    const own = prepared(600, config(`http://127.0.0.1:${port}`));
    const ran = await own.wrp(...EVAL, "--json");
    noStack(ran);
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stderr.match(/warning: mine is not called/g)).toHaveLength(1);
    expect(ran.stderr).toMatch(/no model answered: mine: not called, since .*ECONNREFUSED/);
  });

  test("another model still gets its report", async () => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    await using dead = await backend(refusing(401));
    const own = prepared(600, config(server.url, {}, { models: [{ name: "mine", price: "free", live: `one` }, { name: "dead", price: "free", live: "two" }], policies: [{ kind: "always", name: "good", model: "mine" }, { kind: "always", name: "bad", model: "dead" }], reference: "mine", backends: { one: { url: `${server.url}/v1` }, two: { url: `${dead.url}/v1` } } }));
    const ran = await own.wrp(...EVAL, "--json");
    noStack(ran);
    expect(ran.code, ran.stderr).toBe(3);
    const said = ran.json().warnings.filter((warning) => /dead/.test(warning));
    expect(said.join("\n")).toMatch(/policy "bad" is left out.*\ndead answered none of 600 prompts and is left out of this report.*HTTP 401/);
    expect(said.join("\n")).not.toMatch(/timings of dead/);
    const again = await own.wrp("report", "--json", "-q");
    expect(untimed(again.json())).toEqual(untimed(ran.json()));
    expect((await own.wrp("report", "-o", "report.html", "-q")).code).toBe(3);
    expect(ran.json().models).toMatchObject([{ name: "mine" }]);
    expect(server.answered.size).toBe(600);
    // The key is put right: the same command asks for all that was refused, and for nothing else.
    dead.answer = (response) => answerWell(response, promptOf(dead), dead);
    const whole = await own.wrp(...EVAL, "--json");
    expect(whole.code, whole.stderr).toBe(0);
    expect(dead.answered.size).toBe(600);
    expect([...server.asked.values()].every((times) => times === 1)).toBe(true);
    expect(whole.json().models.map(({ name }) => name)).toEqual(["mine", "dead"]);
  });
});

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

describe("money", () => {
  const PRICE = { inputUsdPer1M: 1000, outputUsdPer1M: 10_000 };
  const spentAt = (server: Backend) => (server.answered.size * (10 * PRICE.inputUsdPer1M + OUT * PRICE.outputUsdPer1M)) / 1e6;

  test.each(["flag", "config"])("the cap of a %s is never passed; a higher one goes on", async (from) => {
    await using server = await backend((response, prompt, _, it) => setTimeout(() => answerWell(response, prompt, it), 2));
    const own = prepared(300, config(server.url, {}, from === "config" ? { maxCostUsd: 20 } : {}, PRICE));
    const ran = await own.wrp(...EVAL, "--json", ...(from === "flag" ? ["--max-cost", "20"] : []));
    noStack(ran);
    expect(ran.code, ran.stderr).toBe(3);
    expect(spentAt(server)).toBeLessThanOrEqual(20);
    expect(spentAt(server)).toBeGreaterThan(15);
    const { models: [mine], spentUsd, capUsd } = calls(ran.json());
    expect(spentUsd).toBeCloseTo(spentAt(server), 6);
    expect(capUsd).toBe(20);
    expect(mine?.answered).toBe(server.answered.size);
    expect(mine?.notCalled).toBe(300 - server.answered.size);
    expect(ran.json().warnings.join("\n")).toMatch(/mine has no outcome of \d+ of 300 prompts: the cost cap is reached/);
    const rest = await own.wrp(...EVAL, "--json", "--max-cost", "1000");
    expect(rest.code, rest.stderr).toBe(0);
    expect([...server.asked.values()].every((times) => times === 1)).toBe(true);
    expect(server.asked.size).toBe(300);
  });

  test("a cap that is too small for any call", async () => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    const ran = await prepared(30, config(server.url, {}, {}, PRICE)).wrp(...EVAL, "--max-cost", "0.001");
    noStack(ran);
    expect(server.asked.size).toBe(0);
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stderr).toMatch(/no model answered: mine: the cost cap is reached\nhint: raise --max-cost/);
  });

  test("a model without a price has no cap", async () => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    for (const [more, flags] of [[{ maxCostUsd: 5 }, []], [{}, ["--max-cost", "5"]]] as const) {
      const ran = await prepared(30, config(server.url, {}, more, null)).wrp(...EVAL, ...flags);
      noStack(ran);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(/no price of mine is known/);
    }
    expect(server.asked.size).toBe(0);
    const ran = await prepared(30, config(server.url, {}, {}, null)).wrp(...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/30 outcomes asked for · an unknown cost of mine \(unpriced\)/);
  });

  test.each(["0", "-1", "NaN", "Infinity", "ten", ""])("--max-cost %s is none", async (cap) => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    const ran = await prepared(3, config(server.url)).wrp(...EVAL, `--max-cost=${cap}`);
    noStack(ran);
    expect(ran.code).toBe(2);
    expect(server.asked.size).toBe(0);
  });

  test("failures that may have cost something do not stop a run that was given no cap", async () => {
    // One prompt, cut off twice after tokens came: each may have cost as much as a call can.
    await using server = await backend((response, prompt, nth, it) => {
      if (nth > 2) return answerWell(response, prompt, it);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "x" } }] })}\n\n`, () => response.destroy());
    });
    const ran = await prepared(1, config(server.url)).wrp(...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(calls(ran.json()).models).toMatchObject([{ answered: 1, failed: 0, notCalled: 0 }]);
  });

  test("a training part is called too, counted, and part of the cap", async () => {
    await using server = await backend((response, prompt, _, it) => (prompt.endsWith("3") ? void response.writeHead(400).end("no") : answerWell(response, prompt, it)));
    const own = prepared(100, config(server.url, {}, {}, PRICE));
    const capped = await own.wrp(...EVAL, "--split", "test", "--json", "--max-cost", "14");
    expect(capped.code, capped.stderr).toBe(3);
    expect(spentAt(server)).toBeLessThanOrEqual(14);
    const [mine] = calls(capped.json()).models;
    expect(mine?.answered).toBe(server.answered.size);
    expect((mine?.answered ?? 0) + (mine?.failed ?? 0) + (mine?.notCalled ?? 0)).toBe(100);
    expect(capped.json().warnings.join("\n")).toMatch(/training part: \d+ of \d+ calls of mine failed/);
    const whole = await own.wrp(...EVAL, "--split", "test", "--json");
    expect(calls(whole.json()).models).toMatchObject([{ notCalled: 0 }]);
    expect([...server.asked.values()].every((times) => times === 1)).toBe(true);
    expect(server.asked.size).toBe(100);
  });

  test("neither a dry run nor one without --live asks anybody", async () => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    const own = prepared(30, config(server.url));
    for (const args of [[...EVAL, "--dry-run"], [...EVAL, "--dry-run", "--json"], ["eval", "data.jsonl", "--dry-run"], ["eval", "data.jsonl"], ["check"], ["eval", "data.jsonl", "--fresh"]]) {
      const ran = await own.wrp(...args);
      noStack(ran);
      if (args.includes("--dry-run")) expect(ran.code, ran.stderr).toBe(0);
    }
    expect(server.connections()).toBe(0);
    expect(server.asked.size).toBe(0);
  });
});

describe("a storm", () => {
  test("10,000 calls, a fifth of them with faults: each ends as one outcome, and memory does not grow", async () => {
    const N = 10_000;
    await using server = await backend((response, prompt, nth, it) => {
      const k = Number(/\d+/.exec(prompt)?.[0]);
      if (k % 5 !== 0 || nth > 1) return answerWell(response, prompt, it);
      const head = () => response.writeHead(200, { "content-type": "text/event-stream" });
      switch ((k / 5) % 5) {
        case 0:
          return void response.writeHead(429, { "retry-after": "0" }).end(JSON.stringify({ error: { message: "slow down" } }));
        case 1:
          return void response.writeHead(500).end("oops");
        case 2:
          head();
          return void response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "x" } }] })}\n\n`, () => response.destroy());
        case 3:
          head();
          return void response.end(`data: {"choices": [{"delta": {"con\n\ndata: [DONE]\n\n`);
        default:
          return void setTimeout(() => answerWell(response, prompt, it), 100);
      }
    });
    const own = prepared(N, config(server.url, { concurrency: 200 }));
    let pid = 0;
    const run = own.wrpWith({ started: (child) => (pid = child.pid as number) }, ...EVAL, "-j", "200", "--json");
    const early: number[] = [];
    const late: number[] = [];
    const watch = setInterval(() => {
      if (server.answered.size > 0.1 * N && server.answered.size < 0.4 * N) early.push(residentMb(pid));
      else if (server.answered.size > 0.7 * N && server.answered.size < N) late.push(residentMb(pid));
    }, 50);
    const ran = await run;
    clearInterval(watch);
    noStack(ran);
    expect(ran.code, ran.stderr).toBe(0);
    expect(calls(ran.json()).models).toMatchObject([{ answered: N, failed: 0, notCalled: 0 }]);
    expect([...server.answered.values()].filter((times) => times !== 1)).toEqual([]);
    expect(server.answered.size).toBe(N);
    const db = checkStore(own);
    expect(twice(db)).toEqual([]);
    expect(db.prepare("SELECT count(*) FROM answers WHERE error IS NULL").pluck().get()).toBe(N);
    // Every try is kept: four of five kinds of fault took a second one.
    expect(db.prepare("SELECT count(*) FROM tries").pluck().get()).toBe(N + (N / 25) * 4);
    db.close();
    if (early.length > 0 && late.length > 0) expect(Math.max(...late)).toBeLessThan(Math.max(...early) + 200);
  }, 180_000);
});

/** Resident memory, MB; NaN where the system does not tell. */
function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

describe("secrets", () => {
  const KEY = "wrptest-0123456789abcdefghij";
  const keyed = { apiKeyEnv: "WRP_TEST_KEY" };

  test("a key that the server echoes everywhere is nowhere in what is written or stored", async () => {
    await using server = await backend((response, prompt, _, it) => {
      const k = Number(/\d+/.exec(prompt)?.[0]);
      expect(it.seen).toBe(`Bearer ${KEY}`);
      for (const name of ["x-request-id", "x-vsr-selected-model", "server", "x-litellm-key", `x-vsr-${KEY}`]) response.setHeader(name, `a ${KEY} b`);
      const chunk = (data: unknown) => response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
      switch (k % 7) {
        case 0:
          return void response.writeHead(400).end(JSON.stringify({ error: { message: `bad key ${KEY} Bearer ${KEY}`, code: KEY, type: KEY } }));
        case 1:
          return void response.writeHead(422, KEY).end(`<html>${KEY}`);
        case 2:
          response.writeHead(200, { "content-type": "text/event-stream" });
          for (const part of [KEY.slice(0, 9), KEY.slice(9)]) chunk({ id: KEY, model: KEY, choices: [{ index: 0, delta: { role: KEY, content: part } }] });
          chunk({ choices: [{ index: 0, delta: {}, finish_reason: KEY }], usage: { prompt_tokens: 1, completion_tokens: 1 } });
          return void response.end("data: [DONE]\n\n");
        case 3:
          response.writeHead(200, { "content-type": "text/event-stream" });
          chunk({ error: { message: `no ${KEY}`, type: KEY, code: 400 } });
          return void response.end();
        case 4:
          return void response.writeHead(200, { "content-type": `text/${KEY}` }).end(KEY);
        case 5:
          response.writeHead(200, { "content-type": "text/event-stream" });
          chunk(`{"${KEY}": `);
          return void response.end();
        default:
          response.writeHead(200, { "content-type": "text/event-stream" });
          chunk({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: KEY, type: "function", function: { name: KEY, arguments: `{"a":"${KEY}"}` } }] } }] });
          chunk({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }], usage: { prompt_tokens: 1, completion_tokens: 1 } });
          return void response.end("data: [DONE]\n\n");
      }
    });
    const own = prepared(70, config(server.url, { ...keyed, retries: 1 }));
    let leaked: string[] = [];
    const look = (where: string, text: string | Buffer) => {
      if (text.includes(KEY)) leaked = [...leaked, where];
    };
    const run = async (...args: string[]) => {
      const ran = await own.wrpWith({ env: { WRP_TEST_KEY: `${KEY}\n` } }, ...args);
      noStack(ran);
      look(`stdout of ${args.join(" ")}`, ran.stdout);
      look(`stderr of ${args.join(" ")}`, ran.stderr);
      for (const file of readdirSync(own.path)) look(file, readFileSync(join(own.path, file)));
      return ran;
    };
    const first = await run(...EVAL, "--debug", "--jsonl", "-o", "a.html", "-o", "a.json", "-o", "a.md", "-o", "a.jsonl", "--with-content");
    expect(server.asked.size).toBe(70);
    expect(first.stderr + first.stdout).not.toMatch(/bug/);
    await run(...EVAL, "--retry-failed", "--json", "--debug");
    await run("runs", "list");
    await run("report", "--json");
    expect(leaked).toEqual([]);
  });

  test.each([
    ["not set", keyed, undefined, /wrp\.yaml:1: the environment variable WRP_TEST_KEY is not set/],
    ["empty", keyed, "", /WRP_TEST_KEY is empty/],
    ["blank", keyed, " \n", /WRP_TEST_KEY is empty/],
    ["two lines", keyed, `${KEY}\nInjected: yes`, /the key in WRP_TEST_KEY has blanks, line ends/],
    ["no file", { apiKeyFile: "none.key" }, undefined, /the key file none\.key cannot be read \(ENOENT\)/],
    ["an empty file", { apiKeyFile: "empty.key" }, undefined, /the key file empty\.key is empty/],
    ["a file of two lines", { apiKeyFile: "two.key" }, undefined, /the key in two\.key has blanks, line ends/],
    ["a folder", { apiKeyFile: "." }, undefined, /the key file \. cannot be read \(EISDIR\)/],
  ])("a key that is %s is refused before any call", async (_, live, key, said) => {
    await using server = await backend((response, prompt, _nth, it) => answerWell(response, prompt, it));
    const own = prepared(3, config(server.url, live));
    own.put("empty.key", "\n");
    own.put("two.key", `${KEY}\n${KEY}\n`);
    const ran = await own.wrpWith({ env: { WRP_TEST_KEY: key } }, ...EVAL, "--debug");
    noSecretStack(ran, KEY);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(said);
    expect(server.asked.size).toBe(0);
    // What is stored needs no key.
    expect((await own.wrp("eval", "data.jsonl")).stderr).not.toMatch(/WRP_TEST_KEY|\.key/);
  });

  test("a key from a file, with a line end", async () => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    const own = prepared(3, config(server.url, { apiKeyFile: "my.key" }));
    own.put("my.key", `${KEY}\r\n`);
    expect((await own.wrp(...EVAL)).code).toBe(0);
    expect(server.seen).toBe(`Bearer ${KEY}`);
  });

  test.each([
    ["http://192.0.2.1/v1", {}, /wrp\.yaml:1: http:\/\/192\.0\.2\.1 is plain http/],
    ["http://me:pw12345678@127.0.0.1/v1", {}, /wrp\.yaml:1: .*holds a user or password/],
    ["http://127.0.0.1:1/v1", { headers: { Authorization: `Bearer ${KEY}` } }, /wrp\.yaml:1: a key does not belong into a config/],
    ["http://127.0.0.1:1/v1", { headers: { "Proxy-Authorization": `Bearer ${KEY}` } }, /a key does not belong into a config/],
    ["http://127.0.0.1:1/v1", { headers: { "x-auth-token": KEY } }, /a key does not belong into a config/],
    ["http://127.0.0.1:1/v1", { headers: { "x-title": "a\r\nb: c" } }, /x-title/],
    ["http://127.0.0.1:1/v1", { headers: { "a b": "c" } }, /"?a b"?/],
  ])("%s with %j is refused, with its place", async (url, live, said) => {
    const own = folder({ "data.jsonl": rows(3), "wrp.yaml": config("x").replace('"x/v1"', JSON.stringify(url)).replace('"settings"', `${JSON.stringify(live).slice(1, -1)}${Object.keys(live).length > 0 ? "," : ""}"settings"`) });
    for (const args of [EVAL, ["eval", "data.jsonl"]]) {
      const ran = await own.wrp(...args);
      noStack(ran);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(said);
      expect(ran.stderr).not.toMatch(/pw12345678/);
      expect(ran.stderr).not.toContain(KEY);
    }
  });
});

function noSecretStack({ stderr }: Ran, key: string): void {
  expect(stderr).not.toContain(key);
  expect(stderr).not.toMatch(/bug in wrp/);
}

describe("trouble with the store", () => {
  test("another process that holds it for long: calls are stopped, the end is clear, the same command goes on", async () => {
    let lock: Database.Database | null = null;
    const own = folder({ "data.jsonl": rows(100) });
    await using server = await backend((response, prompt, _, it) => {
      if (server.asked.size === 20 && !lock) {
        lock = new Database(join(own.path, "wrp.db"));
        lock.exec("BEGIN IMMEDIATE");
      }
      // Some hang until they are stopped.
      if (lock && server.asked.size % 3 === 0) return;
      answerWell(response, prompt, it);
    });
    own.put("wrp.yaml", config(server.url, { concurrency: 10 }));
    const from = performance.now();
    const ran = await own.wrp(...EVAL);
    expect(performance.now() - from).toBeLessThan(27_000); // 10 s for the lock; the grace of calls is 30 s
    (lock as Database.Database | null)?.exec("ROLLBACK");
    (lock as Database.Database | null)?.close();
    noStack(ran);
    expect(ran.code, ran.stderr).toBe(2);
    expect(ran.stderr).toMatch(/wrp\.db: the store is locked by another process/);
    expect(ran.stderr).toMatch(/the same command goes on from there/);
    const kept = checkStore(own);
    const stored = kept.prepare("SELECT count(*) FROM answers").pluck().get() as number;
    kept.close();
    expect(stored).toBeGreaterThan(0);
    lock = {} as Database.Database; // no more
    const before = new Map(server.asked);
    server.answer = (response) => {
      const prompt = promptOf(server);
      server.asked.set(prompt, (server.asked.get(prompt) ?? 0) + 1);
      answerWell(response, prompt, server);
    };
    const rest = await own.wrp(...EVAL, "--json");
    expect(rest.code, rest.stderr).toBe(0);
    expect(calls(rest.json()).models).toMatchObject([{ answered: 100 - stored }]);
    // Only what was in flight as the store was locked is asked a second time.
    expect([...before].filter(([prompt, times]) => (server.asked.get(prompt) as number) > times).length).toBeLessThanOrEqual(10);
  }, 90_000);

  test("two processes at once: each prompt is stored once and both reports are whole", async () => {
    const N = 300;
    await using server = await backend((response, prompt, _, it) => setTimeout(() => answerWell(response, prompt, it), 3));
    const own = prepared(N, config(server.url, { concurrency: 8 }));
    const both = await Promise.all([own.wrp(...EVAL, "--json"), own.wrp(...EVAL, "--json")]);
    for (const ran of both) {
      noStack(ran);
      expect(ran.code, ran.stderr).toBe(0);
    }
    expect(untimed((both[0] as Ran).json())).toEqual(untimed((both[1] as Ran).json()));
    const db = checkStore(own);
    expect(twice(db)).toEqual([]);
    expect(db.prepare("SELECT count(*) FROM answers").pluck().get()).toBe(N);
    expect(db.prepare("SELECT count(*) FROM tries").pluck().get()).toBe([...server.answered.values()].reduce((sum, n) => sum + n, 0));
    db.close();
  });
});

const mounted: string[] = [];
afterAll(() => {
  for (const path of mounted) execFileSync("umount", [path]);
});

/** A disk of `size` bytes, where this process may mount one. */
function smallDisk(path: string, size: string): boolean {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    return false;
  }
  mounted.push(path);
  return true;
}

describe.skipIf(!smallDisk(join(folder().path, "try"), "64k"))("a full disk (needs to mount one)", () => {
  test("calls are stopped, the end is clear, the store is whole", async () => {
    await using server = await backend((response, prompt, _, it) => (Number(/\d+/.exec(prompt)?.[0]) % 50 === 49 ? undefined : answerWell(response, prompt, it, "x".repeat(8000))));
    const own = prepared(400, config(server.url, { concurrency: 20 }, { store: "disk/wrp.db" }));
    smallDisk(join(own.path, "disk"), "2m");
    const from = performance.now();
    const ran = await own.wrp(...EVAL);
    expect(performance.now() - from).toBeLessThan(20_000); // the grace of calls is 30 s
    noStack(ran);
    expect(ran.code, ran.stderr).toBe(2);
    expect(ran.stderr).toMatch(/disk\/wrp\.db: (the disk is full|reading or writing the store failed)/);
    expect(server.asked.size).toBeLessThan(400);
    const db = checkStore(own, "disk/wrp.db");
    expect(db.prepare("SELECT count(*) FROM answers").pluck().get()).toBeGreaterThan(0);
    db.close();
  });
});

describe("asking again", () => {
  test("--retry-failed asks only what failed; --fresh and a plain run ask nobody", async () => {
    let broken = true;
    await using server = await backend((response, prompt, _, it) => {
      const k = Number(/\d+/.exec(prompt)?.[0]);
      if (broken && k % 10 === 3) return void response.writeHead(400).end(JSON.stringify({ error: { message: "too odd" } }));
      answerWell(response, prompt, it);
    });
    const own = prepared(50, config(server.url));
    const first = await own.wrp(...EVAL, "--json");
    expect(first.code, first.stderr).toBe(0); // a tenth may fail
    expect(calls(first.json()).models).toMatchObject([{ answered: 45, failed: 5 }]);
    expect(first.json().warnings.join("\n")).toMatch(/5 of 50 calls of mine failed: --retry-failed asks again/);
    broken = false;
    const asked = new Map(server.asked);
    for (const flags of [[], ["--fresh"], ["--live"], ["--live", "--fresh"]]) {
      const ran = await own.wrp("eval", "data.jsonl", "--resamples", "200", "--json", ...flags);
      expect(ran.code, ran.stderr).toBe(0);
      expect(untimed(ran.json())).toEqual(untimed(first.json()));
    }
    expect(server.asked).toEqual(asked);
    const again = await own.wrp(...EVAL, "--retry-failed", "--json");
    expect(again.code, again.stderr).toBe(0);
    expect(calls(again.json()).models).toMatchObject([{ answered: 5, failed: 0 }]);
    for (const [prompt, times] of server.asked) expect(times, prompt).toBe(prompt.endsWith("3") ? 2 : 1);
    const db = checkStore(own);
    expect(twice(db)).toEqual([]);
    expect(db.prepare("SELECT count(*) FROM tries").pluck().get()).toBe(55);
    db.close();
    const fresh = await own.wrp(...EVAL, "--retry-failed", "--fresh", "--json");
    expect(untimed(fresh.json())).toEqual(untimed(again.json()));
    expect([...server.asked.values()].reduce((sum, n) => sum + n, 0)).toBe(55);
  });

  test("a prompt that stands twice in a workload is asked once, also anew", async () => {
    await using server = await backend((response) => void response.writeHead(400).end("no"));
    const twiceAsLong = rows(600) + rows(600).replaceAll('"id":"p', '"id":"q');
    const own = folder({ "data.jsonl": twiceAsLong, "wrp.yaml": config(server.url) });
    expect((await own.wrp(...EVAL)).code).toBe(3);
    expect([...server.asked.values()].every((times) => times === 1)).toBe(true);
    await own.wrp(...EVAL, "--retry-failed");
    expect(server.asked.size).toBe(600);
    expect([...server.asked.values()].filter((times) => times !== 2)).toEqual([]);
  });

  test("a failure that fails again, or is not called, leaves what is stored", async () => {
    await using server = await backend((response, prompt, _, it) => (prompt.endsWith("3") ? void response.writeHead(400).end("no") : answerWell(response, prompt, it)));
    const own = prepared(50, config(server.url));
    expect((await own.wrp(...EVAL)).code).toBe(0);
    for (const flags of [[], ["--max-cost", "0.000001"]]) {
      const ran = await own.wrp(...EVAL, "--retry-failed", "--json", ...flags);
      noStack(ran);
      expect(ran.json().warnings.join("\n")).toMatch(/5 of 50 calls of mine failed/);
      const db = checkStore(own);
      expect(db.prepare("SELECT count(*), sum(error IS NOT NULL) FROM answers").raw().get()).toEqual([50, 5]);
      db.close();
    }
  });
});

describe("what is told", () => {
  test("--jsonl is one JSON a line, each outcome once, the report last", async () => {
    await using server = await backend((response, prompt, nth, it) => (nth === 1 && prompt.endsWith("0") ? void response.writeHead(429, { "retry-after": "0" }).end("{}") : answerWell(response, prompt, it)));
    const ran = await prepared(60, config(server.url)).wrp(...EVAL, "--jsonl");
    expect(ran.code, ran.stderr).toBe(0);
    const events = ran.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { type: string; prompt?: string; outcome?: string; tries?: number; latencyMs?: number | null });
    const outcomes = events.filter(({ type }) => type === "outcome");
    expect(outcomes.map(({ prompt }) => prompt).toSorted()).toEqual(Array.from({ length: 60 }, (_, i) => `p${i}`).toSorted());
    expect(outcomes.every(({ outcome, latencyMs }) => outcome === "answered" && typeof latencyMs === "number")).toBe(true);
    expect(outcomes.filter(({ tries }) => tries === 2)).toHaveLength(6);
    expect(events.filter(({ type }) => type === "limit").length).toBeGreaterThan(0);
    expect(events.at(-1)?.type).toBe("done");
    // No terminal, no line that moves.
    expect(ran.stderr).not.toContain("\r");
  });
});

describe("what is wrong with a config", () => {
  test.each([
    [[{ kind: "always", model: "mine" }], /wrp\.yaml:1: two policies are named "mine"/],
    [[{ kind: "always", name: "x", model: "mnie" }], /wrp\.yaml:1: unknown model "mnie"/],
    [[{ kind: "rules", name: "x", rules: [], default: "mnie" }], /wrp\.yaml:1: unknown model "mnie"/],
  ])("is told before any call: %j", async (policies, said) => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    const ran = await prepared(10, config(server.url, {}, { policies })).wrp(...EVAL);
    noStack(ran);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(said);
    expect(server.asked.size).toBe(0);
  });

  test("policies that need figures are not taken for wrong before there are any", async () => {
    await using server = await backend((response, prompt, _, it) => answerWell(response, prompt, it));
    const policies = [
      { kind: "threshold", fact: "prompt.tokens", strongShare: 0.5 },
      { kind: "zero-router", name: "z" },
      { kind: "oracle" },
      { kind: "best-single" },
      { kind: "cheapest" },
      { kind: "rules", name: "r", rules: [{ when: "prompt.tokens > 3", model: "other" }], default: "mine" },
    ];
    const two = [{ name: "mine", price: { inputUsdPer1M: 1, outputUsdPer1M: 2 }, live: "b" }, { name: "other", price: { inputUsdPer1M: 2, outputUsdPer1M: 3 }, live: "b" }];
    const ran = await prepared(40, config("", {}, { models: two, backends: { b: { url: `${server.url}/v1` } }, policies })).wrp(...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json().policies.map(({ name }) => name)).toEqual(expect.arrayContaining(["threshold", "z", "oracle", "best-single", "cheapest", "r"]));
  });
});
