import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contentHash } from "../../src/lib/hash.ts";

export interface Label {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

export interface Sentence {
  readonly text: string;
  readonly labels: readonly Label[];
  /** What the sentence was made from: sentences of one template differ in names and numbers alone. */
  readonly template: string;
}

interface Row {
  readonly full_text: string;
  readonly masked: string;
  readonly spans: readonly { readonly entity_type: string; readonly start_position: number; readonly end_position: number }[];
}

const SENTENCES = "pii/synth_dataset_v2.first750.json";
const CASES = "vllm-sr-cases/pii_detection_cases.json";

export function hasLabelled(data: string): boolean {
  return existsSync(join(data, SENTENCES)) && existsSync(join(data, CASES));
}

/** Presidio's labelled sentences. Its offsets count code points; ours UTF-16 units. */
export function labelledSentences(data: string): readonly Sentence[] {
  const rows = JSON.parse(readFileSync(join(data, SENTENCES), "utf8")) as readonly Row[];
  return rows.map(({ full_text: text, masked, spans }) => {
    const unit = [0];
    for (const rune of text) unit.push((unit.at(-1) as number) + rune.length);
    const labels = spans.map((span) => ({ kind: span.entity_type, start: unit[span.start_position] as number, end: unit[span.end_position] as number }));
    return { text, template: masked, labels };
  });
}

/** Half of the templates, by their hash, are held out: the patterns were written with the others in sight. */
export function isHeldOut({ template }: Sentence): boolean {
  return Number.parseInt(contentHash(template)[0] as string, 16) % 2 === 1;
}

export interface Case {
  readonly question: string;
  readonly pii_type: string;
  readonly expected_blocked: boolean;
}

/** Upstream's own cases: one kind that is in each question. */
export function upstreamCases(data: string): readonly Case[] {
  return JSON.parse(readFileSync(join(data, CASES), "utf8")) as readonly Case[];
}
