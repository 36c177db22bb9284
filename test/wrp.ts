import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { dirname, join, resolve } from "node:path";
import { afterAll } from "vitest";
import type { Report } from "../src/model/report.ts";

const BIN = resolve(import.meta.dirname, "../bin/wrp.js");

/** Real data that is not in this repository (shared/data/README.md); tests that need it skip where it is absent. */
export const SHARED_DATA = resolve(import.meta.dirname, "../../shared/data");

/** What one run of the command line left behind. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as the one JSON document that `--json` promises. */
  json<T = Report>(): T;
}

export interface Options {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Called with the child when it has started. */
  readonly started?: (child: ReturnType<typeof spawn>) => void;
}

/** A folder of its own, in which the built command line runs; gone when the test file is done. */
export interface Folder {
  readonly path: string;
  put(name: string, content: string | Uint8Array): void;
  read(name: string): string;
  wrp(...args: string[]): Promise<Ran>;
  wrpWith(options: Options, ...args: string[]): Promise<Ran>;
  /** The same without a process of its own: for the hundreds of runs that processes would make slow. */
  inside(...args: string[]): Promise<Ran>;
  /** The same with stdout a terminal of so many columns. */
  onTerminal(columns: number, ...args: string[]): Promise<Ran>;
}

const folders: string[] = [];
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** A fresh folder that holds `files`. */
export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): Folder {
  const path = mkdtempSync(join(tmpdir(), "wrp-cli-"));
  folders.push(path);
  const put = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  };
  for (const [name, content] of Object.entries(files)) put(name, content);
  const wrpWith = (options: Options, ...args: string[]) => spawned(path, args, options);
  return { path, put, wrpWith, read: (name) => readFileSync(join(path, name), "utf8"), wrp: (...args) => wrpWith({}, ...args), inside: (...args) => inside(path, args), onTerminal: (columns, ...args) => inside(path, args, columns) };
}

async function inside(cwd: string, argv: readonly string[], terminal: number | null = null): Promise<Ran> {
  const cli = (await import("../dist/cli/main.js" as string)) as typeof import("../src/cli/main.ts");
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) => ({ write: (text: string) => void (written[name] += text), isTTY: false, columns: 80, color: false });
  const code = await cli.run({
    argv,
    env: {},
    cwd,
    stdin: Readable.from([]),
    stdout: { ...stream("stdout"), ...(terminal === null ? {} : { isTTY: true, columns: terminal }) },
    stderr: stream("stderr"),
    newId: () => randomBytes(5).toString("hex"),
    now: () => new Date(),
    clockMs: () => performance.now(),
    kill: (pid, signal) => void process.kill(pid, signal),
    signal: new AbortController().signal,
  });
  return { code, ...written, json: <T>() => parsed<T>(written.stdout, written.stderr) };
}

function spawned(cwd: string, args: readonly string[], { env = {}, stdin = "", started }: Options): Promise<Ran> {
  const { CI: _ci, FORCE_COLOR: _color, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...inherited, NO_COLOR: "1", ...env }, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined); // a command that reads no stdin closes it
  child.stdin.end(stdin);
  started?.(child);
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => done({ code, stdout, stderr, json: <T>() => parsed<T>(stdout, stderr) }));
  });
}

function parsed<T>(stdout: string, stderr: string): T {
  try {
    return JSON.parse(stdout) as T;
  } catch (error) {
    throw new Error(`stdout is not one JSON document (${(error as Error).message}): ${stdout.slice(0, 200)}\nstderr: ${stderr.slice(0, 500)}`, { cause: error });
  }
}

/** A report without what may differ between two runs of one seed: the run's id and time, and `timing`. */
export function timeless(report: Report): unknown {
  const { timing: _timing, run: { id: _id, createdAt: _createdAt, ...run }, ...rest } = report;
  return { run, ...rest };
}

/** The row of a policy. */
export function policy(report: Report, name: string): Report["policies"][number] {
  const found = report.policies.find((p) => p.name === name);
  if (!found) throw new Error(`no policy "${name}" among ${report.policies.map((p) => p.name).join(", ")}`);
  return found;
}

/** JSON lines. */
export function jsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
