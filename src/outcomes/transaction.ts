import type { Database } from "better-sqlite3";
import { isBusy } from "./errors.ts";

/**
 * Runs `work` in one write transaction, undone if it throws. It takes the write lock at once, so it never has to give up
 * half way because someone else wrote in between.
 */
export function immediate<R>(handle: Database, work: () => R): R {
  begin(handle);
  try {
    const result = work();
    handle.exec("COMMIT");
    return result;
  } catch (error) {
    rollback(handle);
    throw error;
  }
}

/**
 * Begins a write transaction. SQLite's lock is not fair: beside a process that writes one group after the other, the busy
 * timeout may pass although nothing is stuck. So it keeps waiting for as long as the others get something done.
 */
export function begin(handle: Database): void {
  let seen = dataVersion(handle);
  for (;;) {
    try {
      handle.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      const now = isBusy(error) ? dataVersion(handle) : seen;
      if (now === seen) throw error;
      seen = now;
    }
  }
}

export function rollback(handle: Database): void {
  // A full disk has already undone the transaction by itself.
  if (handle.inTransaction) handle.exec("ROLLBACK");
}

/** Changes when another connection commits. */
export function dataVersion(handle: Database): unknown {
  return handle.pragma("data_version", { simple: true });
}
