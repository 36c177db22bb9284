import { modelsUsed, type Decisions, type OutcomeColumns } from "../model/columns.ts";
import { calledAt } from "../model/path.ts";
import type { ReportPolicy } from "../model/report.ts";
import type { DecidedPolicy, ModelInfo } from "./input.ts";

/** What of a policy's row rests on simulated answers: every figure of an answer, where it uses a simulated model on any prompt read. */
export function simulatedFigures(
  { decisions }: DecidedPolicy,
  columns: OutcomeColumns,
  models: readonly ModelInfo[],
  row: Pick<ReportPolicy, "quality" | "costUsdPer1k" | "latencyMs" | "ttftMs" | "errorRate" | "goodput">,
): string[] {
  const simulated = models.map((model) => model.simulated !== null);
  if (!simulated.includes(true) || !usesAny(decisions, columns, simulated)) return [];
  const known = {
    quality: row.quality.mean !== null,
    costUsdPer1k: row.costUsdPer1k !== null,
    latencyMs: row.latencyMs !== null,
    ttftMs: row.ttftMs !== null,
    errorRate: row.errorRate.mean !== null,
    goodput: row.goodput !== undefined,
  };
  return Object.entries(known).flatMap(([metric, is]) => (is ? [metric] : []));
}

/** @param wanted by model, in the order of the columns */
function usesAny(decisions: Decisions, columns: OutcomeColumns, wanted: readonly boolean[]): boolean {
  return modelsUsed(decisions).some((m) => calledAt(columns, m).some((called) => wanted[called] === true));
}
