import { statSync } from "node:fs";
import type { Connection } from "./connection.ts";
import { explained, isPassing } from "./errors.ts";
import { countGarbage, dropTables, findGarbage } from "./garbage.ts";
import { settleRuns } from "./runs.ts";
import type { CollectedGarbage, Garbage, GarbageOptions } from "./store.ts";
import { dataVersion, immediate } from "./transaction.ts";

/** Records or prompts a transaction: another process that writes waits for one at most. */
const STEP_ROWS = 5000;

const OPEN_ELSEWHERE = "another process has the store open";

/**
 * Removes what no run needs and makes the file smaller. It goes in small transactions, each of which looks again at what is needed
 * where another process has written since; so it can run beside others, and be stopped at any time.
 *
 * @param between called between two transactions: throw to stop
 */
export async function collectGarbage(c: Connection, options: GarbageOptions, between: () => Promise<void>): Promise<CollectedGarbage> {
  const bytesBefore = sizeOf(c);
  if (options.dryRun) {
    const removed = explained(c.path, () => looked(c, options));
    return { removed, bytesBefore, bytesAfter: bytesBefore, uncompacted: null };
  }
  const counts = { reports: 0, decisions: 0, workloads: 0, prompts: 0, answers: 0, grades: 0, outputs: 0 };
  // What is referenced by nothing is deleted, so looking for references row by row (without an index) can be left out.
  c.handle.pragma("foreign_keys = OFF");
  try {
    let seen: unknown;
    const step = () => {
      if (dataVersion(c.handle) !== seen) {
        settleRuns(c);
        c.locks.sweep();
        findGarbage(c, options);
        seen = dataVersion(c.handle);
      }
      return removeSome(c, counts);
    };
    while (explained(c.path, () => immediate(c.handle, step))) await between();
  } finally {
    dropTables(c);
    c.handle.pragma("foreign_keys = ON");
  }
  const uncompacted = explained(c.path, () => compact(c));
  const bytesAfter = sizeOf(c);
  return { removed: { ...counts, bytes: Math.max(0, bytesBefore - bytesAfter) }, bytesBefore, bytesAfter, uncompacted };
}

/** What would be removed now. Writes nothing, so it waits for nobody. */
function looked(c: Connection, options: GarbageOptions): Garbage {
  c.handle.exec("BEGIN");
  try {
    findGarbage(c, options);
    return countGarbage(c);
  } finally {
    c.handle.exec("ROLLBACK");
  }
}

/** One step; false when there is nothing left. A workload goes in one piece: half of one must never pass for a whole. */
function removeSome(c: Connection, counts: Record<Exclude<keyof Garbage, "bytes">, number>): boolean {
  const run = (sql: string) => c.handle.prepare(sql).run().changes;
  const had = (table: string) => c.handle.prepare(`SELECT 1 FROM ${table}`).get() !== undefined;
  if (had("garbage_reports") || had("garbage_decisions")) {
    counts.reports += run("DELETE FROM reports WHERE rowid IN (SELECT id FROM garbage_reports)");
    counts.decisions += run("DELETE FROM policy_decisions WHERE rowid IN (SELECT id FROM garbage_decisions)");
    c.handle.exec("DELETE FROM garbage_reports; DELETE FROM garbage_decisions");
    return true;
  }
  if (had("garbage_workloads")) {
    const one = "(SELECT id FROM garbage_workloads ORDER BY id LIMIT 1)";
    run(`DELETE FROM workload_prompts WHERE workload_id = ${one}`);
    counts.workloads += run(`DELETE FROM workloads WHERE id = ${one}`);
    run(`DELETE FROM garbage_workloads WHERE id = ${one}`);
    return true;
  }
  if (had("garbage_records")) {
    const some = `(SELECT id FROM garbage_records ORDER BY id LIMIT ${STEP_ROWS})`;
    counts.grades += run(`DELETE FROM grades WHERE answer_id IN (SELECT id FROM answers WHERE record_id IN ${some})`);
    run(`DELETE FROM tries WHERE answer_id IN (SELECT id FROM answers WHERE record_id IN ${some})`);
    run(`DELETE FROM loose_tries WHERE record_id IN ${some}`);
    counts.answers += run(`DELETE FROM answers WHERE record_id IN ${some}`);
    run(`DELETE FROM records WHERE id IN ${some}`);
    run(`DELETE FROM garbage_records WHERE id IN ${some}`);
    return true;
  }
  if (had("garbage_outputs")) {
    const some = `(SELECT id FROM garbage_outputs ORDER BY id LIMIT ${STEP_ROWS})`;
    counts.outputs += run(`DELETE FROM model_outputs WHERE id IN ${some}`);
    run(`DELETE FROM garbage_outputs WHERE id IN ${some}`);
    return true;
  }
  const some = `(SELECT id FROM garbage_prompts ORDER BY id LIMIT ${STEP_ROWS})`;
  counts.prompts += run(`DELETE FROM prompts WHERE id IN ${some}`);
  return run(`DELETE FROM garbage_prompts WHERE id IN ${some}`) > 0;
}

/** Gives free pages back to the disk; the reason where that has to wait. Deleting is done by then, so nothing here is a failure. */
function compact(c: Connection): string | null {
  const busy = c.first(c.db.selectFrom("runs").select("id").where("status", "=", "running"));
  if (busy) return `run ${busy.id} is running`;
  try {
    if (c.handle.pragma("freelist_count", { simple: true }) !== 0) c.handle.exec("VACUUM");
    const [log] = c.handle.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
    return log?.busy === 0 ? null : OPEN_ELSEWHERE;
  } catch (error) {
    if (!isPassing(error)) throw error;
    return (error as { code?: string }).code === "SQLITE_FULL" ? "the disk has no room to write the file anew" : OPEN_ELSEWHERE;
  }
}

/** Bytes of the store's file and of what is still in its log. */
function sizeOf(c: Connection): number {
  if (c.path === ":memory:") return (c.handle.pragma("page_count", { simple: true }) as number) * (c.handle.pragma("page_size", { simple: true }) as number);
  return [c.path, `${c.path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
