import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileHash } from "../../lib/hash.ts";
import { WrpError } from "../../model/errors.ts";

/** What stands beside a model's file, or over a folder `onnx` that it is in, as Hugging Face's exports have it. */
export interface ModelFolder {
  /** Tokenizer of the model. */
  readonly tokenizer: { readonly path: string; readonly text: string };
  /** Most tokens that the model takes, with the special ones; null: nothing says. */
  readonly mostTokens: number | null;
  /** Labels by index, of `config.json`. */
  readonly labels: readonly string[] | null;
  /** How sentence-transformers pools its tokens; null: nothing says. */
  readonly pooling: "mean" | "cls" | null;
}

/** Models whose positions begin after the padding's: two fewer than the table of them has. */
const OFFSET_POSITIONS = ["roberta", "xlm-roberta", "camembert", "xlm-roberta-xl", "mpnet"];
/** Tokenizers that know no bound state a number like 1e30. */
const NO_BOUND = 1e6;

/** Reads it. Throws WrpError where there is no tokenizer, or a file is no JSON. @param tokenizer its path; default: tokenizer.json beside the model */
export async function readModelFolder(model: string, tokenizer?: string): Promise<ModelFolder> {
  const at = dirname(model);
  const folders = basename(at) === "onnx" ? [at, dirname(at)] : [at];
  const [config, tokenizerConfig, sentences, pooling] = await Promise.all(["config.json", "tokenizer_config.json", "sentence_bert_config.json", "1_Pooling/config.json"].map((name) => jsonIn(folders, name)));
  const path = tokenizer ?? (await firstOf(folders, "tokenizer.json"));
  if (path === null) throw new WrpError("the model has no tokenizer.json beside it", { hint: "tokenizer: path/to/tokenizer.json", place: { file: model }, code: "no-tokenizer" });
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new WrpError("no such tokenizer", { place: { file: path }, code: "no-tokenizer", cause: error });
  });
  const { truncation } = parsed(path, text) as { truncation?: { max_length?: unknown } | null };
  const positions = numberOf(config?.["max_position_embeddings"]);
  const bounds = [
    numberOf(truncation?.max_length),
    numberOf(tokenizerConfig?.["model_max_length"]),
    numberOf(sentences?.["max_seq_length"]),
    positions !== null && OFFSET_POSITIONS.includes(String(config?.["model_type"])) ? positions - 2 : positions,
  ].filter((bound) => bound !== null);
  return {
    tokenizer: { path, text },
    mostTokens: bounds.length > 0 ? Math.min(...bounds) : null,
    labels: labelsOf(config?.["id2label"]),
    pooling: pooling?.["pooling_mode_cls_token"] === true ? "cls" : pooling?.["pooling_mode_mean_tokens"] === true ? "mean" : null,
  };
}

/** SHA-256 of a model and of the weights beside it that a file of its own cannot hold. */
export async function modelHash(model: string): Promise<string> {
  const files = [model, `${model}_data`, `${model}.data`];
  const there = await Promise.all(files.map((file) => stat(file).then((found) => found.isFile(), () => false)));
  const hashes = await Promise.all(files.filter((_, k) => there[k]).map(fileHash));
  return hashes.join(" ");
}

/** Labels in order of index, from `{"0": "A", "1": "B"}`; null where they are no such thing. */
function labelsOf(id2label: unknown): readonly string[] | null {
  if (typeof id2label !== "object" || id2label === null) return null;
  const byIndex = id2label as Record<string, unknown>;
  const labels = Array.from({ length: Object.keys(byIndex).length }, (_, k) => byIndex[k]);
  return labels.length > 0 && labels.every((label) => typeof label === "string") ? (labels as string[]) : null;
}

async function firstOf(folders: readonly string[], name: string): Promise<string | null> {
  for (const folder of folders) if (await stat(join(folder, name)).then((found) => found.isFile(), () => false)) return join(folder, name);
  return null;
}

async function jsonIn(folders: readonly string[], name: string): Promise<Record<string, unknown> | null> {
  const path = await firstOf(folders, name);
  return path === null ? null : (parsed(path, await readFile(path, "utf8")) as Record<string, unknown>);
}

function parsed(file: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WrpError(`is no JSON: ${(error as Error).message}`, { place: { file }, code: "bad-model", cause: error });
  }
  if (typeof value !== "object" || value === null) throw new WrpError("is no JSON object", { place: { file }, code: "bad-model" });
  return value;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && value > 0 && value < NO_BOUND ? value : null;
}
