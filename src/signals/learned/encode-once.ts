import type { Encoder } from "../../model/encoder.ts";

/** An encoder that several signals ask about the texts of the same requests. */
export interface BatchEncoder extends Encoder {
  /** Lets go of the texts seen so far: a batch is over. */
  forget(): void;
}

/** Encodes each text once in a batch. */
export function encodeOnce(encoder: Encoder): BatchEncoder {
  const known = new Map<string, Float32Array>();
  return {
    ...encoder,
    async encode(texts) {
      const news = [...new Set(texts)].filter((text) => !known.has(text));
      const vectors = news.length === 0 ? [] : await encoder.encode(news);
      for (const [i, text] of news.entries()) known.set(text, vectors[i] as Float32Array);
      return texts.map((text) => known.get(text) as Float32Array);
    },
    forget: () => known.clear(),
  };
}
