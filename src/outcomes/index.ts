import { connect } from "./connect.ts";
import { storeError } from "./errors.ts";
import { sqliteStore } from "./sqlite-store.ts";
import type { OutcomeStore } from "./store.ts";

export interface StoreOptions {
  /** How long to wait for another process's lock, milliseconds; default 10,000. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens the store in an SQLite file, making it where there is none; ":memory:" keeps it in memory only.
 * Throws WrpError for what is not a wrp store, was written by a newer wrp, or cannot be opened or written.
 */
export async function openStore(path: string, options: StoreOptions = {}): Promise<OutcomeStore> {
  try {
    return sqliteStore(await connect(path, options.busyTimeoutMs ?? 10_000), path);
  } catch (error) {
    throw storeError(error, path);
  }
}
