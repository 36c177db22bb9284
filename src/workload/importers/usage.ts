import type { Notes } from "../notes.ts";
import { settle, type OutcomeDraft } from "../outcome.ts";

/**
 * Settles an outcome of a form that writes 0 tokens where none were reported. An answer that has a text cannot have taken
 * none, so its tokens, and a cost of 0 computed from them, are not known; nor is what a failed call cost.
 */
export function settleUsage(outcome: OutcomeDraft, notes: Notes, promptId: string): OutcomeDraft {
  if (outcome.inputTokens === 0 && outcome.outputTokens === 0) {
    const answered = outcome.error === null && outcome.text !== null && outcome.text.trim() !== "";
    if (answered) {
      outcome.inputTokens = null;
      outcome.outputTokens = null;
      notes.add("no-usage", `${outcome.model} on ${promptId}`);
    }
    if (outcome.costUsd === 0 && (answered || outcome.error !== null)) outcome.costUsd = null;
  }
  return settle(outcome, notes, promptId);
}
