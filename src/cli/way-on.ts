import { goesOn } from "../evaluate/interrupt.ts";
import { EXIT, WrpError } from "../model/errors.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import { amount } from "./amounts.ts";
import { IN_MEMORY } from "./store-file.ts";
import type { World } from "./world.ts";

/** The run that stopped. */
interface Stopped {
  readonly runId: string;
  readonly workloadHash: string;
  /** Null where it could not be opened. */
  readonly store: OutcomeStore | null;
  readonly storePath: string;
}

/** The error with what is kept and the command that goes on, where the same command may: after an interrupt, a full disk, a lock. */
export function withWayOn(error: unknown, { runId, workloadHash, store, storePath }: Stopped, world: World): unknown {
  if (!(error instanceof WrpError) || !goesOn(error)) return error;
  const first = error.exitCode === EXIT.interrupted || error.hint === undefined ? "" : `${error.hint}; `;
  return new WrpError(error.message, {
    exitCode: error.exitCode,
    hint: `${first}${storePath === IN_MEMORY ? "the store was in memory: nothing is kept" : kept()}`,
    cause: error.cause ?? error,
    ...(error.place ? { place: error.place } : {}),
  });

  function kept(): string {
    const { prompts, answers } = quietly(() => store?.countStored(workloadHash)) ?? { prompts: 0, answers: { live: 0 } };
    const recorded = quietly(() => store?.findRun(runId).id) === runId;
    const paid = answers.live > 0 ? `${amount(answers.live, "live answer")} to ` : "";
    const what = prompts > 0 ? `${paid}${amount(prompts, "prompt")} ${paid === "" ? "with their outcomes " : ""}are kept in ${storePath}` : "nothing is lost";
    return `${what}; the same command goes on from there:\n  ${commandOn(world.argv, recorded ? runId : null)}`;
  }
}

/** The command line again, quoted for a shell, with the run to go on with. */
export function commandOn(argv: readonly string[], runId: string | null): string {
  const resumes = runId === null || argv.some((arg) => arg === "--resume" || arg.startsWith("--resume="));
  const end = argv.indexOf("--");
  const at = end < 0 ? argv.length : end;
  const args = resumes ? argv : [...argv.slice(0, at), "--resume", runId, ...argv.slice(at)];
  return ["wrp", ...args.map(quoted)].join(" ");
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}

function quietly<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null; // the store is what failed
  }
}
