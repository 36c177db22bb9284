import type { Stop } from "../../lib/line-process.ts";
import { WrpError, type Place } from "../../model/errors.ts";

/** What a command did, or did not do, that ends its session. */
export type Problem =
  | Stop
  | { readonly why: "no answer"; readonly ms: number; readonly first: boolean }
  | { readonly why: "wrong line"; readonly what: string; readonly got: string; readonly hint: string };

/** Which command it is, and what was being asked. */
export interface Circumstances {
  readonly policy: string;
  readonly words: readonly string[];
  readonly cwd: string;
  readonly memoryMb: number | null;
  /** The prompt that it is about, or that waits longest; null where none does. */
  readonly prompt: string | null;
  /** Last lines of its stderr. */
  readonly stderr: readonly string[];
  readonly place: Place | undefined;
}

const STDERR_SHOWN = 6;
const LONGEST_GOT = 160;

/** A problem in words: the policy, the command, the prompt, what was got, its last words on stderr, what to do. */
export function commandError(problem: Problem, about: Circumstances): WrpError {
  const { policy, words, prompt, stderr, place } = about;
  const { what, hint } = inWords(problem, about);
  const command = shown(words.join(" "));
  const lines = stderr.slice(-STDERR_SHOWN).map((line) => `\n  stderr: ${shown(line)}`);
  const on = prompt === null ? "" : ` (at prompt ${shown(prompt)})`;
  return new WrpError(`policy "${policy}": the command ${command} ${what}${on}${lines.join("")}`, { hint, ...(place ? { place } : {}) });
}

function inWords(problem: Problem, { words, cwd, memoryMb }: Circumstances): { what: string; hint: string } {
  switch (problem.why) {
    case "not started": {
      const found = problem.code !== "ENOENT";
      return {
        what: found ? `could not be started: ${problem.code === "EACCES" ? "permission denied" : problem.reason}` : "was not found",
        hint: problem.code === "EACCES" ? `is it executable? or name its interpreter: [sh, ${words[0]}]` : `a program is looked for on PATH, ./program in ${cwd} (cwd: sets another folder)`,
      };
    }
    case "exited":
      return {
        what: `ended ${problem.signal ? `by signal ${problem.signal}` : `with exit code ${problem.code}`} before it had answered`,
        hint: "it must read requests until its stdin ends, and answer each; wrp help command",
      };
    case "closed stdin":
      return { what: "closed its stdin and was killed", hint: "it must read requests until its stdin ends; wrp help command" };
    case "memory":
      return { what: `took ${problem.residentMb.toFixed(0)} MB of memory, more than ${memoryMb} MB, and was killed`, hint: "memoryMb: sets another bound; null is none" };
    case "long line":
      return { what: `wrote more than 1 MiB without a line end and was killed, got: ${got(problem.start)}`, hint: "one answer a line; logs belong on stderr" };
    case "killed":
      return { what: "was killed", hint: "give the same wrp command again" };
    case "no answer":
      return {
        what: `gave no ${problem.first ? "first " : ""}answer within ${problem.ms} ms and was killed`,
        hint: `${problem.first ? "startTimeoutMs" : "timeoutMs"}: sets another bound; answers must not stay in a buffer (flush each line)`,
      };
    case "wrong line":
      return { what: `${problem.what}, got: ${got(problem.got)}`, hint: problem.hint };
  }
}

function got(line: string): string {
  const text = shown(line);
  return text.length > LONGEST_GOT ? `${text.slice(0, LONGEST_GOT)}…` : text;
}

/** On one line, with nothing that a terminal would obey. */
function shown(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu, (c) => (c === "\t" ? " " : "\uFFFD"));
}
