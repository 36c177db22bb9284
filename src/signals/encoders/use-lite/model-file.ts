import { hash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { docString, onnxFile } from "../../../lib/onnx-file.ts";
import { GRAPH_VERSION, useLiteGraph } from "./graph.ts";
import { readWeights, WEIGHTS_HASH } from "./weights.ts";

const FILE = `use-lite-${WEIGHTS_HASH.slice(0, 16)}-${GRAPH_VERSION}.onnx`;
const SEAL_BYTES = seal(Buffer.alloc(0)).length;

/**
 * Universal Sentence Encoder lite as an ONNX file (28 MB): from the folder, else made of the weights and left there for the next time. A file there
 * that is damaged is made again; where nothing can be written (or `folder` is null), it is made each time.
 */
export async function useLiteFile(folder: string | null): Promise<Buffer> {
  if (folder === null) return made();
  const path = join(folder, FILE);
  const kept = await readFile(path).catch(() => null);
  if (kept && isWhole(kept)) return kept;
  const bytes = await made();
  await keep(bytes, folder, path).catch(() => undefined);
  return bytes;
}

/** Writes it beside its place and moves it there, so that no other process ever reads a part of it. */
async function keep(bytes: Buffer, folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = await mkdtemp(join(folder, "new-"));
  try {
    await writeFile(join(draft, FILE), bytes);
    await rename(join(draft, FILE), path);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function made(): Promise<Buffer> {
  const bytes = onnxFile(useLiteGraph(await readWeights()));
  return Buffer.concat([bytes, seal(bytes)]);
}

/** The last field of the file: the hash of all before it. */
function seal(bytes: Buffer): Buffer {
  return docString(hash("sha256", bytes, "hex"));
}

function isWhole(file: Buffer): boolean {
  const end = file.length - SEAL_BYTES;
  return end > 0 && file.subarray(end).equals(seal(file.subarray(0, end)));
}
