import type { Answer } from "../model/answer.ts";
import type { Prompt } from "../model/prompt.ts";
import type { AnswerKey, KeptAnswers, OutcomeStore, SavedCounts } from "../outcomes/store.ts";
import type { KeptBackend } from "../pool/backend.ts";

/** A backend whose answers the store keeps: each is asked for once, whatever policies, runs and processes want it. */
export interface Asker {
  /** Hash of what names the backend's answers. */
  readonly source: string;
  answer(prompts: readonly Prompt[], model: string, sample: number): Promise<readonly (Answer | null)[]>;
  counts(): SavedCounts;
}

export function asker(backend: KeptBackend, store: Pick<OutcomeStore, "keptAnswers">): Asker {
  const kept: KeptAnswers = store.keptAnswers(backend.source);
  const counts = { answersNew: 0, answersKnown: 0, gradesNew: 0, gradesKnown: 0 };
  const add = (more: SavedCounts) => {
    for (const key of Object.keys(counts) as (keyof SavedCounts)[]) counts[key] += more[key];
  };
  return {
    source: backend.source.hash,
    counts: () => ({ ...counts }),
    async answer(prompts, model, sample) {
      const keys = prompts.map((prompt): AnswerKey => ({ hash: prompt.hash, variant: backend.variantOf(prompt), sample, messages: prompt.messages }));
      const found = kept.find(model, keys);
      const missing = distinct(keys, found);
      for (const answer of found) if (answer) add({ answersNew: 0, answersKnown: 1, gradesNew: 0, gradesKnown: answer.quality === null ? 0 : 1 });
      if (missing.length === 0) return found;
      const answers = await backend.answer(missing.map((k) => prompts[k] as Prompt), model, sample);
      const given = missing.flatMap((k, j) => (answers[j] ? [{ key: keys[k] as AnswerKey, answer: answers[j] }] : []));
      add(kept.save(model, given.map(({ key }) => key), given.map(({ answer }) => answer)));
      const byName = new Map(given.map(({ key, answer }) => [nameOf(key), answer]));
      return found.map((answer, k) => answer ?? byName.get(nameOf(keys[k] as AnswerKey)) ?? null);
    },
  };
}

/** Positions of what is not found, repeated prompts once. */
function distinct(keys: readonly AnswerKey[], found: readonly (Answer | null)[]): number[] {
  const seen = new Set<string>();
  return keys.flatMap((key, k) => {
    if (found[k] || seen.has(nameOf(key))) return [];
    seen.add(nameOf(key));
    return [k];
  });
}

function nameOf({ hash, variant }: AnswerKey): string {
  return `${hash}/${variant}`;
}
