import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterAll, describe, expect, test } from "vitest";
import type { WrpError } from "../../src/model/errors.ts";
import { openStore } from "../../src/outcomes/index.ts";
import { refuseForeign } from "../../src/outcomes/migrate.ts";
import { migrations } from "../../src/outcomes/migrations/index.ts";
import { readRunFile } from "../../src/outcomes/read-run-file.ts";
import { sqliteStore } from "../../src/outcomes/sqlite-store.ts";
import { modelOutputsContract } from "../contract/model-outputs.ts";
import { outcomeStoreContract } from "../contract/outcome-store.ts";
import { storedRunsContract } from "../contract/stored-runs.ts";
import { header, outcome, prompt, summary } from "./prompts.ts";

const folder = mkdtempSync(join(tmpdir(), "wrp-store-"));
let files = 0;
const newPath = () => join(folder, `${++files}`, "wrp.db");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

outcomeStoreContract("SQLite file", () => openStore(newPath()));
outcomeStoreContract("SQLite in memory", () => openStore(":memory:"));
modelOutputsContract("SQLite file", () => openStore(newPath()));
modelOutputsContract("SQLite in memory", () => openStore(":memory:"));
storedRunsContract("SQLite file", () => openStore(newPath()));
storedRunsContract("SQLite in memory", () => openStore(":memory:"));

