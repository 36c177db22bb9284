import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What the request of a prompt said beside its texts: tools and their calls, images, limits, who asked. */
export const requests: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // Of the row, not of the prompt: the same texts may come with other tools. See request-text.ts; null where it said nothing more.
  "ALTER TABLE workload_prompts ADD COLUMN request TEXT CHECK (request IS NULL OR json_valid(request))",
];
