import { valueHash } from "../lib/hash.ts";
import { tokenCounter } from "../lib/tokens.ts";
import type { LiveSpec, TokenPrice } from "../model/config.ts";
import { NoVector, type Embedder } from "../model/embedder.ts";
import type { Try } from "../model/live.ts";
import type { Flow, FlowedTry } from "./flow/flow.ts";
import { costOfTry, mostUsd } from "./live.ts";
import { ratesOf } from "./priced.ts";
import type { Protocol } from "./protocol.ts";
import { embeddingReader, openaiEmbeddings, type EmbeddingRequest } from "./protocols/openai-embeddings.ts";

/** What an embedder was asked for. */
export interface EmbedderTally {
  /** Requests, each of several texts. */
  readonly calls: number;
  readonly texts: number;
  /** Texts that have no vector. */
  readonly failed: number;
  /** US dollars; null: one is not known. */
  readonly costUsd: number | null;
}

/** A running embedding model that can be called. */
export interface LiveEmbedder extends Embedder {
  /** From now on every request's tries are told before its vectors are. What this throws goes to who asked. */
  onTries(keep: (texts: readonly string[], tries: readonly FlowedTry[]) => void): void;
  tally(): EmbedderTally;
}

/** Texts of one request where the config says nothing: as many as Text Embeddings Inference takes. */
export const DEFAULT_BATCH = 32;
/** No more characters in a request of several texts, so that it stays below 300,000 tokens in all (OpenAI's limit) in any language. */
const MOST_CHARACTERS = 200_000;
/** Counting takes time quadratic in the longest word, and models that got stuck write long ones. A cut makes a token more at most. */
const PIECE = /[^]{1,1000}/g;
/** Some servers send 500 where an input is longer than they can take; asking again does not make it shorter. */
const TOO_LONG = /too (?:large|long)|exceed|maximum/i;

/** Model, dimensions and what else changes a vector, wherever it runs. */
export function embedderIdentity({ model, settings: { body = {} } }: LiveSpec): string {
  const { dimensions = null, encoding_format: _, ...others } = body;
  return [model, ...(dimensions === null ? [] : [`${String(dimensions)}d`]), ...(Object.keys(others).length === 0 ? [] : [valueHash(others).slice(0, 12)])].join(" ");
}

/**
 * An embedding model behind a backend. Texts that are asked for in one turn of the event loop share requests; where a request is refused for what
 * is in it, its halves are asked for, so that a text too long for the model takes no other along.
 *
 * @param price null: unpriced; "free": it really costs nothing
 * @param batch most texts in a request
 */
export function liveEmbedder(
  spec: LiveSpec,
  price: TokenPrice | "free" | null,
  flow: Flow,
  call: (protocol: Protocol<EmbeddingRequest>, request: EmbeddingRequest, signal: AbortSignal) => Promise<Try>,
  batch = DEFAULT_BATCH,
): LiveEmbedder {
  const { model, settings: { body = {} } } = spec;
  const dimensions = typeof body["dimensions"] === "number" ? body["dimensions"] : null;
  const rates = ratesOf(price);
  const waiting = new Map<AbortSignal, Wanted[]>();
  let keep: Parameters<LiveEmbedder["onTries"]>[0] = () => undefined;
  const tally = { calls: 0, texts: 0, failed: 0, costUsd: 0 as number | null };

  return {
    identity: embedderIdentity(spec),
    tally: () => ({ ...tally }),
    onTries: (to) => void (keep = to),
    embed: (texts, signal) => Promise.all(texts.map((text) => new Promise<Float32Array>((resolve, reject) => void queue(signal).push({ text, resolve, reject })))),
  };

  function queue(signal: AbortSignal): Wanted[] {
    const known = waiting.get(signal);
    if (known) return known;
    const fresh: Wanted[] = [];
    waiting.set(signal, fresh);
    setImmediate(() => {
      waiting.delete(signal);
      tally.texts += fresh.length;
      for (const part of requestsOf(fresh, batch)) void ask(part, signal);
    });
    return fresh;
  }

  async function ask(part: readonly Wanted[], signal: AbortSignal): Promise<void> {
    try {
      const inputs = part.map(({ text }) => text);
      const count = await tokenCounter();
      const tokens = inputs.flatMap((text) => text.match(PIECE) ?? []).reduce((sum, piece) => sum + count(piece), 0);
      let reader = embeddingReader(inputs.length, dimensions);
      const attempt = async (_: number, stop: AbortSignal): Promise<Try> => {
        reader = embeddingReader(inputs.length, dimensions);
        return named(await call(openaiEmbeddings(reader), { model, inputs, body }, stop));
      };
      const { tries, outcome, why = "" } = await flow.run({ tokens, reserveUsd: rates && mostUsd(rates, tokens, {}), attempt, costUsdOf: (one) => costOf(one, price) }, signal);
      if (tries.length > 0) {
        tally.calls++;
        keep(inputs, tries);
      }
      for (const { costUsd } of tries) tally.costUsd = tally.costUsd === null || costUsd === null ? null : tally.costUsd + costUsd;
      if (outcome === "answered") {
        for (const [k, vector] of reader.vectors().entries()) part[k]?.resolve(vector);
        return;
      }
      if (part.length > 1 && isItsOwn(tries)) {
        const half = Math.ceil(part.length / 2);
        await Promise.all([ask(part.slice(0, half), signal), ask(part.slice(half), signal)]);
        return;
      }
      tally.failed += part.length;
      for (const { reject } of part) reject(new NoVector(why));
    } catch (bug) {
      for (const { reject } of part) reject(bug);
    }
  }
}

interface Wanted {
  readonly text: string;
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (why: unknown) => void;
}

/** In order; a text that is longer than a request may be has one of its own. */
function requestsOf(wanted: readonly Wanted[], batch: number): Wanted[][] {
  const parts: Wanted[][] = [];
  let characters = 0;
  for (const one of wanted) {
    const last = parts.at(-1);
    characters += one.text.length;
    if (last && last.length < batch && characters <= MOST_CHARACTERS) last.push(one);
    else {
      parts.push([one]);
      characters = one.text.length;
    }
  }
  return parts;
}

function named(one: Try): Try {
  const { failure } = one;
  return failure?.kind === "server" && TOO_LONG.test(failure.message) ? { ...one, failure: { ...failure, kind: "request" } } : one;
}

/** Whether a request failed for what is in it. */
function isItsOwn(tries: readonly FlowedTry[]): boolean {
  const kind = tries.at(-1)?.try.failure?.kind;
  return kind === "request" || kind === "too-large";
}

/** What came and cannot be read was computed all the same. */
function costOf(one: Try, price: TokenPrice | "free" | null): number | null {
  const computed = one.failure !== null && one.status !== null && one.status < 300 && one.usage.inputTokens === null;
  return computed && price !== "free" ? null : costOfTry(one, price);
}
