import type { OutcomeColumns } from "../model/columns.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import { knobChoices } from "../router/learned/knob-choices.ts";
import type { Estimates, Learned } from "../router/learned/learned.ts";

/** What a learned policy expects of the prompts of a workload, as it is stored beside its decisions: also its choices along what it weighs cost by. */
export function expectationOf({ knob, scores }: Learned, models: readonly string[], expected: Estimates): NonNullable<StoredDecisions["expectation"]> {
  return { quality: scores ? [] : expected.quality.map((column) => Float32Array.from(column)), choices: knob ? knobChoices(knob, models, expected) : null };
}

/** Puts the estimates of the prompts at these places where these stand. */
export function scatter(from: Estimates, at: readonly number[], into: Estimates): void {
  for (const figure of ["quality", "costUsd"] as const)
    for (const [m, column] of into[figure].entries()) for (const [k, i] of at.entries()) column[i] = from[figure][m]?.[k] ?? NaN;
}

/** Estimates of nothing, of the models and prompts of a workload. */
export function gaps({ models, n }: Pick<OutcomeColumns, "models" | "n">): Float64Array[] {
  return models.map(() => new Float64Array(n).fill(NaN));
}

/** Choices of the prompts at these places as decisions of all; the others have none. @param rules why one is chosen; why another has no text; why nothing is chosen */
export function decidedAt({ model: chosen, estimates }: { readonly model: Int32Array; readonly estimates: Estimates }, learned: Learned, columns: OutcomeColumns, at: readonly number[], rules: readonly [string, string, string]): { readonly decisions: Omit<StoredDecisions, "notes">; readonly expected: Estimates } {
  const expected = { quality: gaps(columns), costUsd: gaps(columns) };
  scatter(estimates, at, expected);
  const model = new Int32Array(columns.n).fill(-1);
  const rule = new Int32Array(columns.n).fill(1);
  for (const [k, i] of at.entries()) {
    model[i] = chosen[k] as number;
    rule[i] = model[i] === -1 ? 2 : 0;
  }
  return { decisions: { models: columns.models, model, rule, rules, expectation: expectationOf(learned, columns.models, expected) }, expected };
}
