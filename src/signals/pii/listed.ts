import type { Span } from "../../model/encoder.ts";
import { LISTED } from "./confidence.ts";
import { CITIES } from "./cities.ts";
import { COUNTRIES } from "./countries.ts";
import type { Finder } from "./finder.ts";
import { NATIONALITIES } from "./nationalities.ts";

const WORD = /[\p{L}\p{N}]+(?:['’.&-][\p{L}\p{N}]+)*\.?/gu;

/**
 * The longest entries of a list that stand in a text as whole words: as the list writes them, all in capitals, or (those of one word, where
 * `small` is a rule that lets them) all in small letters.
 */
function listed(kind: string, entries: readonly string[], small: (entry: string) => boolean): Finder {
  const byFirst = new Map<string, string[]>();
  for (const entry of entries) {
    for (const form of new Set([entry, entry.toUpperCase(), ...(small(entry) ? [entry.toLowerCase()] : [])])) {
      const first = form.split(" ", 1)[0] as string;
      byFirst.set(first, [...(byFirst.get(first) ?? []), form].sort((a, b) => b.length - a.length));
    }
  }
  return function* find(text): Iterable<Span> {
    for (const match of text.matchAll(WORD)) {
      const candidates = byFirst.get(match[0]) ?? byFirst.get(match[0].replace(/(?:['’]s|\.)$/u, ""));
      const form = candidates?.find((one) => text.startsWith(one, match.index) && !/[\p{L}\p{N}]/u.test(text[match.index + one.length] ?? " "));
      if (form !== undefined) yield { kind, start: match.index, end: match.index + form.length, confidence: LISTED };
    }
  };
}

const COUNTRY_NAMES = new Set(COUNTRIES);

/** Small letters are trusted for countries of one long word alone ("china" is a ware, "nice" is a word). */
export const countriesAndCities = listed("GPE", [...COUNTRIES, ...CITIES], (entry) => COUNTRY_NAMES.has(entry) && entry.length > 5 && !entry.includes(" ") && entry !== "Turkey" && entry !== "Guinea");
export const nationalities = listed("NRP", NATIONALITIES, (entry) => entry !== "Polish" && entry !== "Orthodox");
