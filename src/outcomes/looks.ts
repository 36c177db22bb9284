import type { Connection } from "./connection.ts";
import { immediate } from "./transaction.ts";

/** Counts a look at held-out prompts, and says which one it is, from 1: the same look again is the one that it was. */
export function countLook(c: Connection, workloadHash: string, what: string): number {
  return immediate(c.handle, () => {
    c.run(c.db.insertInto("held_out_looks").values({ workload_hash: workloadHash, what }).onConflict((conflict) => conflict.doNothing()));
    const { id } = c.first(c.db.selectFrom("held_out_looks").select("id").where("workload_hash", "=", workloadHash).where("what", "=", what)) as { id: number };
    const { count } = c.first(c.db.selectFrom("held_out_looks").select(({ fn }) => fn.countAll<number>().as("count")).where("workload_hash", "=", workloadHash).where("id", "<=", id)) as { count: number };
    return count;
  });
}
