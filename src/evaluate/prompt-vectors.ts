import type { Encoder } from "../model/encoder.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Rows } from "../stats/rows.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts } from "./parts.ts";

/** The vectors of prompts in workload order, and which prompts have none, since their text is not here. */
export interface PromptVectors {
  /** A prompt without a text has zeros. */
  readonly rows: Rows;
  readonly known: Uint8Array;
}

/** A vector of each prompt's messages, joined by newlines. Yields how many are read. */
export async function* promptVectors(prompts: Iterable<readonly Prompt[]> | AsyncIterable<readonly Prompt[]>, count: number, { encode, dimensions }: Encoder, signal: Parts["signal"]): AsyncGenerator<number, PromptVectors> {
  const data = new Float32Array(count * dimensions);
  const known = new Uint8Array(count);
  let from = 0;
  for await (const batch of prompts) {
    await stopIfAsked(signal);
    const texts = batch.flatMap(({ messages }, k) => (messages === null ? [] : [{ at: from + k, text: messages.map(({ content }) => content).join("\n") }]));
    const vectors = await encode(texts.map(({ text }) => text));
    for (const [k, { at }] of texts.entries()) {
      data.set(vectors[k] as Float32Array, at * dimensions);
      known[at] = 1;
    }
    from += batch.length;
    yield from;
  }
  return { rows: { count, width: dimensions, data }, known };
}
