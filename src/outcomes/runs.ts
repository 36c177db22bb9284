import type { Selectable } from "kysely";
import { WrpError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { Connection } from "./connection.ts";
import type { Schema } from "./schema.ts";
import type { PriceRecord, RunRecord } from "./store.ts";
import { immediate } from "./transaction.ts";

const KNOWN_SHOWN = 5;

/** Records a run as running, with the prices it goes by. An id that is there already is the same run, resumed. */
export function startRun(c: Connection, run: Omit<RunRecord, "status" | "reportKey">, prices: readonly PriceRecord[]): void {
  const values = {
    created_at: run.createdAt,
    seed: run.seed,
    config_hash: run.configHash,
    workload_hash: run.workloadHash,
    wrp_version: run.wrpVersion,
    config: run.config,
    status: "running" as const,
    report_key: null,
  };
  immediate(c.handle, () => {
    c.run(c.db.insertInto("runs").values({ id: run.id, ...values }).onConflict((on) => on.column("id").doUpdateSet(values)));
    const { seq } = c.first(c.db.selectFrom("runs").select("seq").where("id", "=", run.id)) as { seq: number };
    c.run(c.db.deleteFrom("prices").where("run_seq", "=", seq));
    prices.forEach((price, position) => {
      const { model, source, inputUsdPer1M, outputUsdPer1M } = price;
      const row = { run_seq: seq, position, model, input_usd_per_1m: inputUsdPer1M, output_usd_per_1m: outputUsdPer1M, source };
      c.run(c.db.insertInto("prices").values(row));
    });
  });
}

/** Marks a run as complete and keeps its report; a report that is there already under this key stays as it is. */
export function finishRun(c: Connection, id: string, reportKey: string, report: Report): void {
  immediate(c.handle, () => {
    const document = JSON.stringify(report);
    c.run(c.db.insertInto("reports").values({ key: reportKey, document }).onConflict((on) => on.doNothing()));
    setStatus(c, id, "complete", reportKey);
  });
}

export function failRun(c: Connection, id: string): void {
  setStatus(c, id, "failed", null);
}

function setStatus(c: Connection, id: string, status: RunRecord["status"], reportKey: string | null): void {
  const { changes } = c.run(c.db.updateTable("runs").set({ status, report_key: reportKey }).where("id", "=", id));
  if (changes === 0) throw new Error(`run ${id} was never started`);
}

/** A run by its id, the unique beginning of one, or "latest": the newest complete one. */
export function findRun(c: Connection, id: string): RunRecord {
  const newestFirst = c.all(c.db.selectFrom("runs").selectAll().orderBy("created_at", "desc").orderBy("seq", "desc"));
  const runs = newestFirst.map(runOf);
  if (id === "latest") {
    const latest = runs.find((run) => run.status === "complete");
    if (!latest) throw notFound(c, "there is no complete run yet", runs);
    return latest;
  }
  const exact = runs.find((run) => run.id === id);
  if (exact) return exact;
  const matching = id === "" ? [] : runs.filter((run) => run.id.startsWith(id));
  if (matching.length === 1) return matching[0] as RunRecord;
  throw matching.length === 0 ? notFound(c, `unknown run "${id}"`, runs) : notFound(c, `"${id}" is the beginning of ${matching.length} runs`, matching);
}

function notFound(c: Connection, message: string, runs: readonly RunRecord[]): WrpError {
  const shown = runs.slice(0, KNOWN_SHOWN).map((run) => (run.status === "complete" ? run.id : `${run.id} (${run.status})`));
  const more = runs.length > KNOWN_SHOWN ? ` and ${runs.length - KNOWN_SHOWN} older` : "";
  const hint = runs.length > 0 ? `newest runs: ${shown.join(", ")}${more}` : "the store has no runs; wrp eval makes one";
  return new WrpError(message, { hint, place: { file: c.path } });
}

/** The prices that a run went by, in the order it gave them. */
export function readPrices(c: Connection, runId: string): PriceRecord[] {
  const rows = c.all(
    c.db
      .selectFrom("prices as p")
      .innerJoin("runs as r", "r.seq", "p.run_seq")
      .select(["p.model", "p.input_usd_per_1m", "p.output_usd_per_1m", "p.source"])
      .where("r.id", "=", runId)
      .orderBy("p.position"),
  );
  return rows.map((row) => ({
    model: row.model,
    inputUsdPer1M: row.input_usd_per_1m,
    outputUsdPer1M: row.output_usd_per_1m,
    source: row.source,
  }));
}

export function findReport(c: Connection, key: string): Report | null {
  const row = c.first(c.db.selectFrom("reports").select("document").where("key", "=", key));
  return row ? (JSON.parse(row.document) as Report) : null;
}

function runOf(row: Selectable<Schema["runs"]>): RunRecord {
  return {
    id: row.id,
    createdAt: row.created_at,
    seed: row.seed,
    configHash: row.config_hash,
    workloadHash: row.workload_hash,
    wrpVersion: row.wrp_version,
    config: row.config,
    status: row.status,
    reportKey: row.report_key,
  };
}
