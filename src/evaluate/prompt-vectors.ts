import { contentHash } from "../lib/hash.ts";
import type { Encoder } from "../model/encoder.ts";
import { sessionKey } from "../model/session-key.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Rows } from "../stats/rows.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts } from "./parts.ts";

/** The vectors of prompts in workload order, and which prompts have none, since their text is not here. */
export interface PromptVectors {
  /** A prompt without a text has zeros. */
  readonly rows: Rows;
  readonly known: Uint8Array;
  /** The first 64 bits of the hash of each prompt's session; 0 where it is of none. */
  readonly session: BigUint64Array;
}

/** What a prompt's vector is of: its messages, joined by newlines; null where its text is not here. */
export function textOfPrompt({ messages }: Prompt): string | null {
  return messages && messages.map(({ content }) => content).join("\n");
}

/** A vector of each prompt's text. Yields how many are read. */
export async function* promptVectors(prompts: Iterable<readonly Prompt[]> | AsyncIterable<readonly Prompt[]>, count: number, { encode, dimensions }: Encoder, signal: Parts["signal"]): AsyncGenerator<number, PromptVectors> {
  const data = new Float32Array(count * dimensions);
  const known = new Uint8Array(count);
  const session = new BigUint64Array(count);
  let from = 0;
  for await (const batch of prompts) {
    await stopIfAsked(signal);
    const texts = batch.flatMap((prompt, k) => {
      const text = textOfPrompt(prompt);
      return text === null ? [] : [{ at: from + k, text }];
    });
    const vectors = await encode(texts.map(({ text }) => text));
    for (const [k, { at }] of texts.entries()) {
      data.set(vectors[k] as Float32Array, at * dimensions);
      known[at] = 1;
    }
    for (const [k, prompt] of batch.entries()) {
      const key = sessionKey(prompt);
      if (key !== null) session[from + k] = BigInt(`0x${contentHash(key).slice(0, 16)}`);
    }
    from += batch.length;
    yield from;
  }
  return { rows: { count, width: dimensions, data }, known, session };
}
