import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk } from "../desk.ts";
import { folder, jsonl, type Ran, timeless } from "../wrp.ts";

const DATA = jsonl(desk(2000));
const EVAL = ["eval", "desk.jsonl", "--json", "-q", "--resamples", "200"];
const COMMANDS = [["eval", "desk.jsonl"], ["report"], ["runs", "list"], ["runs", "gc"], ["runs", "rm", "latest"], ["runs", "import", "run.jsonl"]];

const at = folder({ "desk.jsonl": DATA });
let whole: Report;
const store = join(at.path, ".wrp/wrp.db");
const restored = () => copyFileSync(join(at.path, "kept.db"), store);

beforeAll(async () => {
  const ran = await at.inside(...EVAL);
  expect(ran.code, ran.stderr).toBe(0);
  whole = ran.json();
  copyFileSync(store, join(at.path, "kept.db"));
  await at.inside("runs", "export", "latest", "-o", "run.jsonl", "-q");
});

function clear(ran: Ran, message: RegExp): void {
  expect(ran.stderr).toMatch(message);
  expect(ran.stderr).toMatch(/^error: .*\nhint: /);
  expect(ran.stderr).not.toMatch(/\n {4}at /);
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 2, stdout: "" });
}

test("a store of a newer version is told by every command, and stays as it is", async () => {
  query(store, "INSERT INTO kysely_migration VALUES ('0099-later', '2030-01-01')");
  const before = readFileSync(store);
  for (const args of COMMANDS) clear(await at.inside(...args), /wrp\.db: the store was written by a newer wrp \(it has 0099-later\)/);
  expect(readFileSync(store).equals(before)).toBe(true);
  restored();
});

test("a store of an older version is brought up to date, with all it has", async () => {
  restored();
  query(store, "DROP TABLE held_out_looks");
  query(store, "ALTER TABLE policy_decisions DROP COLUMN expectation");
  query(store, "ALTER TABLE answers DROP COLUMN confidence");
  query(store, "DROP TABLE model_outputs");
  query(store, "DROP TABLE output_models");
  query(store, "DROP TABLE loose_tries");
  query(store, "DROP TABLE tries");
  query(store, "DROP TABLE run_decisions");
  query(store, "ALTER TABLE workload_prompts DROP COLUMN request");
  query(store, "ALTER TABLE workloads DROP COLUMN has_texts");
  query(store, "DELETE FROM kysely_migration WHERE name > '0001-outcomes'");
  expect((await at.inside("report", "--json")).json()).toEqual(whole);
  expect(query(store, "PRAGMA foreign_key_check")).toEqual([]);
  const again = (await at.inside(...EVAL)).json();
  expect(again.timing).toMatchObject({ computed: { answers: 0, decisions: 0 }, reused: { report: true } });
  const other = join(at.path, "older.db");
  await at.inside("runs", "export", whole.run.id, "-o", "older.jsonl", "-q");
  await at.inside("runs", "import", "older.jsonl", "--store", other, "-q");
  expect((await at.inside("report", "--json", "--store", other)).json()).toEqual(whole);
  restored();
});

test.each([0.9, 0.5, 0.1, 0.01])("a store cut to %d of its length is told by every command; moved away, all is read anew", async (share) => {
  restored();
  truncateSync(store, Math.floor(statSync(store).size * share));
  for (const args of COMMANDS) clear(await at.inside(...args), /wrp\.db: the store is damaged .*\nhint: move it away and run again/);
  rmSync(store);
  expect(timeless((await at.inside(...EVAL)).json())).toEqual(timeless(whole));
  restored();
});

test("a store cut below its first page", async () => {
  restored();
  truncateSync(store, 50);
  for (const args of COMMANDS) clear(await at.inside(...args), /wrp\.db: (not a wrp store|the store is damaged)/);
  restored();
});

