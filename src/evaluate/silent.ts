import type { LabelColumn, OutcomeColumns } from "../model/columns.ts";
import { EXIT, WrpError } from "../model/errors.ts";
import { COST_CAP } from "../pool/flow/budget.ts";
import { basisOf, knownModels } from "./basis.ts";
import type { Parts } from "./parts.ts";

/** A live model that was called and gave no answer to any prompt, and why, as far as it is known. */
export interface Silent {
  readonly model: string;
  readonly why: string | null;
}

/**
 * The columns without models that answered nothing: a dead backend must not take the others' report along. Undefined where that would leave
 * no outcomes to stand on. Throws WrpError where nobody answered, and no log says what a router chose.
 */
export function withoutSilent(columns: OutcomeColumns, chosen: LabelColumn, silent: readonly Silent[], { models, policies, only, ...settings }: Parts["settings"]): OutcomeColumns | undefined {
  if (silent.length === 0) return undefined;
  const isSilent = (name: string) => silent.some(({ model }) => model === name);
  const heard = columns.models.flatMap((name, m) => (isSilent(name) ? [] : [m]));
  if (heard.length === 0) {
    if (chosen.index.some((k) => k >= 0)) return undefined;
    throw new WrpError(`no model answered: ${silent.map(({ model, why }) => (why === null ? model : `${model}: ${why}`)).join("; ")}`, {
      exitCode: EXIT.inconclusive,
      code: "nobody-answered",
      hint: silent.every(({ why }) => why?.startsWith(COST_CAP)) ? "raise --max-cost: the same command goes on from what is stored" : "see that the backend runs and that url, model and key are right, then run the same command again (with --retry-failed for calls that failed)",
    });
  }
  const pick = <T>(of: readonly T[]): T[] => (of.length > 0 ? heard.map((m) => of[m] as T) : []);
  const left: OutcomeColumns = {
    ...columns,
    models: pick(columns.models),
    quality: pick(columns.quality),
    costUsd: pick(columns.costUsd),
    latencyMs: pick(columns.latencyMs),
    ttftMs: pick(columns.ttftMs),
    failed: pick(columns.failed),
    samples: columns.samples && { ...columns.samples, models: pick(columns.samples.models) },
    declined: pick(columns.declined),
    ...(columns.measures ? { measures: new Map([...columns.measures].map(([kind, table]) => [kind, pick(table)])) } : {}),
    chosen: columns.chosen.map((m) => (m < 0 ? -1 : heard.indexOf(m))),
  };
  const known = knownModels(left, chosen, models.filter(({ name }) => !isSilent(name)), only);
  return basisOf(left, { ...settings, models, policies, only }, known) === "outcomes" ? left : undefined;
}
