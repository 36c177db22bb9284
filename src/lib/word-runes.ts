const HAN = /\p{Script=Han}/u;
const LETTER_OR_DIGIT = /[\p{L}\p{Nd}]/u;

/** Whether a text has a Han rune. */
export function hasHan(text: string): boolean {
  return HAN.test(text);
}

/** Whether a text has a letter, a decimal digit or an underscore, as Go's `unicode` has them. */
export function hasWordRune(text: string): boolean {
  return text.includes("_") || LETTER_OR_DIGIT.test(text);
}
