import { isAnswered, type OutcomeColumns, type SampleColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import { pathAt } from "../model/path.ts";
import type { MissingRule } from "./input.ts";

/** The prompts that a comparison stands on, with every model's figures there. */
export interface Compared {
  readonly n: number;
  /** How many of the tables' columns are models; live routers' own stand behind them. */
  readonly models: number;
  /** Position in the workload of each compared prompt, rising. */
  readonly at: Uint32Array;
  /** [model][compared prompt] */
  readonly quality: readonly Float64Array[];
  /** [model] false where it has no known cost on any compared prompt. */
  readonly priced: readonly boolean[];
  /** USD per 1,000 prompts. */
  readonly costUsdPer1k: readonly Float64Array[];
  readonly latencyMs: readonly Float64Array[];
  readonly ttftMs: readonly Float64Array[];
  /** Where models were asked several times: [model] the times of each answer, at [compared prompt · perPrompt + sample]. */
  readonly samples?: { readonly perPrompt: number; readonly latencyMs: readonly (Float64Array | null)[]; readonly ttftMs: readonly (Float64Array | null)[] } | undefined;
  readonly warnings: readonly string[];
}

/** All prompts, where nobody's quality is known: what decisions alone are judged on. Throws WrpError where there is none. */
export function allPrompts(columns: OutcomeColumns): Compared {
  const { n, costUsd, latencyMs, ttftMs } = columns;
  if (n === 0) throw nothingCompared(columns);
  // A model whose calls all failed has no cost to know: that leaves the live router's other calls as they are.
  const failedOnly = (m: number) => columns.chosen.includes(m) && columns.chosen.every((chosen, i) => chosen !== m || columns.failed[m]?.[i] === 1);
  const priced = costUsd.map((column, m) => (column.some((c) => !Number.isNaN(c)) || failedOnly(m)) && isRemotePriced(columns, m, null));
  const nothing = new Float64Array(n).fill(NaN);
  return { n, models: columns.models.length, at: Uint32Array.from({ length: n }, (_, i) => i), quality: columns.quality.map((column, m) => (m < columns.models.length || pathAt(columns, m) || isAnswered(columns, m) ? nothing : column)), priced, costUsdPer1k: costUsd.map((column, m) => column.map((c) => (priced[m] ? 1000 * c : NaN))), latencyMs, ttftMs, warnings: [] };
}

/**
 * Prompts for which every model has a graded outcome. A failed call is a gap, or quality 0 under "failure-is-refusal".
 * Throws WrpError where nothing is left to compare.
 */
export function comparedPrompts(columns: OutcomeColumns, missing: MissingRule): Compared {
  const { n, models } = columns;
  const refused = (m: number, i: number): boolean => missing === "failure-is-refusal" && (columns.failed[m] as Uint8Array)[i] === 1;
  const at = new Uint32Array(n);
  const alone = new Int32Array(models.length); // prompts that only this model keeps out
  let kept = 0;
  for (let i = 0; i < n; i++) {
    let gaps = 0;
    let last = -1;
    for (let m = 0; m < models.length; m++)
      if (Number.isNaN((columns.quality[m] as Float64Array)[i] as number) && !refused(m, i)) {
        gaps++;
        last = m;
      }
    if (gaps === 0) at[kept++] = i;
    else if (gaps === 1) (alone[last] as number) += 1;
  }
  if (kept === 0 || columns.quality.length === 0) throw nothingCompared(columns);

  const chosen = at.subarray(0, kept);
  const priced = columns.costUsd.map((column, m) => chosen.some((i) => !Number.isNaN(column[i] as number)) && isRemotePriced(columns, m, chosen));
  const gather = (column: Float64Array, scale = 1): Float64Array =>
    kept === n && scale === 1 ? column : Float64Array.from(chosen, (i) => (column[i] as number) * scale);
  return {
    n: kept,
    models: models.length,
    at: chosen,
    quality: columns.quality.map((column, m) =>
      missing === "gap" ? gather(column) : Float64Array.from(chosen, (i) => (refused(m, i) ? 0 : (column[i] as number))),
    ),
    priced,
    costUsdPer1k: columns.costUsd.map((column, m) => (priced[m] ? gather(column, 1000) : new Float64Array(kept).fill(NaN))),
    latencyMs: columns.latencyMs.map((column) => gather(column)),
    ttftMs: columns.ttftMs.map((column) => gather(column)),
    samples: columns.samples && samplesAt(columns.samples, chosen),
    warnings: models.flatMap((model, m) => {
      const lost = alone[m] as number;
      return lost > 0 ? [`without ${model}, ${lost} more prompts would be compared (it alone has no grade there)`] : [];
    }),
  };
}

function samplesAt({ perPrompt, models }: SampleColumns, at: Uint32Array): Compared["samples"] {
  const gather = (column: Float64Array) => Float64Array.from({ length: at.length * perPrompt }, (_, k) => column[(at[Math.floor(k / perPrompt)] as number) * perPrompt + (k % perPrompt)] as number);
  return { perPrompt, latencyMs: models.map((own) => own && gather(own.latencyMs)), ttftMs: models.map((own) => own && gather(own.ttftMs)) };
}

/** Whether some cost is known of each that a live router served: the mean over its other prompts would be another router's. True of models. */
function isRemotePriced({ models, remotes = [], n }: OutcomeColumns, m: number, at: Uint32Array | null): boolean {
  const own = remotes[m - models.length];
  if (!own) return true;
  const known = new Map<number, boolean>();
  for (let k = 0; k < (at?.length ?? n); k++) {
    const i = at ? (at[k] as number) : k;
    const [served, cost] = [own.served.index[i] as number, own.costUsd[i] as number];
    if (own.failed[i] !== 1 && !Number.isNaN(own.latencyMs[i] as number)) known.set(served, known.get(served) === true || !Number.isNaN(cost));
  }
  return [...known.values()].every(Boolean);
}

function nothingCompared(columns: OutcomeColumns): WrpError {
  if (columns.n === 0) return new WrpError("no prompt is left to compare", { hint: "--where, --exclude, --sample and --split keep only some (a field that no prompt has matches nothing)" });
  if (columns.models.length === 0) return new WrpError("no prompt has an outcome of any model", { hint: "name the columns: --map prompt=…,quality.MODEL=…" });
  const graded = columns.quality.map((column) => column.reduce((count, q) => count + (Number.isNaN(q) ? 0 : 1), 0));
  const counts = columns.models.map((model, m) => `${model} ${graded[m]}`).join(", ");
  return new WrpError(`no prompt has a grade for every model (of ${columns.n}: ${counts})`, {
    hint: graded.some((count) => count > 0) ? "compare fewer models: --models A,B" : "grades are numbers from 0 to 1: outcomes.MODEL.quality, or --map quality.MODEL=COLUMN",
  });
}
