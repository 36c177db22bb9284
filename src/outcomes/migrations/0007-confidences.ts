import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** How sure a model was of its answer. */
export const confidences: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // What of logprob, margin and verified is known, as JSON: see model/answer.ts. Null where nothing is, as of most answers.
  "ALTER TABLE answers ADD COLUMN confidence TEXT CHECK (confidence IS NULL OR json_valid(confidence))",
];
