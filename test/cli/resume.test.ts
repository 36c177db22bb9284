import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk } from "../desk.ts";
import { folder, type Folder, jsonl, type Ran, timeless } from "../wrp.ts";

const BIN = resolve(import.meta.dirname, "../../bin/wrp.js");
const BIG = Array.from({ length: 60_000 }, (_, i) => `{"promptHash":"${i.toString(16).padStart(32, "0")}","outcomes":{"a b":{"quality":${i % 3 ? 1 : 0},"costUsd":0.001},"c":{"quality":${i % 5 ? 1 : 0},"costUsd":0.004}}}\n`).join("");

interface Listed {
  readonly id: string;
  readonly status: string;
}
const listed = async (at: Folder, ...args: string[]) => (await at.inside("runs", "list", "--json", ...args)).json<{ runs: Listed[] }>().runs;

describe.each(["SIGINT", "SIGTERM"] as const)("%s in the middle of a run", (signal) => {
  const at = folder({ "it's big.jsonl": BIG });
  const args = ["eval", "it's big.jsonl", "--resamples", "200", "--reference", "a b", "--where", `prompt.dataset != "$HOME"`];
  let ran: Ran;
  beforeAll(async () => {
    ran = await at.wrpWith({ started: (child) => child.stdout?.once("data", () => child.kill(signal)) }, ...args, "--jsonl");
  });

  test("ends with 130, says what is kept, and how to go on: that very line does, under the same id", async () => {
    expect(ran.code).toBe(130);
    const [, kept, command, id] = /^error: interrupted\nhint: ([\d,]+) prompts with their outcomes are kept in \.wrp\/wrp\.db; the same command goes on from there:\n {2}(wrp eval .* --resume (\w+))\n$/.exec(ran.stderr) ?? [];
    expect(Number(kept?.replaceAll(",", "")), ran.stderr).toBeGreaterThan(0);
    expect(await listed(at)).toMatchObject([{ id, status: "interrupted" }]);
    expect(await at.inside("report", id as string)).toMatchObject({ code: 2, stderr: expect.stringContaining(`did not finish\nhint: give the same wrp eval again, with --resume ${id}`) });
    const again = await shell(at.path, command as string);
    expect(again.code, again.stderr).toBe(0);
    const { report } = JSON.parse(again.stdout.trimEnd().split("\n").at(-1) as string) as { report: Report };
    expect(report.run.id).toBe(id);
    expect(report.timing.reused.answers).toBe(2 * Number(kept?.replaceAll(",", "")));
    expect(await listed(at)).toMatchObject([{ id, status: "complete" }]);
  });
});

describe("a run that is killed without a word", () => {
  const at = folder({ "big.jsonl": BIG });
  let id = "";

  test("shows as running while it runs, as interrupted afterwards; of a store copied alone nothing is claimed", async () => {
    const child = spawn(process.execPath, [BIN, "eval", "big.jsonl", "--jsonl"], { cwd: at.path, stdio: ["ignore", "pipe", "ignore"] });
    await new Promise((done) => child.stdout.once("data", done));
    child.stdout.resume();
    const [running] = await listed(at);
    expect(running?.status).toBe("running");
    id = running?.id as string;
    expect(await at.inside("eval", "big.jsonl", "--resume", id)).toMatchObject({ code: 2, stderr: expect.stringContaining(`run ${id} is running in another process`) });
    expect(await at.inside("runs", "rm", id)).toMatchObject({ code: 2, stderr: expect.stringContaining(`run ${id} is running`) });
    expect(await at.inside("runs", "gc", "--all")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^removed nothing\n/), stderr: expect.stringContaining(`because run ${id} is running`) });
    child.kill("SIGKILL");
    await new Promise((done) => child.once("exit", done));
    expect(await listed(at)).toEqual([{ ...running, status: "interrupted" }]);
    mkdirSync(join(at.path, "copied"));
    copyFileSync(join(at.path, ".wrp/wrp.db"), join(at.path, "copied/wrp.db"));
    expect(await listed(at, "--store", "copied/wrp.db")).toMatchObject([{ id, status: "running?" }]);
    await at.inside("runs", "gc", "-q");
    expect(readdirSync(join(at.path, ".wrp")).filter((name) => name.includes("-run-"))).toEqual([]);
    expect(await listed(at)).toMatchObject([{ id, status: "interrupted" }]);
  });

  test("goes on under its id", async () => {
    const ran = await at.inside("eval", "big.jsonl", "--json", "-q", "--resamples", "200", "--resume", id.slice(0, 8));
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json().run.id).toBe(id);
    expect(ran.json().timing.reused.answers).toBeGreaterThan(0);
    expect(await listed(at)).toMatchObject([{ id, status: "complete" }]);
  });
});

