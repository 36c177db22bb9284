import { hash } from "node:crypto";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Asked, Training } from "../router/learned/learned.ts";
import { rowsAt } from "../stats/rows.ts";
import type { PromptVectors } from "./prompt-vectors.ts";

/** The outcomes of these models; one that the columns lack has none. */
export function trainingAt(columns: OutcomeColumns, models: readonly string[], vectors: PromptVectors, at: readonly number[]): Training {
  const pick = (table: readonly Float64Array[]) =>
    models.map((name) => {
      const column = table[columns.models.indexOf(name)];
      return Float64Array.from(at, (i) => column?.[i] ?? NaN);
    });
  const clusters = new Map([...new Set(at.map((i) => columns.cluster[i]))].map((cluster, k) => [cluster, k]));
  return { ...knownAt(columns, vectors, at), quality: pick(columns.quality), costUsd: pick(columns.costUsd), cluster: Int32Array.from(at, (i) => clusters.get(columns.cluster[i]) as number) };
}

/** What is known of the prompts at these places before anything answers them. */
export function knownAt({ facts }: OutcomeColumns, { rows }: PromptVectors, at: readonly number[]): Asked {
  return { rows: rowsAt(rows, at), facts: new Map([...facts].map(([name, values]) => [name, Float64Array.from(at, (i) => values[i] as number)])) };
}

/** The places of prompts that have a text here. */
export function readablePlaces({ known }: PromptVectors): number[] {
  return Array.from(known.keys()).filter((i) => known[i] === 1);
}

/** A note where some prompts have none. @param where of which part of the data: ` of the training part` */
export function textless({ known }: Pick<PromptVectors, "known">, where: string): string[] {
  const without = known.reduce((sum, one) => sum + (one === 1 ? 0 : 1), 0);
  return without === 0 ? [] : [`${without} of ${known.length} prompts${where} have no text here, so nothing is learned or decided of them`];
}

/** Where fewer of the prompts' vectors differ than this share, it is said. */
const DIFFERING = 0.9;

/** A note where many prompts have a vector that another has too: nothing that is learned of vectors can tell those apart. */
export function alikeNote(read: PromptVectors, promptHash: BigUint64Array): string[] {
  const { rows } = read;
  const at = readablePlaces(read);
  const texts = new Set(at.map((i) => promptHash[i])).size;
  const vectors = new Set(at.map((i) => hash("sha1", new Uint8Array(rows.data.buffer, rows.data.byteOffset + i * rows.width * 4, rows.width * 4), "base64"))).size;
  if (vectors >= DIFFERING * texts) return [];
  return [`the ${texts} different prompts have ${vectors} different vectors: those that begin alike, for longer than the embedder reads, look the same to it, and are decided alike`];
}
