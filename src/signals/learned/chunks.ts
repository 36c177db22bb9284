import type { RequestView } from "../request-view.ts";

const CJK = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
const IN_WORD = /\p{L}|\p{Nd}/u;

/** How far security signals look at a time: in quarters of a token, a rune being one, a word's start one more, a CJK rune six. */
export interface ChunkSize {
  readonly units: number;
  readonly overlapRunes: number;
}

export const PII_CHUNK: ChunkSize = { units: 128 * 4, overlapRunes: 64 };
export const JAILBREAK_CHUNK: ChunkSize = { units: 384 * 4, overlapRunes: 64 };

/** A text in overlapping pieces that a classifier can take in, each different one once (classifier_signal_text_window.go of vLLM Semantic Router). */
export function chunksOf(text: string, { units, overlapRunes }: ChunkSize): readonly string[] {
  if (text === "") return [];
  // Each UTF-16 unit is a unit at least, and at most six: most texts need no look at their runes.
  if (text.length * 6 <= units) return [text];
  const runes = [...text];
  const chunks = new Set<string>();
  for (let start = 0; ; ) {
    const end = endOf(runes, start, units);
    chunks.add(runes.slice(start, end).join(""));
    if (end === runes.length) return [...chunks];
    start = Math.max(start + 1, end - overlapRunes);
  }
}

/** All of a request's text in such pieces; with its history, what others said too. */
export function piecesOf({ text, otherTexts }: RequestView, history: boolean, size: ChunkSize): readonly string[] {
  return [text, ...(history ? otherTexts : [])].flatMap((one) => chunksOf(one, size));
}

function endOf(runes: readonly string[], start: number, most: number): number {
  let taken = 0;
  let inWord = false;
  let end = start;
  for (; end < runes.length; end++) {
    const rune = runes[end] as string;
    const letter = !CJK.test(rune) && IN_WORD.test(rune);
    const next = CJK.test(rune) ? 6 : letter && !inWord ? 2 : 1;
    if (end > start && taken + next > most) return end;
    taken += next;
    inWord = letter;
  }
  return end;
}
