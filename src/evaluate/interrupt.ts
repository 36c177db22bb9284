import { setImmediate as nextTurn } from "node:timers/promises";
import { EXIT, WrpError } from "../model/errors.ts";
import { isPassing } from "../outcomes/errors.ts";
import type { OutcomeStore } from "../outcomes/store.ts";

/** Gives a signal its turn (reading from the store and deciding never wait), then stops with exit code 130 if one came. */
export async function stopIfAsked(signal: AbortSignal, hint = "what was read is stored: the same command goes on from there"): Promise<void> {
  await nextTurn();
  if (signal.aborted)
    throw new WrpError("interrupted", { exitCode: EXIT.interrupted, hint });
}

/** Whether the same command may go on later: it was interrupted, or met a full disk or a lock. */
export function goesOn(error: unknown): boolean {
  return error instanceof WrpError && (error.exitCode === EXIT.interrupted || isPassing(error));
}

/** Writes down that a run ended without a report, as far as the store can still be written. */
export function endWithout(store: OutcomeStore, runId: string, error: unknown): void {
  try {
    store.failRun(runId, goesOn(error) ? "interrupted" : "failed");
  } catch {
    // What stopped the run stops this too. When the store is closed, the run counts as interrupted.
  }
}
