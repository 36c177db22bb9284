import { startLineProcess, type LineProcess, type ProcessSystem, type Stop } from "../../lib/line-process.ts";
import { ungraded, type Grade, type Grader } from "../grader.ts";

/** A user's own grader: a program that is spoken to in JSON lines. */
export interface GraderCommand {
  /** What its grades are stored under, besides `version`: changed by the user when the program grades otherwise. */
  readonly name: string;
  readonly version: number;
  /** The program and its arguments; no shell is between. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** For one answer. */
  readonly timeMs: number;
  readonly memoryMb: number | null;
  readonly system: ProcessSystem;
}

/** To be closed when all is graded. */
export interface CommandGrader extends Grader {
  close(): Promise<void>;
}

interface Waiting {
  readonly done: (grade: Grade) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Hands each answer to a program as a line {"id", "prompt", "answer", "reference"} and reads its grade as a line {"id", "quality", "why"}, in
 * any order. `prompt` is the list of messages, or null. What it does not grade (no line in time, no number in [0,1], its end) is ungraded.
 */
export function commandGrader(options: GraderCommand): CommandGrader {
  const waiting = new Map<string, Waiting>();
  let started: LineProcess | null = null;
  let stopped: Stop | null = null;
  let count = 0;

  const settle = (id: string, grade: Grade) => {
    const asked = waiting.get(id);
    if (!asked) return;
    waiting.delete(id);
    clearTimeout(asked.timer);
    asked.done(grade);
  };
  const start = (): LineProcess => {
    const { command, cwd, env, memoryMb, system } = options;
    const child = startLineProcess({ command, cwd, env, memoryMb }, (line) => {
      const found = lineOf(line);
      if (found) settle(found.id, found.grade);
    }, system);
    void child.stopped.then((stop) => {
      stopped = stop;
      for (const id of waiting.keys()) settle(id, ungraded(`the grader's program has ended: ${stop.why}`));
    });
    return child;
  };

  return {
    name: options.name,
    version: options.version,
    reference: "optional",
    check: () => null,
    grade(text, prompt) {
      started ??= start();
      if (stopped) return ungraded(`the grader's program has ended: ${stopped.why}`);
      const id = String(count++);
      const child = started;
      return new Promise((done) => {
        const timer = setTimeout(() => settle(id, ungraded(`the grader's program gave no grade in ${options.timeMs / 1000} s`)), options.timeMs);
        waiting.set(id, { done, timer });
        child.write(JSON.stringify({ id, prompt: prompt.messages ?? null, answer: text, reference: prompt.reference }));
      });
    },
    async close() {
      await started?.end();
    },
  };
}

function lineOf(line: string): { id: string; grade: Grade } | null {
  let value: { id?: unknown; quality?: unknown; why?: unknown } | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || (typeof value.id !== "string" && typeof value.id !== "number")) return null;
  const { quality, why } = value;
  const said = typeof why === "string" && why !== "" ? why.slice(0, 500) : null;
  if (quality === null || quality === undefined) return { id: String(value.id), grade: ungraded(said ?? "the grader's program gave no quality") };
  if (typeof quality !== "number" || !(quality >= 0 && quality <= 1)) return { id: String(value.id), grade: ungraded(`the grader's program gave a quality that is not in [0,1]: ${JSON.stringify(quality)}`) };
  return { id: String(value.id), grade: { quality, why: said } };
}
