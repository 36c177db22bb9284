import { accessSync, constants, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import { WrpError } from "../model/errors.ts";
import { isBusy } from "./errors.ts";
import { migrate, type Patiently, refuseForeign } from "./migrate.ts";

/** Between two tries on a locked store, milliseconds. */
const RETRY_MS = 25;

/** Opens an SQLite file with an up-to-date schema, making it and its folder where they do not exist yet. */
export async function connect(path: string, busyTimeoutMs: number): Promise<Database.Database> {
  if (path !== ":memory:") preparePlace(path);
  // SQLite's own waiting does not cover the switch to WAL, and would block this thread: until the store is ready, we wait.
  const handle = new Database(path, { timeout: 0 });
  const patiently: Patiently = (step) => retryWhileBusy(step, busyTimeoutMs);
  try {
    await patiently(() => refuseForeign(handle, path)); // before anything is written
    await patiently(() => handle.pragma("journal_mode = WAL"));
    handle.pragma("foreign_keys = ON");
    // Safe with WAL: a power cut may lose the last groups, never damages the file, and lost groups are written again.
    handle.pragma("synchronous = NORMAL");
    // 64 MB: prompts come in no order of their hashes, so their index is written all over.
    handle.pragma("cache_size = -65536");
    await migrate(handle, path, patiently);
    handle.pragma(`busy_timeout = ${busyTimeoutMs}`);
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

async function retryWhileBusy<R>(step: () => R, busyTimeoutMs: number): Promise<R> {
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error) || waitedMs >= busyTimeoutMs) throw error;
      await setTimeout(RETRY_MS);
    }
  }
}

/** Makes the store's folder, kept out of git, and refuses what SQLite would answer with a riddle. */
function preparePlace(path: string): void {
  if (path === "") throw new WrpError("the store's path is empty", { hint: "for example --store .wrp/wrp.db" });
  const folder = dirname(path);
  const place = { file: path };
  try {
    const made = mkdirSync(folder, { recursive: true });
    if (made !== undefined) writeFileSync(join(folder, ".gitignore"), "*\n");
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new WrpError(`the store's folder cannot be written (${reason(cause)})`, {
      hint: "make the folder writable, or choose another file with --store",
      place,
      cause,
    });
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory()) throw new WrpError("the store is a folder; it must be a file", { hint: `for example --store ${join(path, "wrp.db")}`, place });
  if (!stat.isFile()) throw new WrpError("the store is no regular file", { hint: "choose another file with --store", place });
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new WrpError(`the store cannot be written (${reason(cause)})`, {
      hint: "make the file writable, or choose another with --store",
      place,
      cause,
    });
  }
}

function reason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
