import type { OutcomeColumns } from "../model/columns.ts";

/** The columns with live routers' own outcomes behind those of the models, in the tables alone: for figures, never for choosing. */
export function withRemotes(columns: OutcomeColumns): OutcomeColumns {
  const { n, models, remotes = [] } = columns;
  if (remotes.length === 0) return columns;
  const optional = (table: readonly Float64Array[], own: readonly Float64Array[]) =>
    table.length === 0 && own.every((column) => column.every(Number.isNaN)) ? [] : [...(table.length > 0 ? table : models.map(() => new Float64Array(n).fill(NaN))), ...own];
  return {
    ...columns,
    quality: [...columns.quality, ...remotes.map(({ quality }) => quality)],
    costUsd: [...columns.costUsd, ...remotes.map(({ costUsd }) => costUsd)],
    latencyMs: optional(columns.latencyMs, remotes.map(({ latencyMs }) => latencyMs)),
    ttftMs: optional(columns.ttftMs, remotes.map(({ ttftMs }) => ttftMs)),
    failed: [...columns.failed, ...remotes.map(({ failed }) => failed)],
    declined: optional(columns.declined, remotes.map(({ declined }) => declined)),
  };
}
