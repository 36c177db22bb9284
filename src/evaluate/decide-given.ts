import type { OutcomeColumns } from "../model/columns.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { Policy } from "../router/index.ts";
import type { Asked, Estimates, EstimateTools, Learned } from "../router/learned/learned.ts";
import type { GivenFile } from "../router/policy.ts";
import { choiceOf } from "./decide-trained.ts";
import { expectationOf, gaps, scatter } from "./learned-estimates.ts";

/** A policy that decides by a file made elsewhere. */
export type GivenPolicy = Policy & { readonly learned: Learned; readonly given: GivenFile };

/** Such a policy over the workload. @param at the places of what is asked */
export async function decideGiven({ learned, given }: GivenPolicy, columns: OutcomeColumns, asked: Asked, at: readonly number[], tools: EstimateTools): Promise<{ readonly stored: StoredDecisions; readonly expected: Estimates }> {
  const { model: chosen, estimates } = await choiceOf(learned, {}, given.models, asked, columns.models, tools);
  const expected = { quality: gaps(columns), costUsd: gaps(columns) };
  scatter(estimates, at, expected);
  const model = new Int32Array(columns.n).fill(-1);
  const rule = new Int32Array(columns.n).fill(1);
  for (const [k, i] of at.entries()) {
    model[i] = chosen[k] as number;
    rule[i] = model[i] === -1 ? 2 : 0;
  }
  const others = columns.models.filter((name) => !given.models.includes(name));
  const stored = {
    models: columns.models,
    model,
    rule,
    rules: [`as ${given.file} scores it`, "its text is not here", "no score tells"],
    notes: [
      `scored by ${given.file} (${given.hash.slice(0, 12)}), which was made elsewhere: whether it was fitted on these prompts is not known`,
      ...(others.length > 0 ? [`it does not score ${others.join(", ")}, and never chooses ${others.length === 1 ? "it" : "them"}`] : []),
    ],
    expectation: expectationOf(learned, columns.models, expected),
  };
  return { stored, expected };
}
