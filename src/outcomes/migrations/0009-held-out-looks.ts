import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What was judged on held-out prompts, so that each further look at them can be counted. */
export const heldOutLooks: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // `what` is a hash of the policies that were judged: the same ones again are no new look. A look outlives the runs that it was taken in.
  `CREATE TABLE held_out_looks (
    id INTEGER PRIMARY KEY,
    workload_hash TEXT NOT NULL,
    what TEXT NOT NULL,
    UNIQUE (workload_hash, what)
  ) STRICT`,
];
