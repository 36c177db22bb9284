import type { WorkloadFile } from "../model/workload.ts";
import type { Connection } from "./connection.ts";

/** A workload's number and files, complete or not. */
export function storedWorkload(c: Connection, hash: string): { id: number; files: WorkloadFile[] } {
  const row = c.first(c.db.selectFrom("workloads").select(["id", "files"]).where("hash", "=", hash));
  if (!row) throw new Error(`workload ${hash} is not in the store`);
  return { id: row.id, files: JSON.parse(row.files) as WorkloadFile[] };
}
