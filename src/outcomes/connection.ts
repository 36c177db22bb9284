import type { Database, RunResult } from "better-sqlite3";
import { type Compilable, Kysely, SqliteDialect } from "kysely";
import { runLocks, type RunLocks } from "./run-locks.ts";
import type { Schema } from "./schema.ts";

/** An open store. Queries are built by kysely and run here, since better-sqlite3 is synchronous and kysely is not. */
export interface Connection {
  readonly path: string;
  readonly handle: Database;
  readonly db: Kysely<Schema>;
  readonly locks: RunLocks;
  all<R>(query: Compilable<R>): R[];
  first<R>(query: Compilable<R>): R | undefined;
  run(query: Compilable): RunResult;
}

export function connection(handle: Database, path: string): Connection {
  return {
    path,
    handle,
    db: new Kysely<Schema>({ dialect: new SqliteDialect({ database: handle }) }),
    locks: runLocks(path),
    all: (query) => {
      const { sql, parameters } = query.compile();
      return handle.prepare(sql).all(...parameters) as never;
    },
    first: (query) => {
      const { sql, parameters } = query.compile();
      return handle.prepare(sql).get(...parameters) as never;
    },
    run: (query) => {
      const { sql, parameters } = query.compile();
      return handle.prepare(sql).run(...parameters);
    },
  };
}
