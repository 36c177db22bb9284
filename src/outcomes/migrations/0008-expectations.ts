import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What learned policies expected, and their choices along their curves. */
export const expectations: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // See pack-expectation.ts; null where a policy expects nothing.
  "ALTER TABLE policy_decisions ADD COLUMN expectation TEXT CHECK (expectation IS NULL OR json_valid(expectation))",
];
