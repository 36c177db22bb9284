import { spawn } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk, generator } from "../desk.ts";
import { folder, jsonl, timeless } from "../wrp.ts";

const BIN = resolve(import.meta.dirname, "../../bin/wrp.js");
const ROWS = 1500;
const FILES = {
  "desk.jsonl": jsonl(desk(ROWS)),
  "wrp.yaml": `
models: [{name: ibis, price: {inputUsdPer1M: 1, outputUsdPer1M: 2}, simulated: {quality: 0.7, outputTokens: 100, ttftMs: 200, tpotMs: 10}}]
policies:
  - {kind: rules, name: house, rules: [{when: meta.hardness > 0.6, model: condor}], default: wren}
`,
};
const EVAL = ["eval", "desk.jsonl", "--json", "-q", "--resamples", "200"];
const KILLS = 20;

const clean = folder(FILES);
let whole: Report;
let rows: Record<string, number>;
let durationMs = 0;

beforeAll(async () => {
  const from = performance.now();
  const ran = await clean.wrp(...EVAL);
  durationMs = performance.now() - from;
  expect(ran.code, ran.stderr).toBe(0);
  whole = ran.json();
  rows = countRows(clean.path);
});

describe(`kill -9 at ${KILLS} random moments, then the same command`, () => {
  const draw = generator(20);
  const moments = Array.from({ length: KILLS }, (_, k) => (k + draw()) / KILLS);

  test.concurrent.each([0, 1])("half %i", async (half) => {
    for (const [k, moment] of moments.entries()) if (k % 2 === half) await killedAt(moment);
  }, 300_000);
});

async function killedAt(moment: number): Promise<void> {
  const at = folder(FILES);
  const killed = await evalKilledAfter(at.path, moment * durationMs);
  const left = existsSync(join(at.path, ".wrp/wrp.db")) ? whatIsLeft(at.path) : { answers: 0, grades: 0, decisions: 0, reports: 0 };
  const again = await at.wrp(...EVAL);
  const told = `killed at ${moment.toFixed(3)} of ${durationMs.toFixed(0)} ms, ${JSON.stringify(left)}, ${again.stderr}`;
  expect(again.code, told).toBe(0);
  const report = again.json();
  expect(timeless(report), told).toEqual(timeless(whole));
  const { computed, reused } = report.timing;
  expect({ computed, reused }, told).toEqual({
    reused: { answers: left.answers, grades: left.grades, decisions: left.decisions * ROWS, report: left.reports > 0 },
    computed: {
      answers: whole.timing.computed.answers - left.answers,
      grades: whole.timing.computed.grades - left.grades,
      decisions: whole.timing.computed.decisions - left.decisions * ROWS,
    },
  });
  expect(countRows(at.path), told).toEqual(rows);
  expect(query(at.path, "PRAGMA integrity_check"), told).toEqual([{ integrity_check: "ok" }]);
  const { runs } = (await at.inside("runs", "list", "--json")).json<{ runs: { id: string; status: string }[] }>();
  expect(runs[0], told).toMatchObject({ id: report.run.id, status: "complete" });
  for (const { status } of runs.slice(1)) expect(status, told).toBe(killed && left.reports === 0 ? "interrupted" : "complete");
}

test("two processes at once on a new store: the same document from both, every outcome once", async () => {
  const at = folder(FILES);
  const both = await Promise.all([1, 2].map(() => at.wrp(...EVAL)));
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([[0, ""], [0, ""]]);
  for (const ran of both) expect(timeless(ran.json())).toEqual(timeless(whole));
  const { answers, grades } = whole.timing.computed;
  const sums = (what: "computed" | "reused") => both.map((ran) => ran.json().timing[what]).reduce((a, b) => ({ ...a, answers: a.answers + b.answers, grades: a.grades + b.grades }));
  expect([sums("computed"), sums("reused")]).toMatchObject([{ answers, grades }, { answers, grades }]);
  expect(countRows(at.path)).toEqual(rows);
  expect(query(at.path, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
});

/** Starts the evaluation and kills it; false where it had ended by then. */
async function evalKilledAfter(cwd: string, ms: number): Promise<boolean> {
  const child = spawn(process.execPath, [BIN, ...EVAL], { cwd, stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  const signal = await new Promise((done) => child.on("exit", (_, how) => done(how)));
  clearTimeout(timer);
  return signal === "SIGKILL";
}

/** What a killed process left that is durable, from a copy: the log that it left behind is for the next process. */
function whatIsLeft(path: string): { answers: number; grades: number; decisions: number; reports: number } {
  cpSync(join(path, ".wrp"), join(path, "copy/.wrp"), { recursive: true });
  const tables = query(join(path, "copy"), "SELECT count(*) AS n FROM sqlite_schema") as [{ n: number }];
  if (tables[0].n === 0) return { answers: 0, grades: 0, decisions: 0, reports: 0 };
  const [left] = query(
    join(path, "copy"),
    `SELECT (SELECT count(*) FROM answers) AS answers, (SELECT count(*) FROM grades) AS grades,
      (SELECT count(*) FROM policy_decisions) AS decisions, (SELECT count(*) FROM reports) AS reports`,
  ) as [ReturnType<typeof whatIsLeft>];
  return left;
}

/** Rows of every table but of those that each run adds to. */
function countRows(path: string): Record<string, number> {
  const tables = query(path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('runs', 'prices', 'run_decisions')") as { name: string }[];
  return Object.fromEntries(tables.map(({ name }) => [name, (query(path, `SELECT count(*) AS n FROM "${name}"`) as [{ n: number }])[0].n]));
}

function query(path: string, sql: string): unknown[] {
  const db = new Database(join(path, ".wrp/wrp.db"));
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