test("a log left behind by a killed process is read, wherever it is found", async () => {
  const killed = folder({ "desk.jsonl": DATA });
  mkdirSync(join(killed.path, ".wrp"));
  copyFileSync(join(at.path, "kept.db"), join(killed.path, ".wrp/wrp.db"));
  const db = new Database(join(killed.path, ".wrp/wrp.db"));
  db.exec("UPDATE runs SET seed = 77");
  expect(statSync(join(killed.path, ".wrp/wrp.db-wal")).size).toBeGreaterThan(0);
  mkdirSync(join(at.path, "log"));
  for (const ending of ["", "-wal"]) copyFileSync(join(killed.path, `.wrp/wrp.db${ending}`), join(at.path, `log/wrp.db${ending}`));
  db.close();
  expect((await at.inside("runs", "list", "--store", "log/wrp.db")).stdout).toContain("\t77\t");
  expect(query(join(at.path, "log/wrp.db"), "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
});

test("a read-only store, and one in a read-only folder, as nobody", async () => {
  const own = folder({ "desk.jsonl": DATA });
  await own.inside(...EVAL);
  const bin = resolve(import.meta.dirname, "../../bin/wrp.js");
  // Root may write anywhere.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const wrp = (...args: string[]): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: own.path, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" }, ...nobody });
    return { code: status, stdout, stderr, json: () => JSON.parse(stdout) as never };
  };
  const path = join(own.path, ".wrp/wrp.db");
  for (const open of [own.path, join(own.path, ".wrp")]) chmodSync(open, 0o777);
  chmodSync(path, 0o444);
  for (const args of [["eval", "desk.jsonl"], ["runs", "list"]]) clear(wrp(...args), /wrp\.db: the store cannot be written \(EACCES\)/);
  chmodSync(path, 0o666);
  chmodSync(join(own.path, ".wrp"), 0o555);
  for (const args of [["eval", "desk.jsonl"], ["runs", "list"]]) clear(wrp(...args), /the store's folder cannot be written \(EACCES\)/);
  chmodSync(join(own.path, ".wrp"), 0o777);
  expect(wrp("runs", "list").code).toBe(0);
});

/** A small disk of its own, where this process may mount one; null elsewhere. */
const disk = ((): string | null => {
  const path = mkdtempSync(join(tmpdir(), "wrp-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2200k", "tmpfs", path]);
  if (status === 0) return path;
  rmSync(path, { recursive: true });
  return null;
})();

describe.skipIf(disk === null)("on a disk of 2.2 MB (needs leave to mount one)", () => {
  const small = folder({ "desk.jsonl": DATA });
  const path = join(disk ?? "", "wrp.db");
  const resize = (size: string) => expect(spawnSync("mount", ["-o", `remount,size=${size}`, disk as string]).status).toBe(0);
  afterAll(() => {
    if (disk === null) return;
    spawnSync("umount", [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  test("a run that fills it says what is kept and how to go on; with room it does, and nothing is stored twice", async () => {
    const ran = await small.wrp(...EVAL.filter((arg) => arg !== "--json"), "--store", path);
    clear(ran, /wrp\.db: the disk is full .*\nhint: free some space: what was stored is kept; [\d,]+ prompts with their outcomes are kept in .*; the same command goes on from there:\n {2}wrp eval desk\.jsonl -q --resamples 200 --store \S+ --resume \w+\n$/);
    const [, kept, id] = /; ([\d,]+) prompts .* --resume (\w+)\n$/s.exec(ran.stderr) as unknown as [string, string, string];
    expect(await small.inside("runs", "list", "--store", path)).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`^${id}\t[^\t]+\tinterrupted\t`)) });
    expect(await small.inside(...EVAL, "--store", path)).toMatchObject({ code: 2, stderr: expect.stringContaining("the disk is full") });

    resize("16m");
    const again = await small.inside(...EVAL, "--store", path, "--resume", id);
    expect(again.code, again.stderr).toBe(0);
    expect(again.json().run.id).toBe(id);
    expect(timeless(again.json())).toEqual(timeless(whole));
    expect(again.json().timing.reused.answers).toBeGreaterThanOrEqual(3 * Number(kept.replaceAll(",", "")));
    expect(query(path, "SELECT count(*) AS n FROM answers")).toEqual([{ n: 6000 }]);
    expect(query(path, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  });

  test("no half of a report or an export is left there", async () => {
    resize("16m");
    const room = join(disk as string, "filler");
    const free = () => Number(spawnSync("stat", ["-f", "-c", "%a %S", disk as string], { encoding: "utf8" }).stdout.split(" ").reduce((a, b) => String(Number(a) * Number(b))));
    writeFileSync(room, Buffer.alloc(free() - 16_384));
    for (const args of [["report", "-q", "-o", join(disk as string, "report.html")], ["runs", "export", "latest", "-o", join(disk as string, "run.jsonl")], ["runs", "export", "latest", "-o", join(disk as string, "run.jsonl.gz")]]) {
      const { code, stderr } = await at.inside(...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: `error: ${args.at(-1)}: cannot be written: the disk is full\n` });
    }
    rmSync(room);
    expect(readdirSync(disk as string).filter((name) => !name.startsWith("wrp.db"))).toEqual([]);
  });

  test("garbage that there is no room to remove from stays until there is", async () => {
    resize("16m");
    await small.inside("runs", "rm", "latest", "--store", path, "-q");
    const size = statSync(path).size;
    resize(`${Math.ceil(size / 4096) * 4 + 64}k`);
    clear(await small.inside("runs", "gc", "--all", "--store", path), /wrp\.db: the disk is full .*\nhint: free some space/);
    resize("16m");
    expect(await small.inside("runs", "gc", "--all", "--store", path)).toMatchObject({ code: 0, stderr: "" });
    expect(query(path, "SELECT count(*) AS n FROM answers")).toEqual([{ n: 0 }]);
    expect(query(path, "PRAGMA foreign_key_check")).toEqual([]);
    expect(statSync(path).size).toBeLessThan(size / 2);
  });
});

function query(path: string, sql: string): unknown[] {
  const db = new Database(path);
  try {
    const statement = db.prepare(sql);
    return statement.reader ? statement.all() : [statement.run()];
  } finally {
    db.close();
  }
}
