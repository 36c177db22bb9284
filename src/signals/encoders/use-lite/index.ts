import { openOnnx } from "../../../lib/onnx.ts";
import type { Encoder } from "../../../model/encoder.ts";
import { batchesOf, padded } from "../batches.ts";
import { DIMENSIONS, GRAPH_VERSION, PADDING } from "./graph.ts";
import { useLiteFile } from "./model-file.ts";
import { unigramTokenizer } from "./tokenizer.ts";
import { readVocabulary, WEIGHTS_HASH } from "./weights.ts";

/**
 * The embedder that ships: Universal Sentence Encoder lite (Cer et al. 2018, arXiv:1803.11175; English; Apache-2.0), 512 dimensions. It sees the
 * first 128 tokens of a text, some 90 words. Nothing is loaded before the first text. Rejects with WrpError where it cannot be loaded.
 *
 * @param cacheFolder where its ONNX file is kept between runs; null: nowhere
 */
export function useLite(cacheFolder: string | null): Encoder {
  let loaded: ReturnType<typeof load> | undefined;
  return {
    id: `use-lite ${WEIGHTS_HASH.slice(0, 32)} ${GRAPH_VERSION}`,
    name: "the built-in embedder",
    dimensions: DIMENSIONS,
    async encode(texts) {
      if (texts.length === 0) return [];
      const { tokenize, session } = await (loaded ??= load(cacheFolder));
      const vectors: Float32Array[] = [];
      for (const { texts: whose, rows, width } of batchesOf(texts, tokenize)) {
        const { embedding } = await session.run({ ids: { type: "int64", dims: [rows.length, width], data: padded(rows, width, PADDING) } }, ["embedding"]);
        const all = embedding?.data as Float32Array;
        for (const [row, text] of whose.entries()) vectors[text] = all.slice(row * DIMENSIONS, (row + 1) * DIMENSIONS);
      }
      return vectors;
    },
  };
}

async function load(cacheFolder: string | null) {
  const [vocabulary, bytes] = await Promise.all([readVocabulary(), useLiteFile(cacheFolder)]);
  return { tokenize: unigramTokenizer(vocabulary), session: await openOnnx({ name: "the built-in embedder", bytes }) };
}
