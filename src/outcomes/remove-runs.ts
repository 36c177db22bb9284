import { WrpError } from "../model/errors.ts";
import type { Connection } from "./connection.ts";
import { countGarbage, dropTables, findGarbage } from "./garbage.ts";
import { findRun, settleRuns } from "./runs.ts";
import type { RemovedRuns } from "./store.ts";
import { begin, rollback } from "./transaction.ts";

/**
 * Removes runs, all of them or none; what they alone needed stays until garbage is collected. Throws WrpError for a run that is
 * unknown or running.
 */
export function removeRuns(c: Connection, wanted: readonly string[], dryRun: boolean): RemovedRuns {
  begin(c.handle);
  try {
    settleRuns(c);
    const ids = [...new Set(wanted.map((id) => findRun(c, id)).map(refuseRunning(c.path)))];
    for (const id of ids) removeRow(c, id);
    findGarbage(c, { all: false, answers: false, outputs: false });
    const garbage = countGarbage(c);
    dropTables(c);
    if (dryRun) rollback(c.handle);
    else c.handle.exec("COMMIT");
    if (!dryRun) for (const id of ids) c.locks.release(id);
    return { removed: ids, garbage };
  } catch (error) {
    rollback(c.handle);
    throw error;
  }
}

function refuseRunning(file: string) {
  return ({ id, status }: ReturnType<typeof findRun>): string => {
    if (status !== "running") return id;
    throw new WrpError(`run ${id} is running`, { hint: "wait for it, or interrupt it first", place: { file } });
  };
}

function removeRow(c: Connection, id: string): void {
  const { seq } = c.first(c.db.selectFrom("runs").select("seq").where("id", "=", id)) as { seq: number };
  c.run(c.db.deleteFrom("prices").where("run_seq", "=", seq));
  c.run(c.db.deleteFrom("run_decisions").where("run_seq", "=", seq));
  c.run(c.db.deleteFrom("runs").where("seq", "=", seq));
}
