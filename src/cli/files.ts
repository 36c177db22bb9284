import { randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { WrpError } from "../model/errors.ts";

/** Fails at the start of a run, not at its end, where a file could not be written. `-` is stdout. Throws WrpError. */
export function checkWritable(file: string, cwd: string): void {
  if (isStdout(file)) return;
  const path = resolve(cwd, file);
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new WrpError(`cannot be written: ${reason(error)}`, { place: { file }, cause: error });
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new WrpError("is a folder", { place: { file } });
}

/** Refuses to write over the data that is read. Throws WrpError. */
export function checkNotInput(file: string, cwd: string, inputs: readonly { readonly name: string }[], inputsCwd: string): void {
  if (isStdout(file)) return;
  const path = real(resolve(cwd, file));
  if (inputs.some((input) => real(resolve(inputsCwd, input.name)) === path)) throw new WrpError("is an input: it would be written over", { place: { file } });
}

/** True for `-` and `-.html`: stdout, in the form that the ending names. */
export function isStdout(file: string): boolean {
  return file === "-" || file.startsWith("-.");
}

/** Writes a file whole: under another name first, so that a failure leaves what was there. Throws WrpError. */
export async function writeWhole(file: string, cwd: string, chunks: Iterable<string> | AsyncIterable<string | Uint8Array>): Promise<void> {
  const path = resolve(cwd, file);
  const draft = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    const handle = await open(draft, "wx");
    try {
      // `write` may write less than it is given; `writeFile` goes on where the last ended, until all is there.
      let held = "";
      for await (const chunk of chunks) {
        if (typeof chunk === "string") held += chunk;
        else await handle.writeFile(chunk);
        if (held.length > 1 << 16) {
          await handle.writeFile(held);
          held = "";
        }
      }
      await handle.writeFile(held);
    } finally {
      await handle.close();
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof WrpError ? error : new WrpError(`cannot be written: ${reason(error)}`, { place: { file }, cause: error });
  }
}

/** The file behind links; the path itself where there is none yet. */
function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such folder";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "ENOSPC") return "the disk is full";
  return message;
}
