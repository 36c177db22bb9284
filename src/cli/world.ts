import { isatty } from "node:tty";

/** Everything outside the program that a command touches: handed in, so that tests and other hosts can give their own. */
export interface World {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** A new name for a run, hex. */
  readonly newId: () => string;
  readonly now: () => Date;
  readonly clockMs: () => number;
  /** As kill(2): a negative number is a process group. Throws where there is none. */
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  /** Fires once when the user interrupts. */
  readonly signal: AbortSignal;
}

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  /** Whether to colour this stream. */
  readonly color: boolean;
}

/** The real world of this process. A closed stdout (`| head`) ends output quietly. */
export function processWorld(): World {
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  process.once("SIGTERM", () => abort.abort());
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: output(process.stdout, 1),
    stderr: output(process.stderr, 2),
    newId: () => Buffer.from(crypto.getRandomValues(new Uint8Array(5))).toString("hex"), // the global is loaded on first use
    now: () => new Date(),
    clockMs: () => performance.now(),
    kill: (pid, signal) => void process.kill(pid, signal),
    signal: abort.signal,
  };
}

function output(stream: NodeJS.WriteStream, fd: number): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const isTTY = isatty(fd);
  return { write: (text) => void stream.write(text), isTTY, columns: stream.columns ?? 80, color: colored(isTTY, process.env, process.argv) };
}

/** --color, then FORCE_COLOR, then NO_COLOR (when not empty), then TERM=dumb, then whether it is a terminal. */
function colored(isTTY: boolean, env: NodeJS.ProcessEnv, argv: readonly string[]): boolean {
  const at = argv.findIndex((arg) => arg === "--color" || arg.startsWith("--color="));
  const flag = at < 0 ? undefined : argv[at]?.includes("=") ? argv[at]?.slice("--color=".length) : argv[at + 1];
  if (flag === "always") return true;
  if (flag === "never") return false;
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0") return true;
  if (env["NO_COLOR"]) return false;
  return isTTY && env["TERM"] !== "dumb";
}
