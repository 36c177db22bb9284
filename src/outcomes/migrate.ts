import type { Database } from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { WrpError } from "../model/errors.ts";
import { migrations } from "./migrations/index.ts";
import { rollback } from "./transaction.ts";

/** "wrp1" in ASCII: marks the file as ours, so that another program's database is never written to. */
const APPLICATION_ID = 0x77727031;

/** Runs a step, again and again while another process has the store locked. */
export type Patiently = <R>(step: () => R) => Promise<R>;

/** Brings the schema up to date, all of it or nothing. Throws WrpError when a newer wrp wrote the file. */
export async function migrate(handle: Database, path: string, patiently: Patiently): Promise<void> {
  if (await patiently(() => isCurrent(handle, path))) return;
  // Kysely runs SQLite migrations outside of any transaction; this one makes them atomic, and lets a second process that
  // opens the same new store wait until the first is done.
  await patiently(() => handle.exec("BEGIN IMMEDIATE"));
  try {
    if (!isCurrent(handle, path)) await runMigrations(handle);
    handle.pragma(`application_id = ${APPLICATION_ID}`);
    handle.exec("COMMIT");
  } catch (error) {
    rollback(handle);
    throw error;
  }
}

async function runMigrations(handle: Database): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: handle }) });
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}

/** Throws WrpError when the file is another program's database, or a newer wrp's. Changes nothing. */
export function refuseForeign(handle: Database, path: string): void {
  // One view of the file: between two, another process may make the store, whose tables would then stand there without our mark.
  const { id, tables } = handle.transaction(() => ({ id: handle.pragma("application_id", { simple: true }), tables: tableCount(handle) }))();
  if (id === APPLICATION_ID) return void isCurrent(handle, path);
  if (id === 0 && tables === 0) return;
  throw new WrpError("not a wrp store: an SQLite database of another program", {
    hint: "choose another file with --store",
    place: { file: path },
  });
}

function tableCount(handle: Database): unknown {
  return handle.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
}

function isCurrent(handle: Database, path: string): boolean {
  const applied = appliedMigrations(handle);
  const unknown = applied.filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) {
    throw new WrpError(`the store was written by a newer wrp (it has ${unknown.join(", ")})`, {
      hint: "update wrp, or choose another file with --store",
      place: { file: path },
    });
  }
  return applied.length === Object.keys(migrations).length;
}

function appliedMigrations(handle: Database): string[] {
  const table = handle.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'kysely_migration'").get();
  return table === undefined ? [] : (handle.prepare("SELECT name FROM kysely_migration ORDER BY name").pluck().all() as string[]);
}
