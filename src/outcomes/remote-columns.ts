import type { OutcomeColumns, RemoteOutcomes } from "../model/columns.ts";

/** What answered beside the models, one entry per prompt. */
export type FurtherOutcomes = Pick<RemoteOutcomes, "quality" | "costUsd" | "latencyMs" | "ttftMs" | "failed" | "declined">;

/** The columns with live routers' own outcomes behind those of the models, in the tables alone: for figures, never for choosing. */
export function withRemotes(columns: OutcomeColumns): OutcomeColumns {
  return withBehind(columns, columns.remotes ?? []);
}

/** The columns with further ones behind all that the tables hold. */
export function withBehind(columns: OutcomeColumns, further: readonly FurtherOutcomes[]): OutcomeColumns {
  if (further.length === 0) return columns;
  const optional = (table: readonly Float64Array[], own: readonly Float64Array[]) =>
    table.length === 0 && own.every((column) => column.every(Number.isNaN)) ? [] : [...(table.length > 0 ? table : columns.quality.map(() => new Float64Array(columns.n).fill(NaN))), ...own];
  return {
    ...columns,
    quality: [...columns.quality, ...further.map(({ quality }) => quality)],
    costUsd: [...columns.costUsd, ...further.map(({ costUsd }) => costUsd)],
    latencyMs: optional(columns.latencyMs, further.map(({ latencyMs }) => latencyMs)),
    ttftMs: optional(columns.ttftMs, further.map(({ ttftMs }) => ttftMs)),
    failed: [...columns.failed, ...further.map(({ failed }) => failed)],
    declined: optional(columns.declined, further.map(({ declined }) => declined)),
  };
}
