import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { isBusy } from "./errors.ts";

/** A look at a run may hold its lock for a moment. */
const PATIENCE_MS = 1000;

/** Who has a run: this or another process, nobody any more, or it cannot be told from here. */
export type Holder = "somebody" | "nobody" | "unknown";

/**
 * Tells whether a run's process still lives. It holds an exclusive lock on an empty file beside the store, which the operating
 * system releases however the process ends: no clock, process number or host name has to be believed. It is SQLite's own lock,
 * so it works wherever the store does. Where the file is not there (a store copied without it), nothing can be said.
 */
export interface RunLocks {
  /** False where another process has the run. */
  take(id: string): boolean;
  /** Releases the lock, where this process has it, and removes the file: the run has ended and the store says how. */
  release(id: string): void;
  holderOf(id: string): Holder;
  /** Removes the files that nobody has: left behind by what ended without a word, and written down since. */
  sweep(): void;
  /** Releases all locks and leaves the files: whose runs had not ended were interrupted. */
  close(): void;
}

/** Locks beside the store at `path`; those of a store in memory are its own process's. */
export function runLocks(path: string): RunLocks {
  const held = new Map<string, Database.Database>();
  const fileOf = (id: string) => (path === ":memory:" ? ":memory:" : `${path}-run-${encodeURIComponent(id)}`);
  return {
    take(id) {
      if (held.has(id)) return true;
      const lock = new Database(fileOf(id), { timeout: PATIENCE_MS });
      try {
        lock.pragma("journal_mode = MEMORY"); // nothing is written, so there is nothing to undo from a file
        lock.exec("BEGIN EXCLUSIVE");
      } catch (error) {
        lock.close();
        if (isBusy(error)) return false;
        throw error;
      }
      held.set(id, lock);
      return true;
    },
    release(id) {
      held.get(id)?.close();
      held.delete(id);
      if (path !== ":memory:") removeFile(fileOf(id));
    },
    holderOf(id) {
      if (held.has(id)) return "somebody";
      if (path === ":memory:") return "nobody";
      return existsSync(fileOf(id)) ? holderOfFile(fileOf(id)) : "unknown";
    },
    sweep() {
      if (path === ":memory:") return;
      for (const name of readdirSync(dirname(path))) {
        const file = join(dirname(path), name);
        if (name.startsWith(`${basename(path)}-run-`) && holderOfFile(file) === "nobody") removeFile(file);
      }
    },
    close() {
      for (const lock of held.values()) lock.close();
      held.clear();
    },
  };
}

/** A read lock is refused exactly while somebody has the exclusive one, and two who look do not see each other. */
function holderOfFile(file: string): Holder {
  let probe: Database.Database | null = null;
  try {
    probe = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
    probe.prepare("SELECT count(*) FROM sqlite_schema").get();
    return "nobody";
  } catch (error) {
    return isBusy(error) ? "somebody" : "unknown";
  } finally {
    probe?.close();
  }
}

function removeFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Windows keeps a file that somebody looks at: the next to tidy removes it.
  }
}
