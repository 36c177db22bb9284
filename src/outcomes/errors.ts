import Database from "better-sqlite3";
import { WrpError } from "../model/errors.ts";

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

/** What SQLite's primary result codes mean to someone with a store, and what to do. Others are bugs of ours. */
const explanations: Readonly<Record<string, Explanation>> = {
  SQLITE_NOTADB: { message: "not a wrp store: the file is not an SQLite database", hint: "choose another file with --store" },
  SQLITE_CORRUPT: {
    message: "the store is damaged",
    hint: "move it away and run again: recorded outcomes are read anew from their files",
  },
  SQLITE_READONLY: { message: "the store cannot be written", hint: "make the file and its folder writable, or choose another with --store" },
  SQLITE_PERM: { message: "no permission to open the store", hint: "make the file and its folder writable, or choose another with --store" },
  SQLITE_CANTOPEN: {
    message: "the store cannot be opened",
    hint: "check that its folder exists and is writable, or choose another file with --store",
  },
  SQLITE_FULL: { message: "the disk is full", hint: "free some space: what was stored is kept" },
  SQLITE_BUSY: {
    message: "the store is locked by another process",
    hint: "wait for the other run (or close the program that has the file open), or use another --store",
  },
  SQLITE_IOERR: { message: "reading or writing the store failed", hint: "check the disk (SQLite does not work on some network drives), or choose another --store" },
  SQLITE_TOOBIG: { message: "a text is too long for the store (1 GB)", hint: "leave that prompt out with --where" },
};

/** An SQLite error that the user can act on as a WrpError about the store's file; anything else as it is. */
export function storeError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const known = explanations[primaryCode(error.code)];
  if (!known) return error;
  return new WrpError(`${known.message} (${error.code}: ${error.message})`, { hint: known.hint, place: { file: path }, cause: error });
}

/** Runs `work` with SQLite's errors explained. */
export function explained<R>(path: string, work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw storeError(error, path);
  }
}

/** The same methods, each with SQLite's errors explained. */
export function explainedMethods<T extends object>(path: string, methods: T): T {
  const wrapped = Object.entries(methods).map(([name, method]) => [name, (...args: unknown[]) => explained(path, () => method(...args))]);
  return Object.fromEntries(wrapped) as T;
}

/** Is it another connection's lock that outlasted the busy timeout? */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && primaryCode(error.code) === "SQLITE_BUSY";
}

/** Is it a full disk or another process's lock: trouble that passes, after which the same thing goes well? */
export function isPassing(error: unknown): boolean {
  const cause = error instanceof WrpError ? error.cause : error;
  return cause instanceof Database.SqliteError && ["SQLITE_FULL", "SQLITE_BUSY"].includes(primaryCode(cause.code));
}

/** SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR. */
function primaryCode(code: string): string {
  return code.split("_").slice(0, 2).join("_");
}
