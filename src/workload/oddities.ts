import { contentHash } from "../lib/hash.ts";
import type { RecordedOutcome } from "../model/prompt.ts";
import type { Draft } from "./draft.ts";
import { idHash } from "./draft.ts";
import type { NoteBook } from "./notes.ts";
import { newSeen } from "./seen.ts";

/** Notes ids that several rows share, and duplicate prompts whose recorded outcomes differ. Each is counted once. */
export function newOddities(notes: NoteBook): (prompt: Draft) => void {
  const ids = newSeen();
  const outcomes = newSeen();
  const fingerprint = newFingerprint();
  return (prompt) => {
    noteRepeatedId(prompt);
    noteDifferentOutcomes(prompt);
  };

  function noteRepeatedId(prompt: Draft): void {
    if (prompt.id.endsWith(`#${prompt.row}`)) return; // named by us after file and row
    const key = idHash(prompt.dataset, prompt.id);
    const times = ids.get(key) ?? 0;
    if (times === 1) notes.in(prompt.file).add("repeated-id", `"${prompt.id}" in ${prompt.dataset}`, prompt.row);
    ids.set(key, Math.min(times + 1, 2));
  }

  function noteDifferentOutcomes(prompt: Draft): void {
    if (prompt.outcomes.length === 0) return;
    const print = fingerprint(prompt.outcomes);
    const known = outcomes.get(prompt.hash);
    if (known === undefined) outcomes.set(prompt.hash, print);
    else if (known !== TOLD && known !== print) {
      notes.in(prompt.file).add("different-outcomes", `"${prompt.id}" in ${prompt.dataset}`, prompt.row);
      outcomes.set(prompt.hash, TOLD);
    }
  }
}

const TOLD = -1;

/** Prints of what the models' qualities were, in 31 bits: FNV-1a over names and the bits of qualities; gaps count as what they are. */
function newFingerprint(): (outcomes: readonly RecordedOutcome[]) => number {
  const names = new Map<string, number>();
  const quality = new Float64Array(1);
  const words = new Uint32Array(quality.buffer);
  return (outcomes) => {
    let print = 0x811c9dc5;
    const take = (word: number): void => void (print = Math.imul(print ^ word, 0x01000193));
    for (const outcome of outcomes) {
      let name = names.get(outcome.model);
      if (name === undefined) names.set(outcome.model, (name = Number.parseInt(contentHash(outcome.model).slice(0, 8), 16)));
      quality[0] = outcome.error === null ? (outcome.quality ?? -1) : -2;
      take(name);
      take(words[0] as number);
      take(words[1] as number);
    }
    return (print ^ (print >>> 15)) & 0x7fffffff;
  };
}
