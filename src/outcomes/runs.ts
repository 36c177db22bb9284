import type { Selectable } from "kysely";
import { WrpError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { Connection } from "./connection.ts";
import type { Schema } from "./schema.ts";
import type { PriceRecord, RunRecord } from "./store.ts";
import { immediate } from "./transaction.ts";

const KNOWN_SHOWN = 5;

type RunRow = Selectable<Schema["runs"]>;

/**
 * Records a run as running, with the prices it goes by. An id that is there already is the same run, resumed; one that was complete
 * keeps its report meanwhile. Throws WrpError where another process has the run, or it is complete and of something else.
 */
export function startRun(c: Connection, run: Omit<RunRecord, "status" | "reportKey">, prices: readonly PriceRecord[]): void {
  const { id } = run;
  let taken = false;
  const values = {
    created_at: run.createdAt,
    seed: run.seed,
    config_hash: run.configHash,
    workload_hash: run.workloadHash,
    wrp_version: run.wrpVersion,
    config: run.config,
  };
  try {
    immediate(c.handle, () => {
      settleRuns(c);
      taken = c.locks.take(id);
      if (!taken) throw new WrpError(`run ${id} is running in another process`, { hint: "wait for it, or leave --resume away", place: { file: c.path } });
      const known = c.first(c.db.selectFrom("runs").selectAll().where("id", "=", id));
      if (known?.status === "complete") refuseOther(known, run, c.path);
      const fresh = known?.status === "complete" ? values : { ...values, status: "running" as const, report_key: null };
      if (known) c.run(c.db.updateTable("runs").set(fresh).where("id", "=", id));
      else c.run(c.db.insertInto("runs").values({ id, ...values, status: "running" }));
      const { seq } = c.first(c.db.selectFrom("runs").select("seq").where("id", "=", id)) as { seq: number };
      if (known?.status !== "complete") c.run(c.db.deleteFrom("run_decisions").where("run_seq", "=", seq));
      replacePrices(c, seq, prices);
    });
  } catch (error) {
    if (taken) c.locks.release(id);
    throw error;
  }
}

export function replacePrices(c: Connection, seq: number, prices: readonly PriceRecord[]): void {
  c.run(c.db.deleteFrom("prices").where("run_seq", "=", seq));
  prices.forEach((price, position) => {
    const { model, source, inputUsdPer1M, outputUsdPer1M } = price;
    const row = { run_seq: seq, position, model, input_usd_per_1m: inputUsdPer1M, output_usd_per_1m: outputUsdPer1M, source };
    c.run(c.db.insertInto("prices").values(row));
  });
}

/** A complete run must stay what it is: its report would be another's. */
function refuseOther(known: RunRow, run: Pick<RunRecord, "configHash" | "workloadHash">, file: string): void {
  const differs = [...(known.workload_hash === run.workloadHash ? [] : ["workload"]), ...(known.config_hash === run.configHash ? [] : ["configuration"])];
  if (differs.length === 0) return;
  throw new WrpError(`run ${known.id} is complete, and of another ${differs.join(" and ")}`, { hint: "leave --resume away: a new run gets an id of its own", place: { file } });
}

/** Marks a run as complete and keeps its report; a report that is there already under this key stays as it is. */
export function finishRun(c: Connection, id: string, reportKey: string, report: Report, decisions: readonly string[] = []): void {
  immediate(c.handle, () => {
    const document = JSON.stringify(report);
    c.run(c.db.insertInto("reports").values({ key: reportKey, document }).onConflict((on) => on.doNothing()));
    const seq = setStatus(c, id, "complete", reportKey);
    keepDecisions(c, seq, decisions);
  });
  c.locks.release(id);
}

export function keepDecisions(c: Connection, seq: number, decisions: readonly string[]): void {
  for (const hash of decisions) c.run(c.db.insertInto("run_decisions").values({ run_seq: seq, policy_hash: hash }).onConflict((on) => on.doNothing()));
}

/** Marks a run that was going on as failed, or as interrupted: the same thing again may then go well. A complete one stays complete. */
export function failRun(c: Connection, id: string, status: "failed" | "interrupted" = "failed"): void {
  immediate(c.handle, () => {
    const known = c.first(c.db.selectFrom("runs").select("status").where("id", "=", id));
    if (known?.status !== "complete") setStatus(c, id, status, null);
  });
  c.locks.release(id);
}

function setStatus(c: Connection, id: string, status: RunRow["status"], reportKey: string | null): number {
  const { changes } = c.run(c.db.updateTable("runs").set({ status, report_key: reportKey }).where("id", "=", id));
  if (changes === 0) throw new Error(`run ${id} was never started`);
  return (c.first(c.db.selectFrom("runs").select("seq").where("id", "=", id)) as { seq: number }).seq;
}

/** Writes down which runs were interrupted without a word. Belongs into a write transaction. */
export function settleRuns(c: Connection): void {
  const running = c.all(c.db.selectFrom("runs").select("id").where("status", "=", "running"));
  for (const { id } of running) {
    if (c.locks.holderOf(id) !== "nobody") continue;
    c.run(c.db.updateTable("runs").set({ status: "interrupted" }).where("id", "=", id));
    c.locks.release(id);
  }
}

/** A run's row with what became of it: a row that says "running" is believed only while somebody has the run. */
export function asItIs(c: Connection, row: RunRow): Omit<RunRow, "status"> & Pick<RunRecord, "status"> {
  if (row.status !== "running") return row;
  const holder = c.locks.holderOf(row.id);
  if (holder === "somebody") return row;
  // It may have ended between the two looks.
  const now = c.first(c.db.selectFrom("runs").selectAll().where("id", "=", row.id)) ?? row;
  return now.status === "running" ? { ...now, status: holder === "nobody" ? "interrupted" : "running?" } : now;
}

/** A run by its id, the unique beginning of one, or "latest": the newest complete one. */
export function findRun(c: Connection, id: string): RunRecord {
  const newestFirst = c.all(c.db.selectFrom("runs").selectAll().orderBy("created_at", "desc").orderBy("seq", "desc"));
  const runs = newestFirst.map((row) => runOf(c, row));
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

function runOf(c: Connection, row: RunRow): RunRecord {
  const { id, created_at, seed, config_hash, workload_hash, wrp_version, config, status, report_key } = asItIs(c, row);
  return { id, createdAt: created_at, seed, configHash: config_hash, workloadHash: workload_hash, wrpVersion: wrp_version, config, status, reportKey: report_key };
}
