import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Tries that led to no answer: they were stopped, or nobody answered to the key or address. They may have been paid for all the same. */
export const looseTries: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // As tries, but of what was asked instead of what was answered.
  `CREATE TABLE loose_tries (
    record_id INTEGER NOT NULL REFERENCES records,
    model_id INTEGER NOT NULL REFERENCES models,
    number INTEGER NOT NULL CHECK (number >= 1),
    started_at TEXT NOT NULL,
    status INTEGER,
    queue_ms REAL NOT NULL,
    connect_ms REAL,
    headers_ms REAL,
    first_byte_ms REAL,
    first_token_ms REAL,
    last_token_ms REAL,
    end_ms REAL NOT NULL,
    lag_ms REAL NOT NULL,
    input_tokens REAL CHECK (input_tokens >= 0),
    cached_input_tokens REAL CHECK (cached_input_tokens >= 0),
    cache_write_tokens REAL CHECK (cache_write_tokens >= 0),
    output_tokens REAL CHECK (output_tokens >= 0),
    reasoning_tokens REAL CHECK (reasoning_tokens >= 0),
    cost_usd REAL CHECK (cost_usd >= 0),
    finish_reason ANY,
    served_model ANY,
    headers TEXT NOT NULL CHECK (json_valid(headers)),
    failure_kind TEXT,
    failure ANY,
    PRIMARY KEY (record_id, model_id, number)
  ) STRICT, WITHOUT ROWID`,
];
