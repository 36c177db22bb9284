import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Runs can be interrupted, and know which decisions they used; a workload may be there without its texts. */
export const runs: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // SQLite changes a CHECK only by a new table. Prices point to runs, so they step aside meanwhile.
  "CREATE TEMP TABLE kept_prices AS SELECT * FROM prices",
  "DELETE FROM prices",
  `CREATE TABLE new_runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    created_at TEXT NOT NULL,
    seed INTEGER NOT NULL,
    config_hash TEXT NOT NULL,
    workload_hash TEXT NOT NULL,
    wrp_version TEXT NOT NULL,
    config TEXT NOT NULL CHECK (json_valid(config)),
    status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'failed', 'interrupted')),
    report_key TEXT REFERENCES reports (key),
    CHECK ((status = 'complete') = (report_key IS NOT NULL))
  ) STRICT`,
  `INSERT INTO new_runs (seq, id, created_at, seed, config_hash, workload_hash, wrp_version, config, status, report_key)
    SELECT seq, id, created_at, seed, config_hash, workload_hash, wrp_version, config, status, report_key FROM runs`,
  "DROP TABLE runs",
  "ALTER TABLE new_runs RENAME TO runs",
  "INSERT INTO prices SELECT * FROM kept_prices",
  "DROP TABLE kept_prices",

  // The decisions that a complete run used, of its own workload. One that has none here is older than this table: it may use any.
  `CREATE TABLE run_decisions (
    run_seq INTEGER NOT NULL REFERENCES runs,
    policy_hash TEXT NOT NULL,
    PRIMARY KEY (run_seq, policy_hash)
  ) STRICT, WITHOUT ROWID`,

  // 0 where it was imported without prompt and answer texts; its files then fill them in.
  "ALTER TABLE workloads ADD COLUMN has_texts INTEGER NOT NULL DEFAULT 1 CHECK (has_texts IN (0, 1))",
];
