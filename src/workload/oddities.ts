import { contentHash } from "../lib/hash.ts";
import type { RecordedOutcome } from "../model/prompt.ts";
import type { Draft } from "./draft.ts";
import { idHash } from "./draft.ts";
import type { Notes } from "./notes.ts";
import { newSeen } from "./seen.ts";

/** Notes ids that several rows share, and duplicate prompts whose recorded outcomes differ. Each is counted once. */
export function newOddities(notes: Notes): (prompt: Draft) => void {
  const ids = newSeen();
  const outcomes = newSeen();
  return (prompt) => {
    noteRepeatedId(prompt);
    noteDifferentOutcomes(prompt);
  };

  function noteRepeatedId(prompt: Draft): void {
    if (prompt.id.endsWith(`#${prompt.row}`)) return; // named by us after file and row
    const key = idHash(prompt.dataset, prompt.id);
    const times = ids.get(key) ?? 0;
    if (times === 1) notes.add("repeated-id", `"${prompt.id}" in ${prompt.dataset}`);
    ids.set(key, Math.min(times + 1, 2));
  }

  function noteDifferentOutcomes(prompt: Draft): void {
    if (prompt.outcomes.length === 0) return;
    const print = fingerprint(prompt.outcomes);
    const known = outcomes.get(prompt.hash);
    if (known === undefined) outcomes.set(prompt.hash, print);
    else if (known !== TOLD && known !== print) {
      notes.add("different-outcomes", `"${prompt.id}" in ${prompt.dataset}`);
      outcomes.set(prompt.hash, TOLD);
    }
  }
}

const TOLD = -1;

/** What the models' qualities were, in 31 bits; gaps count as what they are. */
function fingerprint(outcomes: readonly RecordedOutcome[]): number {
  let text = "";
  for (const { model, quality, error } of outcomes) text += `${model}=${error === null ? quality : "failed"}\n`;
  return Number.parseInt(contentHash(text).slice(0, 8), 16) & 0x7fffffff;
}
