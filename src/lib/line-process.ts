import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { statSync } from "node:fs";
import { platform } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { groupOf } from "./process-group.ts";

/** A program to start. */
export interface Launch {
  /** The program and its arguments; no shell is between. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to the environment that it inherits. */
  readonly env: Readonly<Record<string, string>>;
  /** Most memory that it and all that it starts may have resident, MB; null: any. */
  readonly memoryMb: number | null;
}

/** Why a process takes and gives no more lines. */
export type Stop =
  | { readonly why: "not started"; readonly code: string; readonly reason: string }
  /** `forced`: it had to be told, after its stdin was closed. */
  | { readonly why: "exited"; readonly code: number | null; readonly signal: string | null; readonly forced: boolean }
  | { readonly why: "closed stdin" }
  | { readonly why: "memory"; readonly residentMb: number }
  | { readonly why: "long line"; readonly start: string }
  | { readonly why: "killed" };

/** A child process that is spoken to in lines. */
export interface LineProcess {
  /** Sends a line. What it does not read yet is held here: the caller bounds how much that is. */
  write(line: string): void;
  /** Why it stopped, once nothing of it is left. */
  readonly stopped: Promise<Stop>;
  /** Closes its stdin and waits; it is given time to exit, then told to, then killed, it and all that it started. */
  end(): Promise<Stop>;
  /** Kills it and all that it started. */
  kill(): Promise<Stop>;
  /** The last lines of its stderr. */
  stderr(): readonly string[];
}

/** What the process that starts others lends them. */
export interface ProcessSystem {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As kill(2): a negative number is a group. Throws where there is none. */
  kill(pid: number, signal: NodeJS.Signals): void;
}

export type StartProcess = (launch: Launch, onLine: (line: string) => void) => LineProcess;

const LONGEST_LINE_BYTES = 1 << 20;
const STDERR_LINES = 20;
const STDERR_LINE_LENGTH = 500;
/** From its stdin being closed to SIGTERM, and from there to SIGKILL. */
const EXIT_MS = 2000;
const TERM_MS = 1000;
/** What is still in the pipes of a process that has ended is waited for this long: a grandchild may hold them open. */
const DRAIN_MS = 250;
/** A closed stdin is mostly the first sign of an exit: its code is worth this wait. */
const EXIT_AFTER_EPIPE_MS = 250;
const FIRST_LOOK_MS = 50;
const LOOK_EVERY_MS = 250;
/** On a machine with very many processes, looking takes some 2 % of the time. */
const PAUSE_MS_A_PROCESS = 1;
const KILL_ROUNDS = 50;
const KILL_PAUSE_MS = 10;

/**
 * Waits for a line or the end of its input. At the end whoever held it is gone, also by kill -9: it kills the group, then, where the
 * system shows processes as files, those of the session that made groups of their own. Only what every /bin/sh has built in.
 */
const GUARD = `read -r _ && exit
kill -9 "-$1"
for file in /proc/[0-9]*/stat; do
  read -r stat <"$file" || continue
  set -- "$1" \${stat##*) }
  if [ "$5" = "$1" ]; then kill -9 "\${stat%% *}"; fi
done`;

/**
 * Starts a program in a process group (and session) of its own and reads its stdout by lines. Nothing throws: what goes wrong is
 * what it `stopped` for. A guard beside it ends the group should this process be killed.
 *
 * @param onLine called for each line of its stdout, without the line end
 */
export function startLineProcess(launch: Launch, onLine: (line: string) => void, system: ProcessSystem): LineProcess {
  return new ChildProcess(launch, onLine, system);
}

class ChildProcess implements LineProcess {
  readonly stopped: Promise<Stop>;
  readonly #memoryMb: number | null;
  readonly #onLine: (line: string) => void;
  readonly #system: ProcessSystem;
  readonly #child: ChildProcessWithoutNullStreams | null;
  readonly #guard: { dismiss(): void } | null = null;
  readonly #stderr: string[] = [];
  readonly #pieces: Buffer[] = [];
  #held = 0;
  #watch: NodeJS.Timeout | undefined;
  /** The first reason stands. */
  #why: Stop | null = null;
  #forced = false;
  #hasExited = false;
  #settle!: (stop: Stop) => void;

