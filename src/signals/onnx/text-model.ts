import { contentHash, valueHash } from "../../lib/hash.ts";
import { openOnnx, type OnnxSession, type OnnxTensor, type OnnxValue } from "../../lib/onnx.ts";
import { WrpError } from "../../model/errors.ts";
import { batchesOf, padded } from "../encoders/batches.ts";
import { modelHash, readModelFolder, type ModelFolder } from "./model-folder.ts";
import { textTokenizer, type TextTokenizer, type Tokens } from "./tokenizer.ts";

/** A model of one's own: an ONNX file with a Hugging Face tokenizer. */
export interface TextModelFiles {
  readonly model: string;
  /** Default: tokenizer.json beside the model. */
  readonly tokenizer?: string | undefined;
  /** Most tokens of a text, with special ones; the rest of it is not read. Default: what the model's own files say, else 512. */
  readonly maxTokens?: number | undefined;
}

/** What a text's row of an output is: `values` of the row, with `width` tokens where the output has a row for each of them. */
export interface TextRow {
  readonly text: number;
  readonly tokens: Tokens;
  readonly values: Float32Array;
  readonly width: number;
}

export interface TextModel {
  readonly session: OnnxSession;
  readonly folder: ModelFolder;
  readonly tokenizer: TextTokenizer;
  /** A content hash of weights, tokenizer, and these settings. */
  idOf(settings: unknown): string;
  /** Rows of an output, of every text, in no order. */
  rows(texts: readonly string[], output: OnnxValue): AsyncGenerator<TextRow>;
}

const DEFAULT_MOST_TOKENS = 512;
const IDS = "input_ids";
/** What else a model may ask for, by what stands there for a token and for padding. */
const OTHERS: Readonly<Record<string, readonly [token: (position: number) => number, padding: number]>> = {
  attention_mask: [() => 1, 0],
  token_type_ids: [() => 0, 0],
  position_ids: [(position) => position, 0],
};

/** Opens it. Throws WrpError, naming file and input, where it is no model of texts. */
export async function openTextModel({ model, tokenizer: tokenizerPath, maxTokens }: TextModelFiles): Promise<TextModel> {
  const session = await openOnnx({ path: model });
  const { inputs } = session;
  for (const { name, type } of inputs) {
    if (name !== IDS && !Object.hasOwn(OTHERS, name)) throw new WrpError(`the model asks for the input "${name}", which texts do not give`, { hint: `inputs that are given: ${[IDS, ...Object.keys(OTHERS)].join(", ")}`, place: { file: model }, code: "bad-model" });
    if (type !== "int64" && type !== "int32") throw new WrpError(`the model's input ${name} is ${type ?? "no tensor"}, not int64 or int32`, { place: { file: model }, code: "bad-model" });
  }
  if (!inputs.some(({ name }) => name === IDS)) throw new WrpError(`the model has no input ${IDS}`, { hint: `it has ${inputs.map(({ name }) => name).join(", ") || "none"}`, place: { file: model }, code: "bad-model" });
  const folder = await readModelFolder(model, tokenizerPath);
  const mostTokens = Math.min(maxTokens ?? Infinity, folder.mostTokens ?? (maxTokens === undefined ? DEFAULT_MOST_TOKENS : Infinity));
  const tokenizer = await textTokenizer(folder.tokenizer.path, folder.tokenizer.text, mostTokens);
  const weights = await modelHash(model);
  return {
    session,
    folder,
    tokenizer,
    idOf: (settings) => `onnx ${valueHash([weights, contentHash(folder.tokenizer.text), mostTokens, settings])}`,
    async *rows(texts, output) {
      for (const { texts: whose, rows, width } of batchesOf(texts, tokenizer.tokenize)) {
        const results = await session.run(Object.fromEntries(inputs.map((input) => [input.name, fed(input, rows, width)])), [output.name]);
        const { type, dims, data } = results[output.name] as OnnxTensor;
        if (type !== "float32" || dims[0] !== rows.length) throw new WrpError(`the model's output ${output.name} is ${type} [${dims.join(", ")}], not float32 with a row for each of ${rows.length} texts`, { place: { file: model }, code: "bad-model" });
        const size = data.length / rows.length;
        for (const [row, text] of whose.entries()) yield { text, tokens: rows[row] as Tokens, values: (data as Float32Array).subarray(row * size, (row + 1) * size), width };
      }
    },
  };

  function fed({ name, type }: OnnxValue, rows: readonly Tokens[], width: number): OnnxTensor {
    const [value, padding] = OTHERS[name] ?? [null, tokenizer.padding];
    const values = padded(rows.map(({ ids }) => (value ? ids.map((_, position) => value(position)) : ids)), width, padding);
    const dims = [rows.length, width];
    return type === "int64" ? { type, dims, data: values } : { type: "int32", dims, data: Int32Array.from(values, Number) };
  }
}

/** The labels given, else the model's own. Throws WrpError where there are none, or not one for each of its outputs. */
export function labelsFor({ session, folder }: Pick<TextModel, "session" | "folder">, given: readonly string[] | undefined, output: OnnxValue): readonly string[] {
  const place = { file: session.name };
  const labels = given ?? folder.labels;
  if (!labels) throw new WrpError("nothing names the model's labels", { hint: "labels: [A, B, …], or id2label in a config.json beside the model", place, code: "no-labels" });
  const twice = labels.find((label, k) => labels.indexOf(label) !== k);
  if (twice !== undefined) throw new WrpError(`two of the model's labels are called "${twice}"`, { place, code: "bad-labels" });
  const width = output.shape.at(-1);
  if (typeof width === "number" && width !== labels.length) throw new WrpError(`the model's output ${output.name} has ${width} values a row, and ${labels.length} labels are ${given ? "given" : "in config.json"}: ${labels.join(", ")}`, { place, code: "bad-labels" });
  return labels;
}

