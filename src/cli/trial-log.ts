import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, truncateSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { WrpError } from "../model/errors.ts";
import type { Trial, TrialLog } from "../tune/search.ts";

const FILE = "trials.jsonl";

/**
 * The trials of a search in its folder, a line each, written as they come. A line that was cut off, as by a kill, is made anew. Throws WrpError
 * where the folder holds another search, or something else.
 */
export function trialLog(folder: string, cwd: string, key: string): TrialLog {
  const path = resolve(cwd, folder);
  const file = join(path, FILE);
  checkSearchFolder(folder, cwd);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  if (whole === "") append(file, [{ search: key }]);
  const [first, ...lines] = whole === "" ? [{ search: key }] : whole.trimEnd().split("\n").map((line, k) => parsed(line, `${folder}/${FILE}`, k + 1));
  if ((first as { readonly search?: unknown }).search !== key)
    throw new WrpError("holds the trials of another search (other data, policy, numbers, goals, seed or version of wrp)", { place: { file: `${folder}/${FILE}`, line: 1 }, hint: "name another folder: --out FOLDER" });
  const known = new Map((lines as Trial[]).map((trial) => [`${trial.method} ${trial.number}`, trial]));
  return {
    find: (method, number) => known.get(`${method} ${number}`) ?? null,
    add: (trials) => append(file, trials),
  };
}

/** The folder is asked for before any work: it must be new, empty, or a search's. Throws WrpError. */
export function checkSearchFolder(folder: string, cwd: string): void {
  const path = resolve(cwd, folder);
  try {
    mkdirSync(path, { recursive: true });
    if (!existsSync(join(path, FILE)) && readdirSync(path).length > 0) throw new WrpError("is not empty, and holds no search", { place: { file: folder }, hint: "name another folder: --out FOLDER" });
  } catch (error) {
    if (error instanceof WrpError) throw error;
    throw new WrpError(`cannot be made: ${(error as Error).message}`, { place: { file: folder }, cause: error });
  }
}

function append(file: string, lines: readonly unknown[]): void {
  const handle = openSync(file, "a");
  try {
    writeSync(handle, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function parsed(line: string, file: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new WrpError("is no JSON", { place: { file, line: number }, cause: error, hint: "name another folder: --out FOLDER" });
  }
}
