import type { Prompt } from "../model/prompt.ts";
import type { SignalReadings, SignalRequest } from "../model/signal.ts";
import { unknownReadings, type Policy } from "../router/index.ts";
import { compileSignals } from "../signals/index.ts";

/**
 * What reads the signals of prompts that a policy asks for; undefined where it asks for none. Of a prompt without its text, all are
 * unknown. Throws WrpError on a signal that cannot be read.
 */
export function signalReader({ reads }: Policy): ((prompt: Prompt) => SignalReadings) | undefined {
  if (!reads) return undefined;
  const read = compileSignals(reads);
  const unknown = unknownReadings(reads);
  return (prompt) => (prompt.messages === null ? unknown : read(requestOf(prompt, prompt.messages)));
}

/** A prompt as the request that it was: who asks, and what else the request says, is in its metadata (`user`, `groups` with commas). */
function requestOf({ meta }: Prompt, messages: SignalRequest["messages"]): SignalRequest {
  const { user, groups } = meta;
  return {
    messages,
    metadata: meta,
    user: user === undefined || user === null ? null : String(user),
    groups: typeof groups === "string" ? groups.split(",").map((group) => group.trim()) : [],
    tools: [],
    toolChoice: null,
    responseFormat: null,
    maxTokens: null,
    maxCompletionTokens: null,
  };
}
