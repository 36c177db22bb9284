import { setImmediate as nextTurn } from "node:timers/promises";
import { EXIT, WrpError } from "../model/errors.ts";

/** Gives a signal its turn (reading from the store and deciding never wait), then stops with exit code 130 if one came. */
export async function stopIfAsked(signal: AbortSignal, hint = "what was read is stored: the same command goes on from there"): Promise<void> {
  await nextTurn();
  if (signal.aborted)
    throw new WrpError("interrupted", { exitCode: EXIT.interrupted, hint });
}
