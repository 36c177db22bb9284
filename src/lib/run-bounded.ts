import { spawn, type ChildProcess } from "node:child_process";
import { platform } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { guardOf, type ProcessSystem } from "./line-process.ts";
import { groupOf } from "./process-group.ts";

/** A program to run to its end. */
export interface BoundedRun {
  /** The program and its arguments; no shell is between. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  readonly timeMs: number;
  /** Of stdout and of stderr so many bytes are kept; what is more is read and dropped. */
  readonly outputBytes: number;
  /** Most memory that it and all that it starts may have resident, MB. */
  readonly memoryMb: number;
  /** Most processes at a time. */
  readonly processes: number;
}

export interface BoundedEnd {
  readonly why: "exited" | "not started" | "time" | "memory" | "processes";
  /** Its exit code; null where it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LOOK_EVERY_MS = 100;
const KILL_ROUNDS = 100;
const KILL_PAUSE_MS = 10;
const DRAIN_MS = 250;

/**
 * Runs a program in a process group and session of its own, and ends it where it goes beyond a bound. When the promise settles nothing of
 * it is left but what made itself a session of its own (a PID namespace holds that too). Does not throw.
 */
export async function runBounded(run: BoundedRun, system: ProcessSystem): Promise<BoundedEnd> {
  const [program = "", ...args] = run.command;
  const grouped = platform() !== "win32";
  let child: ChildProcess;
  try {
    child = spawn(program, args, { cwd: run.cwd, env: { ...run.env }, stdio: "pipe", detached: grouped, windowsHide: true });
  } catch (error) {
    return { why: "not started", code: null, stdout: "", stderr: (error as Error).message };
  }
  const [stdout, stderr] = [kept(child.stdout, run.outputBytes), kept(child.stderr, run.outputBytes)];
  child.stdin?.on("error", () => undefined).end(run.stdin ?? "");
  const ended = new Promise<{ code: number | null } | Error>((done) => child.once("error", done).once("exit", (code) => done({ code })));
  const pid = child.pid;
  if (pid === undefined) return { why: "not started", code: null, stdout: "", stderr: ((await ended) as Error).message };

  const guard = grouped ? guardOf(pid) : null;
  let why: BoundedEnd["why"] = "exited";
  let isOver = false;
  const end = (reason: BoundedEnd["why"]) => {
    if (isOver || why !== "exited") return;
    why = reason;
    send(system, grouped ? -pid : pid);
  };
  const timer = setTimeout(() => end("time"), run.timeMs);
  const watch = async () => {
    while (!isOver) {
      await pause(LOOK_EVERY_MS);
      const members = (await groupOf(pid))?.members ?? [];
      if (members.length > run.processes) end("processes");
      else if (members.reduce((sum, { residentKb }) => sum + residentKb, 0) > run.memoryMb * 1024) end("memory");
    }
  };
  const watched = grouped ? watch() : Promise.resolve();
  const result = await ended;
  isOver = true;
  clearTimeout(timer);
  if (grouped) await killAll(pid, system);
  await Promise.race([Promise.all([stdout.closed, stderr.closed]), pause(DRAIN_MS)]);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  await watched;
  guard?.dismiss();
  return { why, code: why === "exited" && !(result instanceof Error) ? result.code : null, stdout: stdout.text(), stderr: stderr.text() };
}

function kept(stream: NodeJS.ReadableStream | null, most: number): { closed: Promise<void>; text(): string } {
  const pieces: Buffer[] = [];
  let held = 0;
  const closed = new Promise<void>((done) => {
    if (!stream) return done();
    stream.on("data", (chunk: Buffer) => {
      if (held < most) pieces.push(chunk.subarray(0, most - held));
      held += chunk.length;
    });
    stream.on("error", () => undefined).on("close", () => done());
  });
  return { closed, text: () => Buffer.concat(pieces).toString("utf8") };
}

/** Kills the group, then whoever of its session is left, until nobody is. */
async function killAll(pid: number, system: ProcessSystem): Promise<void> {
  send(system, -pid);
  for (let round = 0; round < KILL_ROUNDS; round++) {
    const left = (await groupOf(pid))?.members ?? [];
    if (left.length === 0) return;
    for (const member of left) send(system, member.pid);
    await pause(KILL_PAUSE_MS);
  }
}

function send(system: ProcessSystem, pid: number): void {
  try {
    system.kill(pid, "SIGKILL");
  } catch {
    // it has ended meanwhile
  }
}
