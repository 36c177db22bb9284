import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A line that a figure should not cross. */
export type Aim = { readonly atMost: number } | { readonly atLeast: number };

/** One measured number. A plain number is a ratio; `unit` says what else it is. */
export interface Figure {
  readonly name: string;
  readonly ratio: number;
  readonly unit?: string;
  /** Its own aim, where it is not the bench's; null: shown without one. */
  readonly aim?: Aim | null;
  readonly detail: string;
}

/** A bench as its file exports it. */
export interface Bench {
  readonly name: string;
  readonly aim: Aim | null;
  bench(): Promise<Figure[]>;
}

/** A module of the build, with the types of its source: `built<typeof import("../../src/stats/hull.ts")>("stats/hull.js")`. */
export async function built<T>(path: string): Promise<T> {
  return (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as T;
}

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The middle value (the upper one of two). NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Milliseconds that a call takes, from its beginning to its end. */
export async function time(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

/**
 * Milliseconds that this thread computes in one call, which waits for nothing: what else the machine does is left out. The
 * call is repeated until there is enough to measure, since the clock of CPU time ticks in milliseconds.
 */
export function cpuTime(call: () => unknown): number {
  const started = process.threadCpuUsage();
  for (let calls = 1; ; calls++) {
    call();
    const { user, system } = process.threadCpuUsage(started);
    if (user + system >= ENOUGH_MICROS) return (user + system) / 1000 / calls;
  }
}

const ENOUGH_MICROS = 100_000;

/** Two things measured by turns; `ratio` is the median of the rounds' own ratios a / b. */
export interface Paired {
  readonly ratio: number;
  readonly a: number;
  readonly b: number;
}

/** Measures `a` and `b` in alternating order, after one round that is not counted. Each gives its own figure (milliseconds). */
export async function paired(rounds: number, a: () => number | Promise<number>, b: () => number | Promise<number>): Promise<Paired> {
  const as: number[] = [];
  const bs: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const turns = [async () => as.push(await a()), async () => bs.push(await b())];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  as.shift();
  bs.shift();
  return { ratio: median(as.map((ms, i) => ms / (bs[i] as number))), a: median(as), b: median(bs) };
}

/** A whole Node process that has ended well. */
export interface Ran {
  readonly ms: number;
  readonly peakMb: number;
  readonly stdout: string;
}

/** Writes the process's peak RSS to descriptor 3 at its end. */
const PEAK = `data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>writeSync(3,String(process.resourceUsage().maxRSS)))`;

/**
 * Runs Node with these arguments and waits for its end. Linux starts a child's peak RSS at its parent's size: keep the
 * parent small. Throws where the exit code is not 0.
 */
export function runNode(args: readonly string[], options: { readonly peak?: boolean; readonly cwd?: string } = {}): Ran {
  const started = performance.now();
  const { status, stdout, stderr, output, error } = spawnSync(process.execPath, options.peak ? ["--import", PEAK, ...args] : [...args], {
    cwd: options.cwd ?? ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    maxBuffer: 1 << 28,
  });
  const ms = performance.now() - started;
  if (error) throw error;
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return { ms, peakMb: Number(output[3] || NaN) / 1024, stdout };
}

/** 12345678 → "12.3 million", 4321 → "4,321". */
export function amount(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(value >= 1e7 ? 0 : 1)} million` : Math.round(value).toLocaleString("en-US");
}

/** A duration as people read it. */
export function duration(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(1)} µs`;
}
