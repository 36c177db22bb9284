import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What models on this machine answered about texts: vectors, probabilities of labels, spans. They can be computed again, which takes time. */
export const modelOutputs: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // A content hash of all that changes what it answers.
  "CREATE TABLE output_models (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE) STRICT",
  // The first 128 bits of SHA-256 of the text; numbers as float32, little-endian.
  `CREATE TABLE model_outputs (
    id INTEGER PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES output_models,
    text_hash BLOB NOT NULL CHECK (length(text_hash) = 16),
    output BLOB NOT NULL,
    UNIQUE (model_id, text_hash)
  ) STRICT`,
];
