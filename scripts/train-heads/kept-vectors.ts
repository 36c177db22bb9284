import { hash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Encoder } from "../../src/model/encoder.ts";

const NAME_BYTES = 16;

/** An encoder whose vectors are kept in a file between runs of these scripts: the embedder takes minutes for all of MMLU, and is the same each time. */
export function withKeptVectors(encoder: Encoder, file: string): Encoder {
  const width = NAME_BYTES + 4 * encoder.dimensions;
  const known = new Map<string, Float32Array>();
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  for (let at = 0; at + width <= bytes.length; at += width)
    known.set(bytes.toString("hex", at, at + NAME_BYTES), new Float32Array(Uint8Array.from(bytes.subarray(at + NAME_BYTES, at + width)).buffer));
  const nameOf = (text: string) => hash("sha256", `${encoder.id}\n${text}`, "hex").slice(0, 2 * NAME_BYTES);
  return {
    ...encoder,
    async encode(texts) {
      const news = [...new Set(texts)].filter((text) => !known.has(nameOf(text)));
      const made = news.length === 0 ? [] : await encoder.encode(news);
      mkdirSync(dirname(file), { recursive: true });
      for (const [i, text] of news.entries()) known.set(nameOf(text), made[i] as Float32Array);
      appendFileSync(file, Buffer.concat(news.map((text, i) => Buffer.concat([Buffer.from(nameOf(text), "hex"), new Uint8Array((made[i] as Float32Array).buffer)]))));
      return texts.map((text) => known.get(nameOf(text)) as Float32Array);
    },
  };
}
