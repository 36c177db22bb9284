import { outputOf } from "../../lib/onnx-output.ts";
import { WrpError } from "../../model/errors.ts";
import type { Encoder } from "../../model/encoder.ts";
import { openTextModel, type TextModelFiles, type TextRow } from "../onnx/text-model.ts";

export interface EncoderOptions extends TextModelFiles {
  /** How token vectors become one: default what the model's 1_Pooling/config.json says, else the model's own sentence vector, else the mean. */
  readonly pooling?: "mean" | "cls" | undefined;
}

const OF_TOKENS = ["last_hidden_state", "token_embeddings"];
const OF_TEXTS = ["sentence_embedding", "pooler_output"];

/**
 * A sentence encoder of one's own (MiniLM, BGE, E5, … exported to ONNX); its vectors are made of length 1. Of a text longer than the model takes, the first tokens are read. Throws
 * WrpError where it cannot be used.
 */
export async function openEncoder(options: EncoderOptions): Promise<Encoder> {
  const model = await openTextModel(options);
  const { session, folder } = model;
  const there = (names: readonly string[]) => names.filter((name) => session.outputs.some((output) => output.name === name));
  const pooled = options.pooling === undefined && folder.pooling === null && there(["sentence_embedding"]).length > 0;
  const output = outputOf(session, pooled ? OF_TEXTS : [...OF_TOKENS, ...(options.pooling === undefined ? OF_TEXTS : [])], [2, 3]);
  const pooling = options.pooling ?? folder.pooling ?? "mean";
  const tokenwise = output.shape.length === 3 || (output.shape.length === 0 && OF_TOKENS.includes(output.name));
  if (options.pooling !== undefined && !tokenwise) throw new WrpError(`the model's output ${output.name} is one vector a text: there is nothing to pool`, { hint: "leave pooling out", place: { file: options.model }, code: "bad-model" });
  const width = output.shape.at(-1);
  const dimensions = typeof width === "number" ? width : await measured();

  return {
    id: model.idOf(["encoder", output.name, tokenwise ? pooling : null]),
    name: options.model,
    dimensions,
    async encode(texts) {
      const vectors: Float32Array[] = [];
      for await (const row of model.rows(texts, output)) {
        const vector = vectorOf(row);
        if (vector.length !== dimensions) throw new WrpError(`the model's vectors have ${dimensions} and ${vector.length} dimensions`, { place: { file: options.model }, code: "bad-model" });
        vectors[row.text] = vector;
      }
      return vectors;
    },
  };

  async function measured(): Promise<number> {
    for await (const row of model.rows(["a"], output)) return vectorOf(row).length;
    throw new Error("a text has no row");
  }

  function vectorOf({ values, width: tokens, tokens: { length } }: TextRow): Float32Array {
    if (!tokenwise) return finished(values.slice());
    const size = values.length / tokens;
    if (pooling === "cls") return finished(values.slice(0, size));
    const sum = new Float64Array(size);
    for (let k = 0; k < length * size; k++) sum[k % size] = (sum[k % size] as number) + (values[k] as number);
    return finished(Float32Array.from(sum, (value) => value / Math.max(length, 1)));
  }

  function finished(vector: Float32Array): Float32Array {
    if (!vector.every(Number.isFinite)) throw new WrpError("the model gives vectors that are not finite numbers", { place: { file: options.model }, code: "bad-model" });
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    return norm > 0 ? vector.map((value) => value / norm) : vector;
  }
}