describe("--resume", () => {
  const at = folder({ "desk.jsonl": jsonl(desk(40)) });
  const evaluate = (...args: string[]) => at.inside("eval", "desk.jsonl", "--json", "-q", "--resamples", "200", ...args);
  let first: Report;
  beforeAll(async () => {
    first = (await evaluate()).json();
  });

  test("of an unknown run: exit 2, naming the known; without a store: none is made", async () => {
    const ran = await at.inside("eval", "desk.jsonl", "--resume", "nope");
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: `error: ${join(at.path, ".wrp/wrp.db")}: unknown run "nope"\nhint: newest runs: ${first.run.id}\n` });
    expect(await at.inside("eval", "desk.jsonl", "--resume", "nope", "--store", "gone.db")).toMatchObject({ code: 2, stderr: expect.stringContaining("no such store") });
  });

  test("of a complete run gives it again; of another evaluation it is refused, and stays as it was", async () => {
    const again = (await evaluate("--resume", first.run.id)).json();
    expect(again.run.id).toBe(first.run.id);
    expect(timeless(again)).toEqual(timeless(first));
    expect(await evaluate("--resume", first.run.id, "--seed", "2")).toMatchObject({ code: 2, stderr: expect.stringContaining(`run ${first.run.id} is complete, and of another configuration`) });
    expect(timeless((await at.inside("report", first.run.id, "--json")).json())).toEqual(timeless(first));
    expect(await listed(at)).toMatchObject([{ id: first.run.id, status: "complete" }]);
  });

  test("of a failed run goes on under its id", async () => {
    await evaluate("--reference", "nobody");
    const [failed] = await listed(at);
    expect(failed?.status).toBe("failed");
    const mended = (await evaluate("--reference", "heron", "--resume", failed?.id as string)).json();
    expect(mended.run.id).toBe(failed?.id);
    expect(await listed(at)).toMatchObject([{ id: failed?.id, status: "complete" }, { id: first.run.id }]);
  });
});

test("a store locked for longer than is waited: exit 2, what is kept, and the command that goes on", async () => {
  const at = folder({ "desk.jsonl": jsonl(desk(40)) });
  await at.inside("eval", "desk.jsonl", "-q", "--resamples", "200");
  const other = new Database(join(at.path, ".wrp/wrp.db"));
  other.exec("BEGIN IMMEDIATE");
  const ran = await at.wrp("eval", "desk.jsonl", "--seed", "2");
  other.exec("ROLLBACK");
  other.close();
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(/wrp\.db: the store is locked by another process .*\nhint: wait for the other run .*; 40 prompts with their outcomes are kept in \.wrp\/wrp\.db; the same command goes on from there:\n {2}wrp eval desk\.jsonl --seed 2\n$/);
}, 30_000);

/** A line as a user would paste it into a shell. */
async function shell(cwd: string, line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn("bash", ["-c", `wrp() { "$NODE" "$BIN" "$@"; }\n${line}`], { cwd, env: { ...process.env, NODE: process.execPath, BIN, NO_COLOR: "1" } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += String(text)));
  child.stderr.on("data", (text) => (stderr += String(text)));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, stdout, stderr };
}
