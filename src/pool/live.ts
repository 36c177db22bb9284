import { valueHash } from "../lib/hash.ts";
import type { Answer } from "../model/answer.ts";
import type { LiveSpec, Price, TokenPrice } from "../model/config.ts";
import type { Try } from "../model/live.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Flow, FlowedTry } from "./flow/flow.ts";
import { isGpuPrice } from "./gpu-price.ts";
import { costOfTokens, ratesOf } from "./priced.ts";
import type { ChatRequest } from "./protocol.ts";

/** What came of asking a live model. */
export type LiveOutcome =
  | { readonly called: true; readonly answer: Answer; readonly tries: readonly FlowedTry[] }
  /** No call was made, what failed may go on in another run, or nobody answered to the key or address: nothing is to be kept as the outcome. */
  | { readonly called: false; readonly why: string; readonly tries: readonly FlowedTry[] };

/** A live model that can be called. */
export interface LiveModel {
  /** @param sample which of several answers to the same question, from 0 (the default): a stated seed is raised by it, so that they can differ */
  ask(prompt: Pick<Prompt, "messages" | "inputTokens">, signal: AbortSignal, sample?: number): Promise<LiveOutcome>;
}

/** Raised whenever the same prompt and settings are sent otherwise. */
const REVISION = 1;

/** What names a live model's answers: where it runs and how it is asked. Keys, headers and limits change no answer. */
export function liveSource({ url, protocol, model, settings }: LiveSpec): { readonly kind: "live"; readonly hash: string } {
  return { kind: "live", hash: valueHash({ url: url.replace(/\/+$/, ""), protocol, model, settings, revision: REVISION }) };
}

/** Other tokenizers make more tokens of a text than o200k, and chats have some around it. */
const [TOKENS_TIMES, TOKENS_MORE] = [1.5, 64];

/** The most a try may cost, US dollars. Input is counted with o200k, so it is taken half as much again. Of answers without a limit, what they are taken for. */
export function mostUsd(price: TokenPrice, inputTokens: number, { maxOutputTokens = 0, body = {} }: LiveSpec["settings"]): number {
  const own = ownLimits(body).filter((value) => typeof value === "number");
  return costOfTokens(price, inputTokens * TOKENS_TIMES + TOKENS_MORE, Math.max(maxOutputTokens, ...own));
}

/** Whether a body of the user's own takes the limit out and puts none in its place: an answer may then cost anything. */
export function isUnlimited({ body = {} }: LiveSpec["settings"]): boolean {
  const own = ownLimits(body);
  return own.length > 0 && !own.some((value) => typeof value === "number");
}

function ownLimits(body: NonNullable<LiveSpec["settings"]["body"]>): unknown[] {
  return Object.entries(body).flatMap(([name, value]) => (OUTPUT_LIMIT.test(name) ? [value] : []));
}

/** How protocols call the most tokens of an answer: a body of the user's own may set it past the settings. */
const OUTPUT_LIMIT = /^max_(?:completion_|output_)?tokens$/;

/**
 * A model behind a backend: asks it, as often as its flow says, and makes one outcome of the tries. Times are those of the try that
 * answered, from its beginning: what a user of the model waits, not what this client's queue and pauses add. The cost is that of all
 * tries; where one is not known, so is the outcome's.
 *
 * @param price null: unpriced; "free": it really costs nothing. Of a price by the GPU hour nothing is held or spent: what answers cost is derived from their tokens later
 * @param priceOf the price of one try, where it depends on what served it; `price` is then the most that it may be
 */
export function liveModel(
  { model, settings }: LiveSpec,
  price: Price | null,
  flow: Flow,
  call: (request: ChatRequest, signal: AbortSignal) => Promise<Try>,
  priceOf: (one: Try) => Price | null = () => price,
): LiveModel {
  const costUsdOf = (one: Try) => costOfTry(one, priceOf(one));
  const rates = isGpuPrice(price) ? null : ratesOf(price);
  return {
    async ask({ messages, inputTokens }, signal, sample = 0) {
      if (!messages) return { called: false, why: "the prompt has no text", tries: [] };
      const request = { model, messages, settings: settings.seed === undefined ? settings : { ...settings, seed: settings.seed + sample } };
      const tokens = (inputTokens ?? 0) + (settings.maxOutputTokens ?? 0);
      const reserveUsd = rates && mostUsd(rates, inputTokens ?? 0, settings);
      const { tries, outcome, why = "", stopped } = await flow.run({ tokens, reserveUsd, attempt: (_, stop) => call(request, stop), costUsdOf }, signal);
      const last = tries.at(-1);
      if (!last || outcome === "not-called" || (outcome === "failed" && (stopped !== null || isNobodys(last.try)))) return { called: false, why, tries };
      return { called: true, answer: answerOf(last.try, costOfAll(tries)), tries };
    },
  };
}

/** A wrong key or address says nothing of the prompt and costs nothing: once it is right, the same command asks again. (403 may be about the prompt.) */
function isNobodys({ status, failure }: Try): boolean {
  return failure !== null && (status === 401 || status === 404);
}

function answerOf({ times, usage, text, toolCalls, failure, confidence }: Try, costUsd: number | null): Answer {
  return {
    quality: null,
    costUsd,
    latencyMs: failure ? times.endMs : (times.lastTokenMs ?? times.endMs),
    ttftMs: failure ? null : times.firstTokenMs,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    error: failure ? `${failure.kind}: ${failure.message}` : null,
    text: failure ? text : (text ?? toolCalls ?? ""),
    ...(confidence && !failure ? { confidence } : {}),
  };
}

/** USD of a try; null where it is not known: no price, or tokens that the backend did not count. What brought no token and no count cost nothing. */
export function costOfTry({ usage: { inputTokens, cachedInputTokens, outputTokens }, times, failure }: Try, price: Price | null): number | null {
  if (price === "free") return 0;
  if (price === null || isGpuPrice(price)) return null;
  if (inputTokens !== null && outputTokens !== null) return costOfTokens(price, inputTokens, outputTokens, Math.min(cachedInputTokens ?? 0, inputTokens));
  return failure && times.firstTokenMs === null && failure.kind !== "timeout" && failure.kind !== "aborted" ? 0 : null;
}

function costOfAll(tries: readonly FlowedTry[]): number | null {
  return tries.some(({ costUsd }) => costUsd === null) ? null : tries.reduce((sum, { costUsd }) => sum + (costUsd as number), 0);
}
