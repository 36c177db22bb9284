import type { Span } from "../../model/encoder.ts";

/** Finds the spans of one family in a text, in time linear in it. */
export type Finder = (text: string) => Iterable<Span>;

/** What of a match counts: its confidence, or null where it is none after all. */
type Judge = (value: string, text: string, start: number, end: number) => number | null;

/**
 * The matches of a pattern, or of its group `value` where it has one. Every repetition in a pattern is bounded, so that each place of the
 * text costs at most a fixed number of steps.
 */
export function matches(kind: string, pattern: RegExp, judge: number | Judge): Finder {
  const grouped = pattern.source.includes("(?<value>");
  const regex = new RegExp(pattern.source, [...new Set([...pattern.flags, "g", "u", ...(grouped ? ["d"] : [])])].join(""));
  return function* find(text) {
    for (const match of text.matchAll(regex)) {
      const [start, end] = (grouped ? match.indices?.groups?.value : undefined) ?? [match.index, match.index + match[0].length];
      const confidence = typeof judge === "number" ? judge : judge(text.slice(start, end), text, start, end);
      if (confidence !== null && end > start) yield { kind, start, end, confidence };
    }
  };
}

export function together(...finders: readonly Finder[]): Finder {
  return function* find(text) {
    for (const one of finders) yield* one(text);
  };
}

/** Whether one of some words stands within `reach` characters before a place (or after the span that ends at `end`). */
export function beside(text: string, start: number, words: RegExp, { end, reach = 48 }: { readonly end?: number; readonly reach?: number } = {}): boolean {
  return words.test(text.slice(Math.max(0, start - reach), start)) || (end !== undefined && words.test(text.slice(end, end + 24)));
}
