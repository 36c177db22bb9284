import type { ExpressionBuilder } from "kysely";
import type { Connection } from "./connection.ts";
import type { Schema } from "./schema.ts";
import type { StoredCounts } from "./store.ts";

/** What the store has of a workload, whole or not; simulated and live answers of its prompts with it, whatever asked for them. */
export function countStored(c: Connection, workloadHash: string): StoredCounts {
  const workload = c.first(c.db.selectFrom("workloads").selectAll().where("hash", "=", workloadHash));
  if (!workload) return { whole: false, texts: false, prompts: 0, answers: { recorded: 0, simulated: 0, live: 0 }, grades: 0, looseTries: { count: 0, costUsd: 0, unknownCosts: 0 }, decisions: 0 };
  const own = c.db.selectFrom("workload_prompts").select("record_id").where("workload_id", "=", workload.id);
  const prompts = c.db.selectFrom("records").select("prompt_id").where("id", "in", own);
  const counted = c.db
    .selectFrom("answers as a")
    .innerJoin("records as r", "r.id", "a.record_id")
    .innerJoin("sources as s", "s.id", "r.source_id")
    .leftJoin("grades as g", "g.answer_id", "a.id")
    .select((e) => ["s.kind", e.fn.count<number>("a.id").distinct().as("answers"), e.fn.count<number>("g.grader_id").as("grades")])
    .groupBy("s.kind");
  const rows = [
    ...c.all(counted.where("s.kind", "=", "recorded").where("r.id", "in", own)),
    ...c.all(counted.where("s.kind", "<>", "recorded").where("r.prompt_id", "in", prompts)),
  ];
  const loose = c.first(
    c.db
      .selectFrom("loose_tries as t")
      .innerJoin("records as r", "r.id", "t.record_id")
      .select((e) => [e.fn.countAll<number>().as("count"), e.fn.sum<number | null>("t.cost_usd").as("costUsd"), e.fn.count<number>("t.cost_usd").as("priced")])
      .where("r.prompt_id", "in", prompts),
  ) as { count: number; costUsd: number | null; priced: number };
  const of = (kind: string) => rows.find((row) => row.kind === kind)?.answers ?? 0;
  return {
    whole: workload.summary !== null,
    texts: workload.has_texts === 1,
    prompts: countRows(c, "workload_prompts", workload.id),
    answers: { recorded: of("recorded"), simulated: of("simulated"), live: of("live") },
    grades: rows.reduce((sum, row) => sum + row.grades, 0),
    looseTries: { count: loose.count, costUsd: loose.costUsd ?? 0, unknownCosts: loose.count - loose.priced },
    decisions: countRows(c, "policy_decisions", workload.id),
  };
}

function countRows(c: Connection, table: "workload_prompts" | "policy_decisions", workloadId: number): number {
  const n = (e: ExpressionBuilder<Schema, typeof table>) => e.fn.countAll<number>().as("n");
  return (c.first(c.db.selectFrom(table).select(n).where("workload_id", "=", workloadId)) as { n: number }).n;
}
