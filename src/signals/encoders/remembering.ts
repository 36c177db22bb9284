import type { Encoder } from "../../model/encoder.ts";

/** Texts remembered: more than a batch of prompts has, and some megabytes of vectors. */
const MOST = 2048;

/** Encodes a text once while it is among the last seen, whoever asks: several classifiers look at the same texts. */
export function rememberingEncoder(encoder: Encoder): Encoder {
  const known = new Map<string, Float32Array>();
  return {
    ...encoder,
    async encode(texts) {
      const news = [...new Set(texts)].filter((text) => !known.has(text));
      const made = news.length === 0 ? [] : await encoder.encode(news);
      const fresh = new Map(news.map((text, i) => [text, made[i] as Float32Array]));
      const vectors = texts.map((text) => fresh.get(text) ?? (known.get(text) as Float32Array));
      for (const [i, text] of texts.entries()) {
        known.delete(text);
        known.set(text, vectors[i] as Float32Array);
      }
      for (const text of known.keys()) {
        if (known.size <= MOST) break;
        known.delete(text);
      }
      return vectors;
    },
  };
}
