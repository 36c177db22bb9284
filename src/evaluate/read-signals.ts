import type { Prompt } from "../model/prompt.ts";
import type { RequestPart } from "../model/request-part.ts";
import type { SignalModels } from "../model/signal-models.ts";
import type { SignalReadings, SignalRequest, SignalSpecs } from "../model/signal.ts";
import { unknownReadings, type Policy } from "../router/index.ts";
import { shareSignals } from "../signals/index.ts";

/** What reads the signals of prompts for all policies that ask for some. */
export interface PromptReader<P = Policy> {
  /** Of each of these policies, the readings of the prompts in their order; a prompt without its text has all unknown. */
  read(prompts: readonly Prompt[]): Promise<ReadonlyMap<P, readonly SignalReadings[]>>;
  /** The types of signal that wrp's own models read for a policy, in place of those its router uses. */
  surrogatesOf(policy: P): readonly string[];
}

/** Compiles the signals that policies ask for, to be read once for all of them. Throws WrpError on a signal that cannot be read. */
export function promptReader<P extends Pick<Policy, "reads">>(policies: readonly P[], models: SignalModels | null = null): PromptReader<P> {
  const asking = policies.filter(({ reads }) => reads);
  const sets = asking.map(({ reads }) => reads as SignalSpecs);
  const shared = shareSignals(sets, models);
  const unknown = sets.map(unknownReadings);
  return {
    surrogatesOf: (policy) => shared.surrogates[asking.indexOf(policy)] ?? [],
    async read(prompts) {
      if (asking.length === 0) return new Map();
      const at = new Map<number, number>();
      const requests: SignalRequest[] = [];
      for (const [i, prompt] of prompts.entries()) if (prompt.messages !== null) at.set(i, requests.push(requestFor(prompt, prompt.messages)) - 1);
      const readings = await shared.read(requests);
      return new Map(asking.map((policy, s) => [policy, prompts.map((_, i) => (at.has(i) ? readings[s]?.[at.get(i) as number] : unknown[s]) as SignalReadings)]));
    },
  };
}

/** A prompt that is its whole request. */
const NONE: ReadonlySet<RequestPart> = new Set();

/** Of prompts that somebody keeps, and asks about again with other signals: what was made of the texts is then made once. */
const requestsOf = new WeakMap<Prompt, SignalRequest>();

function requestFor(prompt: Prompt, texts: SignalRequest["messages"]): SignalRequest {
  const request = requestsOf.get(prompt) ?? requestOf(prompt, texts);
  requestsOf.set(prompt, request);
  return request;
}

/** A prompt as the request that it was; who asks (`user`, and `groups` with commas) stands in the prompt's facts or in the request. */
function requestOf({ meta, request }: Prompt, texts: SignalRequest["messages"]): SignalRequest {
  const metadata = request ? { ...request.metadata, ...(request.user === undefined ? {} : { user: request.user }), ...meta } : meta;
  const { user, groups } = metadata;
  return {
    messages: request?.messages ?? texts,
    metadata,
    user: user === undefined || user === null ? null : String(user),
    groups: typeof groups === "string" ? groups.split(",").map((group) => group.trim()) : [],
    tools: request?.tools ?? [],
    toolChoice: request?.tool_choice ?? null,
    responseFormat: request?.response_format ?? null,
    maxTokens: request?.max_tokens ?? null,
    maxCompletionTokens: request?.max_completion_tokens ?? null,
    unknown: request?.unknown ? new Set(request.unknown) : NONE,
  };
}
