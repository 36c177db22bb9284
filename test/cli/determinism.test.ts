import Database from "better-sqlite3";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk } from "../desk.ts";
import { folder, jsonl, policy, timeless } from "../wrp.ts";

const CONFIG = `
policies:
  - {kind: threshold, name: long, threshold: 800}
  - {kind: rules, name: house, rules: [{when: meta.hardness > 0.6, model: condor}], default: wren}
  - {kind: mix, name: blend, weights: {wren: 1, heron: 1}}
`;
const files = { "desk.jsonl": jsonl(desk()), "wrp.yaml": CONFIG };
const at = folder(files);
let first: Report;

beforeAll(async () => {
  first = (await at.wrp("eval", "desk.jsonl", "--json", "-q", "-j", "1")).json();
});

test.each(["3", "64"])("the same seed with --concurrency %s gives the same document", async (concurrency) => {
  const again = (await folder(files).wrp("eval", "desk.jsonl", "--json", "-q", "-j", concurrency)).json();
  expect(timeless(again)).toEqual(timeless(first));
  expect(again.run.id).not.toBe(first.run.id);
});

test("another seed gives other intervals and the same means", async () => {
  const other = (await folder(files).inside("eval", "desk.jsonl", "--json", "-q", "--seed", "2")).json();
  expect(other.policies.map((p) => [p.name, p.quality.mean, p.costUsdPer1k?.mean])).toEqual(first.policies.map((p) => [p.name, p.quality.mean, p.costUsdPer1k?.mean]));
  expect(policy(other, "long").costUsdPer1k?.ci).not.toEqual(policy(first, "long").costUsdPer1k?.ci);
  expect(other.metrics.aiq?.ci).not.toEqual(first.metrics.aiq?.ci);
  expect(other.run.configHash).not.toBe(first.run.configHash);
});

test("a second run computes nothing, and adds nothing but itself to the store", async () => {
  const before = rowCounts(at.path);
  const again = (await at.inside("eval", "desk.jsonl", "--json", "-q")).json();
  expect(again.timing.computed).toEqual({ answers: 0, grades: 0, decisions: 0 });
  expect(again.timing.reused).toMatchObject({ answers: 360, grades: 360, report: true });
  expect(timeless(again)).toEqual(timeless(first));
  const after = rowCounts(at.path);
  expect(after["runs"]).toBe((before["runs"] as number) + 1);
  const own = { runs: 0, prices: 0, run_decisions: 0 };
  expect({ ...after, ...own }).toEqual({ ...before, ...own });
});

test("the same data under another name is the same answers, and the report names the file that was given", async () => {
  at.put("copy/desk.jsonl", files["desk.jsonl"]);
  const before = rowCounts(at.path);
  const again = (await at.inside("eval", "copy/desk.jsonl", "--json", "-q")).json();
  expect(rowCounts(at.path)["answers"]).toBe(before["answers"]);
  expect(again.workload.files.map((f) => f.name)).toEqual(["copy/desk.jsonl"]);
});

test("--fresh computes the same document anew", async () => {
  const fresh = (await at.inside("eval", "desk.jsonl", "--json", "-q", "--fresh")).json();
  expect(fresh.timing.reused.report).toBe(false);
  expect(fresh.timing.computed.decisions).toBeGreaterThan(0);
  expect(timeless(fresh)).toEqual(timeless(first));
});

test("wrp report RUN --json is that document again, by id, by its beginning, and as the latest", async () => {
  const again = (await at.inside("report", first.run.id, "--json")).json();
  expect(again).toEqual(first);
  expect((await at.inside("report", first.run.id.slice(0, 6), "--json")).json()).toEqual(first);
  expect(timeless((await at.inside("report", "--json")).json())).toEqual(timeless(first));
});

test("wrp report writes every form; per-prompt decisions agree with the report", async () => {
  const forms = ["x.html", "x.md", "x.json", "x.svg", "x.csv", "y.decisions.csv", "z.jsonl"];
  const ran = await at.wrp("report", "latest", ...forms.flatMap((form) => ["-o", form]));
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toBe(forms.map((form) => `wrote ${form}\n`).join(""));
  expect(at.read("x.html")).toMatch(/^<!doctype html>/);
  expect(at.read("x.svg")).toMatch(/^<svg /);
  expect(at.read("x.md")).toContain("| ");
  expect(timeless(JSON.parse(at.read("x.json")) as Report)).toEqual(timeless(first));

  const lines = at.read("z.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as { policy: string; quality: number; costUsd: number });
  const table = at.read("y.decisions.csv").trimEnd().split(/\r?\n/);
  expect(lines).toHaveLength(120 * first.policies.length);
  expect(table).toHaveLength(lines.length + 1);
  for (const p of first.policies) {
    const own = lines.filter((line) => line.policy === p.name);
    expect(own).toHaveLength(120);
    expect(own.reduce((sum, line) => sum + line.quality, 0) / 120, p.name).toBeCloseTo(p.quality.mean as number, 12);
    expect((1000 * own.reduce((sum, line) => sum + line.costUsd, 0)) / 120, p.name).toBeCloseTo(p.costUsdPer1k?.mean as number, 9);
  }
});

test("what hindsight chose at one price is not taken for what it would choose at another", async () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({ id: `r${i}`, prompt: `row ${i}`, outcomes: { a: { quality: 1, inputTokens: 10, outputTokens: 10 }, b: { quality: 1, inputTokens: 10, outputTokens: 10 } } }));
  const own = folder({ "rows.jsonl": jsonl(rows), "priced.yaml": "models:\n  - {name: a, price: {inputUsdPer1M: 10, outputUsdPer1M: 10}}\n  - {name: b, price: {inputUsdPer1M: 1, outputUsdPer1M: 1}}\n" });
  expect(policy((await own.inside("eval", "rows.jsonl", "--json", "-q")).json(), "oracle")).toMatchObject({ costUsdPer1k: null, share: { a: { mean: 1 } } });
  const priced = policy((await own.inside("eval", "rows.jsonl", "-c", "priced.yaml", "--json", "-q")).json(), "oracle");
  expect(priced).toMatchObject({ share: { b: { mean: 1 } }, costUsdPer1k: { mean: expect.closeTo(0.02, 12) } });
  const free = policy((await own.inside("eval", "rows.jsonl", "--free", "b", "--json", "-q")).json(), "oracle");
  expect(free).toMatchObject({ share: { b: { mean: 1 } }, costUsdPer1k: { mean: 0 } });
});

function rowCounts(path: string): Record<string, number> {
  const db = new Database(join(path, ".wrp/wrp.db"), { readonly: true });
  try {
    const tables = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").pluck().all() as string[];
    return Object.fromEntries(tables.map((table) => [table, db.prepare(`select count(*) from "${table}"`).pluck().get() as number]));
  } finally {
    db.close();
  }
}