  constructor(launch: Launch, onLine: (line: string) => void, system: ProcessSystem) {
    this.stopped = new Promise((done) => (this.#settle = done));
    this.#memoryMb = launch.memoryMb;
    this.#onLine = onLine;
    this.#system = system;
    this.#child = this.#spawned(launch);
    if (this.#child?.pid === undefined) return;
    this.#guard = grouped ? guardOf(this.#child.pid) : null;
    if (this.#memoryMb !== null) this.#watch = setTimeout(() => void this.#look(), FIRST_LOOK_MS).unref();
  }

  write(line: string): void {
    if (!this.#why) this.#child?.stdin.write(`${line}\n`);
  }

  stderr(): readonly string[] {
    return this.#stderr.filter((line) => line !== "").slice(-STDERR_LINES);
  }

  async end(): Promise<Stop> {
    const child = this.#child;
    if (child && !this.#why) {
      child.stdin.end();
      if (!(await this.#stopsWithin(EXIT_MS))) {
        this.#forced = true;
        this.#signal("SIGTERM");
        if (!(await this.#stopsWithin(TERM_MS))) await this.#killAll();
      }
    }
    return this.stopped;
  }

  kill(): Promise<Stop> {
    this.#fail({ why: "killed" });
    return this.stopped;
  }

  #spawned({ command: [program = "", ...args], cwd, env }: Launch): ChildProcessWithoutNullStreams | null {
    const refused = (code: string, reason: string) => {
      this.#why = { why: "not started", code, reason };
      this.#settle(this.#why);
      return null;
    };
    // spawn says ENOENT of a missing folder too, as if it were the program.
    if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return refused("ENOTDIR", `no such folder: ${cwd}`);
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(program, args, { cwd, env: { ...this.#system.env, ...env }, stdio: "pipe", detached: grouped, windowsHide: true });
    } catch (error) {
      return refused((error as NodeJS.ErrnoException).code ?? "", (error as Error).message);
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) refused(error.code ?? "", error.message);
    });
    child.once("exit", (code, signal) => void this.#exited(code, signal));
    child.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    child.stdout.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#keep(text));
    child.stderr.on("error", () => undefined);
    child.stdin.on("error", () => void this.#stdinClosed());
    return child;
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0 && !this.#why; at = chunk.indexOf(0x0a, from)) {
      const last = chunk.subarray(from, at);
      from = at + 1;
      if (this.#held + last.length > LONGEST_LINE_BYTES) return this.#tooLong(last);
      this.#onLine(this.#pieces.length > 0 ? Buffer.concat([...this.#pieces.splice(0), last]).toString("utf8") : last.toString("utf8"));
      this.#held = 0;
    }
    if (this.#why || from === chunk.length) return;
    const rest = chunk.subarray(from);
    if (this.#held + rest.length > LONGEST_LINE_BYTES) return this.#tooLong(rest);
    this.#pieces.push(rest);
    this.#held += rest.length;
  }

  #tooLong(last: Buffer): void {
    this.#fail({ why: "long line", start: Buffer.concat([...this.#pieces, last]).subarray(0, 200).toString("utf8") });
  }

  /** The last lines only, each of bounded length. */
  #keep(text: string): void {
    const [first = "", ...more] = text.split(/\r\n|\n|\r/);
    const open = this.#stderr.pop() ?? "";
    for (const line of [open + first, ...more].slice(-STDERR_LINES - 1)) this.#stderr.push(line.slice(0, STDERR_LINE_LENGTH));
    this.#stderr.splice(0, this.#stderr.length - STDERR_LINES - 1);
  }

  async #stdinClosed(): Promise<void> {
    await pause(EXIT_AFTER_EPIPE_MS);
    if (!this.#hasExited) this.#fail({ why: "closed stdin" });
  }

  async #exited(code: number | null, signal: string | null): Promise<void> {
    this.#hasExited = true;
    await this.#drained();
    if (!this.#why && this.#held > 0) this.#onLine(Buffer.concat(this.#pieces).toString("utf8"));
    this.#why ??= { why: "exited", code, signal, forced: this.#forced };
    clearTimeout(this.#watch);
    await this.#killAll();
    this.#guard?.dismiss();
    this.#settle(this.#why);
  }

  /** Reads what is left in the pipes, then lets go of them. */
  async #drained(): Promise<void> {
    const child = this.#child as ChildProcessWithoutNullStreams;
    const ends = [child.stdout, child.stderr].map((stream) => (stream.closed ? null : new Promise((done) => stream.once("close", done))));
    await Promise.race([Promise.all(ends), pause(DRAIN_MS)]);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }

  #fail(why: Stop): void {
    if (this.#why) return;
    this.#why = why;
    void this.#killAll();
  }

  async #look(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#why) return;
    const group = await groupOf(pid);
    if (!group || this.#why) return;
    const residentMb = group.members.reduce((sum, { residentKb }) => sum + residentKb, 0) / 1024;
    if (this.#memoryMb !== null && residentMb > this.#memoryMb) return this.#fail({ why: "memory", residentMb });
    this.#watch = setTimeout(() => void this.#look(), Math.max(LOOK_EVERY_MS, group.looked * PAUSE_MS_A_PROCESS)).unref();
  }

  /** Kills the group, then whoever of its session made a group of its own, until nobody is left. */
  async #killAll(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    this.#signal("SIGKILL");
    if (!grouped) return;
    for (let round = 0; round < KILL_ROUNDS; round++) {
      const left = (await groupOf(pid))?.members ?? [];
      if (left.length === 0) return;
      for (const member of left) this.#sent(member.pid, "SIGKILL");
      await pause(KILL_PAUSE_MS);
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (grouped) this.#sent(-(this.#child?.pid as number), signal);
    else this.#child?.kill(signal);
  }

  #sent(pid: number, signal: NodeJS.Signals): void {
    try {
      this.#system.kill(pid, signal);
    } catch {
      // it has ended meanwhile
    }
  }

  async #stopsWithin(ms: number): Promise<boolean> {
    const waited = new AbortController();
    const stopped = await Promise.race([this.stopped.then(() => true), pause(ms, false, { signal: waited.signal }).catch(() => false)]);
    waited.abort();
    return stopped;
  }
}

/** Windows has no process groups that a signal reaches. */
const grouped = platform() !== "win32";

/** Ends the group of `pid` should this process be killed, until it is dismissed. */
export function guardOf(pid: number): { dismiss(): void } {
  const guard = spawn("/bin/sh", ["-c", GUARD, "wrp-guard", String(pid)], { cwd: "/", env: {}, stdio: ["pipe", "ignore", "ignore"], detached: true });
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  guard.unref();
  return { dismiss: () => void guard.stdin.end("\n") };
}
