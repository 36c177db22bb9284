import type { LabelColumn, OutcomeColumns } from "../model/columns.ts";
import type { ModelSpec } from "../model/config.ts";
import type { Basis } from "../report/input.ts";
import type { RunSettings } from "./parts.ts";

/**
 * What a report can stand on. Outcomes, where prompts have a grade of several models. Where at most one model answered each prompt (last
 * week's log) and there is something to route by (the log's own choices, or policies), decisions alone: shares, expected cost and
 * latency, privacy, and the prompts that move.
 *
 * @param known every model that could be routed to: of the data, of the log's choices and of the config
 */
export function basisOf(columns: OutcomeColumns, settings: RunSettings, known: readonly string[]): Basis {
  const logged = columns.chosen.some((m) => m >= 0) || known.length > columns.models.length;
  if (columns.n === 0 || known.length === 0 || !(settings.policies.length > 0 || logged)) return "outcomes";
  const most = mostGraded(columns);
  return most > 1 || (most === 1 && known.length === 1) ? "outcomes" : "decisions";
}

/** Every model that could be routed to, those with outcomes first. */
export function knownModels(columns: OutcomeColumns, chosen: LabelColumn, models: readonly ModelSpec[], only: readonly string[] | null): string[] {
  const names = new Set([...columns.models, ...chosen.values, ...models.map((m) => m.name)]);
  return [...names].filter((name) => only === null || only.includes(name));
}

/** The columns with further models, of which nothing is known yet. */
export function withModels(columns: OutcomeColumns, chosen: LabelColumn, names: readonly string[]): OutcomeColumns {
  const { n, models } = columns;
  const added = names.filter((name) => !models.includes(name));
  const gaps = () => added.map(() => new Float64Array(n).fill(NaN));
  const all = [...models, ...added];
  const modelOf = chosen.values.map((name) => all.indexOf(name));
  const table = (of: readonly Float64Array[]) => [...(of.length > 0 ? of : models.map(() => new Float64Array(n).fill(NaN))), ...gaps()];
  return {
    ...columns,
    models: all,
    quality: table(columns.quality),
    costUsd: table(columns.costUsd),
    latencyMs: table(columns.latencyMs),
    ttftMs: columns.ttftMs.length > 0 ? table(columns.ttftMs) : [],
    declined: columns.declined.length > 0 ? table(columns.declined) : [],
    ...(columns.measures ? { measures: new Map([...columns.measures].map(([kind, of]) => [kind, table(of)])) } : {}),
    failed: [...columns.failed, ...added.map(() => new Uint8Array(n))],
    samples: columns.samples && { ...columns.samples, models: [...columns.samples.models, ...added.map(() => null)] },
    chosen: chosen.index.map((k) => (k < 0 ? -1 : (modelOf[k] as number))),
  };
}

/** The most models that any one prompt has a grade of. */
function mostGraded({ n, quality }: OutcomeColumns): number {
  let most = 0;
  for (let i = 0; i < n; i++) {
    let graded = 0;
    for (const column of quality) if (!Number.isNaN(column[i] as number)) graded++;
    if (graded > most) most = graded;
  }
  return most;
}
