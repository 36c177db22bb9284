import { existsSync } from "node:fs";
import Database from "better-sqlite3";

/** A run as a completion shows it. */
export interface RunPeek {
  readonly id: string;
  readonly createdAt: string;
}

const MOST_RUNS = 100;

/** The newest runs of a store, newest first; none where there is no store that can be read. Looks only: nothing is opened for writing, made or migrated. */
export function peekRuns(path: string): RunPeek[] {
  return peek(path, "SELECT id, created_at AS createdAt FROM runs ORDER BY created_at DESC, seq DESC LIMIT ?", MOST_RUNS);
}

/** The policies of the newest complete run, as its report names them; none where there is no such run. */
export function peekPolicies(path: string): string[] {
  const newest = "SELECT document FROM reports WHERE key = (SELECT report_key FROM runs WHERE status = 'complete' ORDER BY created_at DESC, seq DESC LIMIT ?)";
  const rows = peek<{ name: string }>(path, `SELECT json_extract(p.value, '$.name') AS name FROM (${newest}) AS r, json_each(r.document, '$.policies') AS p`, 1);
  return rows.map(({ name }) => name);
}

function peek<Row>(path: string, sql: string, limit: number): Row[] {
  if (!existsSync(path)) return [];
  let handle: Database.Database | null = null;
  try {
    handle = new Database(path, { readonly: true, fileMustExist: true, timeout: 100 });
    return handle.prepare(sql).all(limit) as Row[];
  } catch {
    return []; // no store, one of another version, a locked one: there is nothing to show
  } finally {
    handle?.close();
  }
}
