import type { Embedder } from "../model/embedder.ts";
import type { Encoder } from "../model/encoder.ts";

interface Wanted {
  readonly text: string;
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (why: unknown) => void;
}

/** An encoder on this machine as an embedder: texts that are asked for in one turn of the event loop go through the model together. */
export function localEmbedder({ id, encode }: Pick<Encoder, "id" | "encode">): Embedder {
  let waiting: Wanted[] = [];
  return {
    identity: id,
    embed: (texts) => Promise.all(texts.map((text) => new Promise<Float32Array>((resolve, reject) => queue({ text, resolve, reject })))),
  };

  function queue(wanted: Wanted): void {
    if (waiting.push(wanted) === 1) setImmediate(() => void flush());
  }

  async function flush(): Promise<void> {
    const group = waiting;
    waiting = [];
    try {
      const vectors = await encode(group.map(({ text }) => text));
      for (const [k, { resolve }] of group.entries()) resolve(vectors[k] as Float32Array);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
