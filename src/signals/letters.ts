/**
 * Letters, case and white space as Go's `unicode` and `strings` packages see them, where JavaScript sees them in another way. A rune is a
 * code point.
 */

export { hasHan, hasWordRune } from "../lib/word-runes.ts";

const BLANK = /[\t-\r \u{85}\u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}]/u;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const LETTER_OR_DIGIT = /[\p{L}\p{Nd}]/u;
const WORDS = /[\p{L}\p{Nd}]+/gu;
const UNITS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])[\p{L}\p{Nd}])+/gu;

/** `strings.TrimSpace`. JavaScript also cuts U+FEFF, and keeps U+0085. */
export function trim(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && BLANK.test(text[from] as string)) from++;
  while (to > from && BLANK.test(text[to - 1] as string)) to--;
  return text.slice(from, to);
}

/** `strings.ToLower`: rune by rune, so that İ becomes one i and a Σ at a word's end no final sigma. */
export function lower(text: string): string {
  return text.replaceAll("İ", "i").replaceAll("Σ", "σ").toLowerCase();
}

/** Whether a text has a Han, Hiragana, Katakana or Hangul rune. */
export function hasCjk(text: string): boolean {
  return CJK.test(text);
}

/** The different runs of letters and digits, in lower case. */
export function wordsOf(text: string): readonly string[] {
  return [...new Set((text.match(WORDS) ?? []).map(lower))];
}

/** Each Han, Hiragana, Katakana or Hangul rune is a unit, and so is each run of other letters and digits. */
export function textUnits(text: string): number {
  return text.match(UNITS)?.length ?? 0;
}

/** Whether the rune that ends before `at` (or starts at it) is a letter or digit that is not written without spaces. */
export function isLetterBefore(text: string, at: number): boolean {
  if (at <= 0) return false;
  const last = text.charCodeAt(at - 1);
  const low = last >= 0xdc00 && last <= 0xdfff;
  return isSpacedLetter(text.codePointAt(low ? at - 2 : at - 1) ?? 0);
}

export function isLetterAt(text: string, at: number): boolean {
  return at < text.length && isSpacedLetter(text.codePointAt(at) as number);
}

function isSpacedLetter(rune: number): boolean {
  if (rune < 0x80) return (rune >= 97 && rune <= 122) || (rune >= 65 && rune <= 90) || (rune >= 48 && rune <= 57);
  const text = String.fromCodePoint(rune);
  return LETTER_OR_DIGIT.test(text) && !CJK.test(text);
}
