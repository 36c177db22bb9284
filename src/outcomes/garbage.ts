import type { Connection } from "./connection.ts";
import { asItIs } from "./runs.ts";
import type { Garbage, GarbageOptions } from "./store.ts";

/**
 * Finds what no run needs and notes it in temporary tables. Belongs into a transaction: what another process begins to use
 * afterwards is not in them.
 *
 * A complete run needs its report, the decisions it used, and its workload with the answers to it; any other run whatever there is of
 * its workload, because it may go on. Answers that no file has (simulated, live) were paid for: they stay, unless `answers` is set.
 * What models on this machine answered is needed by no run, but takes time: it stays, unless `outputs` is set.
 */
export function findGarbage(c: Connection, { all, answers, outputs }: Omit<GarbageOptions, "dryRun">): void {
  dropTables(c);
  c.handle.exec("CREATE TEMP TABLE needed_runs (seq INTEGER PRIMARY KEY, any_decision INTEGER NOT NULL)");
  const insert = c.handle.prepare("INSERT INTO needed_runs SELECT ?, ? OR NOT EXISTS (SELECT 1 FROM run_decisions WHERE run_seq = ?)");
  for (const row of c.all(c.db.selectFrom("runs").selectAll())) {
    const { status } = asItIs(c, row);
    if (all && (status === "failed" || status === "interrupted")) continue;
    insert.run(row.seq, status === "complete" ? 0 : 1, row.seq);
  }
  c.handle.exec(`
    CREATE TEMP TABLE garbage_workloads AS SELECT id FROM workloads
      WHERE hash NOT IN (SELECT workload_hash FROM runs WHERE seq IN (SELECT seq FROM needed_runs));
    CREATE TEMP TABLE garbage_decisions AS SELECT d.rowid AS id FROM policy_decisions AS d
      WHERE NOT EXISTS (
        SELECT 1 FROM needed_runs AS n JOIN runs ON runs.seq = n.seq JOIN workloads AS w ON w.hash = runs.workload_hash
        WHERE w.id = d.workload_id AND (n.any_decision OR EXISTS (
          SELECT 1 FROM run_decisions AS u WHERE u.run_seq = n.seq AND u.policy_hash = d.policy_hash)));
    CREATE TEMP TABLE garbage_reports AS SELECT rowid AS id FROM reports
      WHERE key NOT IN (SELECT report_key FROM runs WHERE report_key IS NOT NULL);
    CREATE TEMP TABLE needed_records (id INTEGER PRIMARY KEY);
    INSERT OR IGNORE INTO needed_records SELECT record_id FROM workload_prompts WHERE workload_id NOT IN (SELECT id FROM garbage_workloads);
    CREATE TEMP TABLE garbage_records (id INTEGER PRIMARY KEY);
    INSERT INTO garbage_records SELECT r.id FROM records AS r JOIN sources AS s ON s.id = r.source_id
      WHERE s.kind = 'recorded' AND r.id NOT IN (SELECT id FROM needed_records);
    ${answers ? PAID_FOR : ""}
    CREATE TEMP TABLE garbage_outputs AS SELECT id FROM model_outputs WHERE ${outputs ? "TRUE" : "FALSE"};
    CREATE TEMP TABLE garbage_prompts (id INTEGER PRIMARY KEY);
    INSERT INTO garbage_prompts SELECT id FROM prompts
      WHERE id NOT IN (SELECT prompt_id FROM records WHERE id NOT IN (SELECT id FROM garbage_records));`);
}

const PAID_FOR = `
    INSERT INTO garbage_records SELECT r.id FROM records AS r JOIN sources AS s ON s.id = r.source_id
      WHERE s.kind <> 'recorded' AND r.prompt_id NOT IN (SELECT prompt_id FROM records WHERE id IN (SELECT id FROM needed_records));`;

/** How much was found, and about how many bytes of the file it takes. */
export function countGarbage(c: Connection): Garbage {
  const count = (sql: string) => c.handle.prepare<[], number>(`SELECT count(*) FROM ${sql}`).pluck().get() as number;
  const answers = "answers WHERE record_id IN (SELECT id FROM garbage_records)";
  const rows = {
    reports: count("garbage_reports"),
    policy_decisions: count("garbage_decisions"),
    workloads: count("garbage_workloads"),
    workload_prompts: count("workload_prompts WHERE workload_id IN (SELECT id FROM garbage_workloads)"),
    records: count("garbage_records"),
    answers: count(answers),
    tries: count(`tries WHERE answer_id IN (SELECT id FROM ${answers})`),
    loose_tries: count("loose_tries WHERE record_id IN (SELECT id FROM garbage_records)"),
    grades: count(`grades WHERE answer_id IN (SELECT id FROM ${answers})`),
    prompts: count("garbage_prompts"),
    model_outputs: count("garbage_outputs"),
  };
  const bytes = Object.entries(rows).reduce((sum, [table, garbage]) => sum + (garbage === 0 ? 0 : (bytesOf(c, table) * garbage) / count(table)), 0);
  const { reports, policy_decisions: decisions, workloads, prompts, answers: removed, grades, model_outputs: kept } = rows;
  return { reports, decisions, workloads, prompts, answers: removed, grades, outputs: kept, bytes: Math.round(bytes) };
}

/** Pages of a table and its indexes. */
function bytesOf(c: Connection, table: string): number {
  return c.handle
    .prepare<[string], number>("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)")
    .pluck()
    .get(table) as number;
}

export function dropTables(c: Connection): void {
  for (const table of ["needed_runs", "needed_records", "garbage_workloads", "garbage_decisions", "garbage_reports", "garbage_records", "garbage_prompts", "garbage_outputs"])
    c.handle.exec(`DROP TABLE IF EXISTS temp.${table}`);
}