describe("the file", () => {
  test("is made with its folder, which git ignores; a folder that was there is left alone", async () => {
    const path = newPath();
    (await openStore(path)).close();
    expect(readFileSync(join(path, "../.gitignore"), "utf8")).toBe("*\n");
    const own = join(folder, "own");
    mkdirSync(own);
    (await openStore(join(own, "wrp.db"))).close();
    expect(existsSync(join(own, ".gitignore"))).toBe(false);
  });

  test("records each migration once, and keeps what it has", async () => {
    const path = newPath();
    const first = await openStore(path);
    const writer = first.writeWorkload(header("w"));
    writer.append([prompt(0)]);
    writer.finish(summary(1));
    first.close();
    const again = await openStore(path);
    expect([...again.readPrompts("w")].flat()).toStrictEqual([prompt(0)]);
    again.close();
    expect(query(path, "SELECT name FROM kysely_migration")).toEqual(Object.keys(migrations).map((name) => ({ name })));
    expect(query(path, "PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(query(path, "PRAGMA foreign_key_check")).toEqual([]);
  });

  test("opened three times at once while new is migrated once", async () => {
    const path = newPath();
    const stores = await Promise.all([openStore(path), openStore(path), openStore(path)]);
    for (const store of stores) store.close();
    expect(query(path, "SELECT name FROM kysely_migration")).toHaveLength(Object.keys(migrations).length);
  });

  test("that another process makes between two looks at it is not taken for another program's", async () => {
    const path = newPath();
    mkdirSync(join(path, ".."));
    query(path, "PRAGMA journal_mode = WAL");
    const handle = new Database(path);
    const pragma = handle.pragma.bind(handle);
    handle.pragma = (...given) => {
      const seen = pragma(...given);
      query(path, "CREATE TABLE IF NOT EXISTS kysely_migration (name TEXT)");
      query(path, `PRAGMA application_id = ${0x77727031}`);
      return seen;
    };
    expect(() => refuseForeign(handle, path)).not.toThrow();
    handle.close();
  });

  test("shows outcomes and decisions by name to whoever opens it", async () => {
    const path = newPath();
    const store = await openStore(path);
    const writer = store.writeWorkload(header("w"));
    writer.append([prompt(0, { outcomes: [outcome("small", { quality: null }), outcome("large")] })]);
    writer.finish(summary(1));
    store.saveDecisions("p", "w", { models: ["small", "large"], model: Int32Array.of(1, -1), rule: Int32Array.of(0, -1), rules: ["long"], notes: [] });
    store.close();
    expect(query(path, "SELECT model, quality, grader, source, row FROM outcomes")).toEqual([
      { model: "small", quality: null, grader: null, source: "fruit", row: 0 },
      { model: "large", quality: 0.5, grader: "recorded@1", source: "fruit", row: 0 },
    ]);
    expect(query(path, "SELECT * FROM decisions")).toEqual([
      { policy: "p", workload: "w", ordinal: 0, model: "large", rule: "long" },
      { policy: "p", workload: "w", ordinal: 1, model: null, rule: null },
    ]);
  });

  test("takes less than 100 bytes for an outcome without a text", async () => {
    const path = newPath();
    const store = await openStore(path);
    const writer = store.writeWorkload(header("w"));
    const outcomes = Array.from({ length: 11 }, (_, m) => outcome(`model-${m}`, { text: null }));
    for (let row = 0; row < 5000; row += 500) writer.append(Array.from({ length: 500 }, (_, i) => prompt(row + i, { messages: null, outcomes })));
    writer.finish(summary(5000));
    store.close();
    const [size] = query(path, "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size") as [{ bytes: number }];
    expect(size.bytes / (5000 * 11)).toBeLessThan(100);
  });
});

describe("several processes", () => {
  test("killed in the middle, the store is whole and goes on where it was", async () => {
    const path = newPath();
    const child = spawn(process.execPath, [writerProcess, path, "1000000", "10000"], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
    for await (const chunk of child.stdout) if (Number(String(chunk).trim().split("\n").at(-1)) >= 6000) child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");

    const store = await openStore(path);
    expect(query(path, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(store.findWorkload("w")).toBeNull();
    const kept = [...store.readPrompts("w")].flat();
    expect(kept.length).toBeGreaterThanOrEqual(4000);
    expect(kept).toStrictEqual(kept.map((_, row) => prompt(row)));
    const count = kept.length + 1000;
    const writer = store.writeWorkload(header("w"));
    writer.append(Array.from({ length: count }, (_, row) => prompt(row)));
    expect(writer.finish(summary(count))).toEqual({ answersNew: 2000, answersKnown: 2 * kept.length, gradesNew: 2000, gradesKnown: 2 * kept.length });
    expect(store.findWorkload("w")?.prompts).toBe(count);
    store.close();
  });

  test("writing the same workload at once both succeed, and each answer is there once", async () => {
    const path = newPath();
    const writers = await Promise.all([1, 2].map(() => writeInChild(path, 20_000)));
    expect(writers.map((w) => w.code)).toEqual([0, 0]);
    const counts = writers.map((w) => w.last as { answersNew: number; answersKnown: number });
    expect(counts.map((c) => c.answersNew + c.answersKnown)).toEqual([40_000, 40_000]);
    expect(counts.map((c) => c.answersNew).reduce((a, b) => a + b)).toBe(40_000);
    expect(query(path, "SELECT count(*) AS answers FROM answers")).toEqual([{ answers: 40_000 }]);
    expect(query(path, "SELECT count(*) AS grades FROM grades")).toEqual([{ grades: 40_000 }]);
    expect(query(path, "SELECT count(*) AS prompts FROM workload_prompts")).toEqual([{ prompts: 20_000 }]);
  });
});

test("garbage that somebody begins to use while it is collected is none any more", async () => {
  const path = newPath();
  const [collector, writer] = [await openStore(path), await openStore(path)];
  const prompts = Array.from({ length: 12_000 }, (_, row) => prompt(row));
  const save = (store: typeof writer, hash: string) => {
    const w = store.writeWorkload(header(hash));
    w.append(prompts);
    w.finish(summary(prompts.length));
  };
  save(collector, "garbage");
  let steps = 0;
  const run = { id: "r", createdAt: "2026-01-01T00:00:00.000Z", seed: 1, configHash: "c", workloadHash: "wanted", wrpVersion: "0.1.0", config: "{}" };
  await collector.collectGarbage({ all: true, answers: true, outputs: false, dryRun: false }, async () => {
    if (++steps !== 2) return;
    writer.startRun(run, []);
    save(writer, "wanted");
  });
  expect(steps).toBeGreaterThanOrEqual(2);
  expect([...collector.readPrompts("wanted")].flat()).toStrictEqual(prompts);
  for (const store of [collector, writer]) store.close();
  expect(query(path, "PRAGMA foreign_key_check")).toEqual([]);
  expect(query(path, "SELECT count(*) AS n FROM answers")).toEqual([{ n: 24_000 }]);
});

test("an export is one moment's state, whatever is written while it is made", async () => {
  const path = newPath();
  const [exporter, writer] = [await openStore(path), await openStore(path)];
  const prompts = [prompt(0), prompt(1)];
  const w = writer.writeWorkload(header("w"));
  w.append(prompts);
  w.finish(summary(2));
  writer.startRun({ id: "r", createdAt: "2026-01-01T00:00:00.000Z", seed: 1, configHash: "c", workloadHash: "w", wrpVersion: "0.1.0", config: "{}" }, []);
  writer.finishRun("r", "key", { schemaVersion: 1, models: [{ name: "small" }] } as never);
  const { model: _, ...answer } = outcome("small");
  const keys = prompts.map(({ hash, messages }) => ({ hash, variant: 0, messages }));
  const write = () => writer.keptAnswers({ kind: "live", hash: "source" }).save("small", keys, [answer, answer]);
  const exported = async (writeAt: number) => {
    let [text, pauses] = ["", 0];
    const between = async () => void (++pauses === writeAt && write());
    for await (const piece of exporter.exportRun("r", { texts: true, wrpVersion: "0.1.0", between })) text += piece;
    return { text, pauses };
  };
  const { pauses } = await exported(0);
  const { text } = await exported(pauses / 2); // when all has been hashed, and not yet been given out
  const file = await readRunFile("run.jsonl", async function* () {
    for (const [k, line] of text.trimEnd().split("\n").entries()) yield { text: line, number: k + 1 };
  });
  expect(file.run.id).toBe("r");
  for (const store of [exporter, writer]) store.close();
});

describe("what cannot be opened or written is explained", () => {
  test("a store of a newer wrp", async () => {
    const path = newPath();
    (await openStore(path)).close();
    query(path, "INSERT INTO kysely_migration VALUES ('0099-later', '2030-01-01')");
    expect(await problem(openStore(path))).toMatchObject({ message: expect.stringContaining("written by a newer wrp"), exitCode: 2, place: { file: path } });
  });

  test("a file that is not SQLite, which stays as it is", async () => {
    const path = join(folder, "notes.txt");
    writeFileSync(path, "buy apples\n".repeat(500));
    expect(await problem(openStore(path))).toMatchObject({ message: expect.stringContaining("not an SQLite database"), place: { file: path } });
    expect(readFileSync(path, "utf8")).toBe("buy apples\n".repeat(500));
  });

  test("another program's database, which stays as it is", async () => {
    const path = join(folder, "other.db");
    query(path, "CREATE TABLE apples (id INTEGER)");
    const before = readFileSync(path);
    expect(await problem(openStore(path))).toMatchObject({ message: expect.stringContaining("of another program"), place: { file: path } });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a damaged store", async () => {
    const path = newPath();
    const store = await openStore(path);
    const writer = store.writeWorkload(header("w"));
    writer.append(Array.from({ length: 2000 }, (_, row) => prompt(row)));
    writer.finish(summary(2000));
    store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 150_000);
    writeFileSync(path, bytes);
    const damaged = await openStore(path);
    expect(await problem(() => [...damaged.readPrompts("w")])).toMatchObject({ message: expect.stringContaining("damaged"), place: { file: path } });
    damaged.close();
  });

  test("a folder in place of the file, a file in place of the folder, no name", async () => {
    expect(await problem(openStore(folder))).toMatchObject({ message: expect.stringContaining("is a folder"), place: { file: folder } });
    const path = join(folder, "notes2.txt", "wrp.db");
    writeFileSync(join(folder, "notes2.txt"), "");
    expect(await problem(openStore(path))).toMatchObject({ message: expect.stringContaining("folder cannot be written"), place: { file: path } });
    expect(await problem(openStore(""))).toMatchObject({ message: expect.stringContaining("empty") });
  });

  test("a file and a folder without write permission", async () => {
    const path = newPath();
    (await openStore(path)).close();
    for (const open of [folder, join(path, "..")]) chmodSync(open, 0o755);
    chmodSync(path, 0o444);
    expect(await writeInChild(path, 100, { unprivileged: true })).toMatchObject({
      code: 1,
      last: { name: "WrpError", message: expect.stringContaining("cannot be written"), exitCode: 2, place: { file: path } },
    });
    chmodSync(join(path, ".."), 0o555);
    const beside = join(path, "../new.db");
    expect(await writeInChild(beside, 100, { unprivileged: true })).toMatchObject({
      code: 1,
      last: { name: "WrpError", message: expect.stringContaining("folder cannot be written"), place: { file: beside } },
    });
    chmodSync(join(path, ".."), 0o755);
  });

  test("a store that turns out read-only at the first write", async () => {
    const path = newPath();
    (await openStore(path)).close();
    const store = sqliteStore(new Database(path, { readonly: true }), path);
    expect(await problem(() => store.writeWorkload(header("w")))).toMatchObject({ message: expect.stringContaining("cannot be written"), place: { file: path } });
    store.close();
  });

  test("a full disk, after which what was stored is still there", async () => {
    const path = newPath();
    (await openStore(path)).close();
    const handle = new Database(path);
    handle.pragma("max_page_count = 400");
    const store = sqliteStore(handle, path);
    const writer = store.writeWorkload(header("w"));
    const error = await problem(() => {
      for (let row = 0; ; row++) writer.append([prompt(row)]);
    });
    expect(error).toMatchObject({ message: expect.stringContaining("disk is full"), place: { file: path }, exitCode: 2 });
    writer.abandon();
    expect([...store.readPrompts("w")].flat().length).toBeGreaterThan(1000);
    store.close();
    expect(query(path, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  });

  test("a lock that outlasts the timeout, on writing and on opening", async () => {
    const path = newPath();
    const store = await openStore(path, { busyTimeoutMs: 50 });
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE");
    expect(await problem(() => store.writeWorkload(header("w")))).toMatchObject({ message: expect.stringContaining("locked by another process"), place: { file: path } });
    other.exec("ROLLBACK");
    store.writeWorkload(header("w")).abandon();
    store.close();
    other.close();

    const empty = join(folder, "empty.db");
    const owner = new Database(empty);
    owner.exec("BEGIN EXCLUSIVE");
    expect(await problem(openStore(empty, { busyTimeoutMs: 50 }))).toMatchObject({ message: expect.stringContaining("locked"), place: { file: empty } });
    owner.exec("ROLLBACK");
    (await openStore(empty, { busyTimeoutMs: 50 })).close();
    owner.close();
  });
});

const writerProcess = fileURLToPath(new URL("writer-process.ts", import.meta.url));

/** Longer than a busy disk takes for one group. */
const BUSY_TIMEOUT_MS = 3000;

/** Runs the writer process to its end. Root may write anywhere, so `unprivileged` runs it as nobody. */
async function writeInChild(path: string, prompts: number, { unprivileged = false } = {}): Promise<{ code: number | null; last: unknown }> {
  const nobody = unprivileged && process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(process.execPath, [writerProcess, path, String(prompts), String(BUSY_TIMEOUT_MS)], { stdio: ["ignore", "pipe", "inherit"], ...nobody });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, last: JSON.parse(output.trim().split("\n").at(-1) ?? "null") };
}

/** Asks the file itself, past the store. */
function query(path: string, sql: string): unknown[] {
  const handle = new Database(path);
  try {
    const statement = handle.prepare(sql);
    return statement.reader ? statement.all() : [statement.run()];
  } finally {
    handle.close();
  }
}

async function problem(work: Promise<unknown> | (() => unknown)): Promise<WrpError> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    expect(error, String((error as Error).stack)).toMatchObject({ name: "WrpError", hint: expect.any(String) });
    return error as WrpError;
  }
  throw new Error("nothing was thrown");
}
