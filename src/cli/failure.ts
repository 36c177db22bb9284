import { CommanderError } from "commander";
import { styleText } from "node:util";
import { EXIT, WrpError } from "../model/errors.ts";
import { annotate } from "./annotate.ts";
import type { World } from "./world.ts";

/** Says what went wrong and gives the exit code: a WrpError without a stack, anything else as the bug it is. */
export function reportFailure(error: unknown, world: World): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Without --json commander has printed it.
    if (world.argv.includes("--json")) world.stderr.write(`${JSON.stringify({ error: { message: error.message.replace(/^error: /, ""), exitCode: EXIT.couldNotRun } })}\n`);
    return EXIT.couldNotRun;
  }
  const paint = (style: "red" | "dim", text: string) => (world.stderr.color ? styleText(style, text, { validateStream: false }) : text);
  if (error instanceof WrpError) {
    if (world.argv.includes("--json")) {
      const { located, hint, place, exitCode } = error;
      world.stderr.write(`${JSON.stringify({ error: { message: located, hint, ...place, exitCode } })}\n`);
    } else {
      world.stderr.write(`${paint("red", "error:")} ${error.located}\n`);
      if (error.hint) world.stderr.write(`${paint("dim", "hint:")} ${error.hint}\n`);
      if (world.argv.includes("--debug")) world.stderr.write(`${String(error.stack)}\n${error.cause ? `caused by: ${String((error.cause as Error).stack ?? error.cause)}\n` : ""}`);
    }
    annotate("error", error.message, "wrp", error.place, world);
    return error.exitCode;
  }
  world.stderr.write(`${paint("red", "error:")} this is a bug in wrp: please report it with the lines below\n${error instanceof Error ? String(error.stack) : String(error)}\n`);
  return EXIT.couldNotRun;
}
