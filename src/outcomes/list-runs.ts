import { sql } from "kysely";
import type { Connection } from "./connection.ts";
import { asItIs } from "./runs.ts";
import type { RunListing } from "./store.ts";

/** The newest runs, newest first; all of them without a limit. */
export function listRuns(c: Connection, limit?: number): RunListing[] {
  const newest = c.db
    .selectFrom("runs as r")
    .leftJoin("workloads as w", "w.hash", "r.workload_hash")
    .leftJoin("reports as p", "p.key", "r.report_key")
    .selectAll("r")
    .select(["w.prompts", "w.name"])
    .select([
      sql<string | null>`json_extract(r.config, '$.read.name')`.as("read_name"),
      sql<number | null>`json_array_length(p.document, '$.policies')`.as("policies"),
      sql<string | null>`json_extract(p.document, '$.verdict')`.as("verdict"),
    ])
    .orderBy("r.created_at", "desc")
    .orderBy("r.seq", "desc");
  return c.all(limit === undefined ? newest : newest.limit(limit)).map((row) => ({
    id: row.id,
    createdAt: row.created_at,
    status: asItIs(c, row).status,
    workload: row.read_name ?? row.name,
    prompts: row.prompts,
    policies: row.policies,
    seed: row.seed,
    verdict: row.verdict,
    wrpVersion: row.wrp_version,
  }));
}
