import { tokenCounter } from "../lib/tokens.ts";
import type { Message, Prompt } from "../model/prompt.ts";
import type { RequestMessage } from "../model/signal.ts";
import { random } from "../stats/random.ts";
import { promptsAgain } from "./gather.ts";
import type { Parts } from "./parts.ts";
import type { Perturbation } from "./perturbations.ts";

/** Copies of some prompts, written otherwise. */
export interface PerturbedPrompts {
  readonly perturbation: Perturbation;
  /** Places in the workload of the prompts that they are of, rising. */
  readonly at: readonly number[];
  readonly prompts: readonly Prompt[];
}

/** Most prompts that are perturbed: with a thousand, the share of unchanged choices is known within 0.03, and vectors of all their copies take a minute. */
const MOST_PROMPTS = 1000;

/** Places of the prompts that are perturbed: all of them, or a sample by the seed. */
export function perturbedPlaces(n: number, seed: number): number[] {
  const places = Array.from({ length: n }, (_, i) => i);
  const draw = random(seed, "perturbed prompts");
  const count = Math.min(n, MOST_PROMPTS);
  for (let k = 0; k < count; k++) {
    const other = k + draw.below(n - k);
    [places[k], places[other]] = [places[other] as number, places[k] as number];
  }
  return places.slice(0, count).sort((a, b) => a - b);
}

/** Copies of the prompts at these places that have a text here, once each way. The same prompt is written alike wherever it stands. @param tokens whether the copies' tokens are asked for */
export async function perturbedPrompts(perturbations: readonly Perturbation[], places: readonly number[], tokens: boolean, parts: Pick<Parts, "store" | "workload" | "withContent" | "settings">): Promise<PerturbedPrompts[]> {
  const wanted = new Set(places);
  const originals: { readonly at: number; readonly prompt: Prompt }[] = [];
  let from = 0;
  for await (const batch of promptsAgain(parts)) {
    for (const [k, prompt] of batch.entries()) if (wanted.has(from + k) && prompt.messages !== null) originals.push({ at: from + k, prompt });
    from += batch.length;
  }
  const count = tokens ? await tokenCounter() : null;
  const at = originals.map((one) => one.at);
  return perturbations.map((perturbation) => ({ perturbation, at, prompts: originals.map(({ prompt }) => perturbed(prompt, perturbation, parts.settings.seed, count)) }));
}

/**
 * A prompt whose last user message (without one, the last message) is written otherwise; the rest of it stays. Its hash stays the
 * question's. Tokens that its file states grow by as many as the texts differ by.
 */
export function perturbed(prompt: Prompt, { name, written }: Perturbation, seed: number, count: ((text: string) => number) | null): Prompt {
  const { messages, request, inputTokens } = prompt;
  if (messages === null) return prompt;
  const anew = <M extends Message | RequestMessage>(all: readonly M[]): M[] => {
    const last = all.findLastIndex(({ role }) => role === "user");
    const target = last < 0 ? all.length - 1 : last;
    const draw = random(seed, "perturbation", name, prompt.hash);
    return all.map((message, k) => (k === target ? { ...message, content: contentAnew(message.content, (text) => written(text, draw)) } : message));
  };
  const own = anew(messages);
  const [before, after] = [messages, own].map((all) => all.map(({ content }) => content).join("\n")) as [string, string];
  return {
    ...prompt,
    messages: own,
    ...(request ? { request: { ...request, ...(request.messages ? { messages: anew(request.messages) } : {}) } } : {}),
    lengthCodePoints: prompt.lengthCodePoints === null ? null : prompt.lengthCodePoints + [...after].length - [...before].length,
    inputTokens: count ? (inputTokens === null ? count(after) : Math.max(0, inputTokens + count(after) - count(before))) : null,
  };
}

function contentAnew<C extends RequestMessage["content"]>(content: C, written: (text: string) => string): C {
  if (typeof content === "string") return written(content) as C;
  return (content === null ? null : content.map((part) => (part.text === undefined ? part : { ...part, text: written(part.text) }))) as C;
}
