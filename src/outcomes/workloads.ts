import type { Prompt } from "../model/prompt.ts";
import type { WorkloadFile, WorkloadHeader, WorkloadSummary } from "../model/workload.ts";
import type { Connection } from "./connection.ts";
import type { OutcomeStore, WorkloadWriter } from "./store.ts";
import { immediate } from "./transaction.ts";
import { promptWriter } from "./write-prompts.ts";

/**
 * Outcomes a transaction: enough that a commit costs little, few enough that another process gets the lock within
 * milliseconds and that little is lost to a kill.
 */
export const GROUP_OUTCOMES = 4096;

export function findWorkload(c: Connection, hash: string): ReturnType<OutcomeStore["findWorkload"]> {
  const row = c.first(c.db.selectFrom("workloads").select(["name", "files", "summary", "prompts", "has_texts"]).where("hash", "=", hash));
  if (!row || row.summary === null || row.prompts === null) return null;
  return {
    header: { hash, name: row.name, files: JSON.parse(row.files) as WorkloadFile[] },
    summary: JSON.parse(row.summary) as WorkloadSummary,
    prompts: row.prompts,
    texts: row.has_texts === 1,
  };
}

/** Begins a workload, or goes on with it: what an earlier, interrupted writer stored is recognised and kept. */
export function writeWorkload(c: Connection, header: WorkloadHeader, { texts }: { readonly texts: boolean } = { texts: true }): WorkloadWriter {
  const { id, sourceIds } = immediate(c.handle, () => register(c, header));
  const writer = promptWriter(c.handle, id, header.files, sourceIds);
  let pending: Prompt[] = [];
  let pendingOutcomes = 0;
  let open = true;

  const mustBeOpen = () => {
    if (!open) throw new Error("this workload writer has ended");
  };
  // A group that cannot be written ends the writer: a workload with a hole must never be called complete.
  const flush = () => {
    const group = pending;
    pending = [];
    pendingOutcomes = 0;
    open = false;
    writer.write(group);
    open = true;
  };

  return {
    // No transaction is open between two calls, so reading the next batch keeps nobody waiting.
    append(prompts) {
      mustBeOpen();
      for (const prompt of prompts) {
        pending.push(prompt);
        pendingOutcomes += prompt.outcomes.length + 1;
        if (pendingOutcomes >= GROUP_OUTCOMES) flush();
      }
    },
    finish(summary) {
      mustBeOpen();
      flush();
      open = false;
      immediate(c.handle, () => complete(c, header.hash, summary, texts));
      return writer.counts();
    },
    abandon() {
      if (open) flush();
      open = false;
    },
  };
}

/** A workload's number and those of its files, given out where it is new. */
export function register(c: Connection, header: WorkloadHeader): { id: number; sourceIds: number[] } {
  const files = JSON.stringify(header.files);
  c.run(c.db.insertInto("workloads").values({ hash: header.hash, name: header.name, files }).onConflict((on) => on.doNothing()));
  const { id } = c.first(c.db.selectFrom("workloads").select("id").where("hash", "=", header.hash)) as { id: number };
  return { id, sourceIds: header.files.map((file) => registerSource(c, file)) };
}

function registerSource(c: Connection, file: WorkloadFile): number {
  const key = { kind: "recorded", hash: file.sha256, import_hash: file.importHash } as const;
  c.run(c.db.insertInto("sources").values(key).onConflict((on) => on.doNothing()));
  const row = c.first(
    c.db.selectFrom("sources").select("id").where("hash", "=", key.hash).where("import_hash", "=", key.import_hash).where("kind", "=", key.kind),
  );
  return (row as { id: number }).id;
}

/**
 * Marks a workload as whole.
 *
 * @param texts false where prompt and answer texts were left out; texts that are there already stay
 */
export function complete(c: Connection, hash: string, summary: WorkloadSummary, texts: boolean): void {
  const { id, summary: known, has_texts: had } = c.first(c.db.selectFrom("workloads").select(["id", "summary", "has_texts"]).where("hash", "=", hash)) as {
    id: number;
    summary: string | null;
    has_texts: 0 | 1;
  };
  const prompts = c.first(
    c.db
      .selectFrom("workload_prompts")
      .select((e) => e.fn.countAll<number>().as("n"))
      .where("workload_id", "=", id),
  ) as { n: number };
  const has = texts || (known !== null && had === 1);
  c.run(c.db.updateTable("workloads").set({ summary: JSON.stringify(summary), prompts: prompts.n, has_texts: has ? 1 : 0 }).where("id", "=", id));
}
