import type { OutcomeColumns } from "../model/columns.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { Policy } from "../router/index.ts";
import type { Asked, Estimates, EstimateTools, Learned } from "../router/learned/learned.ts";
import type { GivenFile } from "../router/policy.ts";
import { choiceOf } from "./decide-trained.ts";
import { decidedAt } from "./learned-estimates.ts";

/** A policy that decides by a file made elsewhere. */
export type GivenPolicy = Policy & { readonly learned: Learned; readonly given: GivenFile };

/** Such a policy over the workload. @param at the places of what is asked */
export async function decideGiven({ learned, given }: GivenPolicy, columns: OutcomeColumns, asked: Asked, at: readonly number[], tools: EstimateTools): Promise<{ readonly stored: StoredDecisions; readonly expected: Estimates }> {
  const choice = await choiceOf(learned, {}, given.models, asked, columns.models, tools);
  const { decisions, expected } = decidedAt(choice, learned, columns, at, [`as ${given.file} scores it`, "its text is not here", "no score tells"]);
  const others = columns.models.filter((name) => !given.models.includes(name));
  const stored = {
    ...decisions,
    notes: [
      `scored by ${given.file} (${given.hash.slice(0, 12)}), which was made elsewhere: whether it was fitted on these prompts is not known`,
      ...(others.length > 0 ? [`it does not score ${others.join(", ")}, and never chooses ${others.length === 1 ? "it" : "them"}`] : []),
    ],
  };
  return { stored, expected };
}
