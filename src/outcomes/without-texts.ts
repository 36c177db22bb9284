import type { Answer } from "../model/answer.ts";
import type { Prompt } from "../model/prompt.ts";
import { LEFT_OUT } from "./left-out.ts";
import type { OutcomeStore, StoredTry } from "./store.ts";

/** The store with prompts, references, answers and the words of errors kept out of what is written from here on: hashes and figures only. */
export function withoutTexts(store: OutcomeStore): OutcomeStore {
  return {
    ...store,
    writeWorkload(header) {
      const writer = store.writeWorkload(header, { texts: false });
      return { ...writer, append: (prompts) => writer.append(prompts.map(bare)) };
    },
    // A vector gives much of its text away.
    saveOutputs: () => undefined,
    liveAnswers(source) {
      const live = store.liveAnswers(source);
      return {
        ...live,
        keep: (model, key, answer, tries) => live.keep(model, { ...key, messages: null }, bareAnswer(answer), tries.map(bareTry)),
        keepTries: (model, key, tries) => live.keepTries(model, { ...key, messages: null }, tries.map(bareTry)),
      };
    },
  };
}

/** What a request says beside its texts goes with them: arguments and results of tools are texts too. */
function bare({ request: _request, ...prompt }: Prompt): Prompt {
  return { ...prompt, messages: null, reference: null, outcomes: prompt.outcomes.map((outcome) => ({ ...outcome, ...bareAnswer(outcome) })) };
}

function bareAnswer(answer: Answer): Answer {
  return { ...answer, text: null, error: answer.error === null ? null : LEFT_OUT };
}

function bareTry({ try: one, ...rest }: StoredTry): StoredTry {
  return { ...rest, try: { ...one, text: null, toolCalls: null, failure: one.failure && { ...one.failure, message: LEFT_OUT } } };
}
