import { readFileSync } from "node:fs";
import type { Classifier, Encoder } from "../../model/encoder.ts";
import { headClassifier, type HeadFile } from "./head.ts";

/** Heads that ship, by the type of signal they read. `npm run train:heads` makes them; docs/models/ says what they are worth. */
export const HEADS = ["domain", "jailbreak", "complexity"] as const;

export type HeadName = (typeof HEADS)[number];

/**
 * A built-in classifier: its weights (some kilobytes) are read here, its encoder loads with the first text.
 *
 * @param encoder the built-in one: heads are trained on its vectors
 */
export function builtInHead(name: HeadName, encoder: Encoder): Classifier {
  return headClassifier(`the built-in ${name} head`, encoder, readHead(name));
}

export function readHead(name: HeadName): HeadFile {
  return JSON.parse(readFileSync(new URL(`../../../datasets/heads/${name}.json`, import.meta.url), "utf8")) as HeadFile;
}
