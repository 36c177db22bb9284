import { GUESSED, LISTED, NAMED, SHAPED } from "./confidence.ts";
import { beside, matches, together } from "./finder.ts";

const WORDS = /\b(?:call(?:ing|ed)?|phone|telephone|tel|dial|mobile|cell|fax|text|reach|ring|whats ?app|sms|contact|hotline|registered|office|landline)\b/i;
const EXTENSION = "(?:\\s?(?:x|ext\\.?|extension)\\s?\\d{1,6})?";

/** Digits in a number, without those of an extension. */
function digitsOf(value: string): number {
  return value.replace(/(?:x|ext).*$/iu, "").replace(/\D/g, "").length;
}

function within(low: number, high: number, confidence: number) {
  return (value: string) => (digitsOf(value) >= low && digitsOf(value) <= high ? confidence : null);
}

/** Thousands that are parted by spaces, years from to, and a year with a number. */
function isQuantity(value: string): boolean {
  return /^\d{1,3}(?: \d{3})+$/.test(value) || /^(?:19|20)\d{2}[ -]\d{2,4}$/.test(value);
}

/**
 * Telephone numbers: international with + or 00 (E.164: at most 15 digits), North American, European with a leading 0, and groups of digits
 * with one separator. Digits in one run are none, since nothing tells them from a count; except after "+", or right after a word for a call.
 */
export const phone = together(
  matches("PHONE_NUMBER", new RegExp(`(?<![\\p{L}\\p{N}+])\\+[1-9]\\d{0,3}(?:[ .-]{0,2}\\(?\\d{1,5}\\)?){1,6}${EXTENSION}(?![\\p{L}\\p{N}])`, "iu"), within(7, 16, SHAPED)),
  matches("PHONE_NUMBER", new RegExp(`(?<![\\p{L}\\p{N}.-])00[1-9]\\d{0,2}(?:[ .-]\\(?\\d{2,6}\\)?){2,5}${EXTENSION}(?![\\p{L}\\p{N}])`, "iu"), within(9, 17, SHAPED)),
  matches("PHONE_NUMBER", new RegExp(`(?<![\\p{L}\\p{N}.-])(?:(?:\\+?0{0,2}1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[ .-])\\d{3}[ .-]\\d{4})${EXTENSION}(?![\\p{L}\\p{N}]|-\\d)`, "iu"), SHAPED),
  matches("PHONE_NUMBER", new RegExp(`(?<![\\p{L}\\p{N}.-])\\(?0\\d{1,4}\\)?(?:[ /.-]\\d{2,7}){1,5}${EXTENSION}(?![\\p{L}\\p{N}]|[-.]\\d)`, "iu"), within(8, 12, LISTED)),
  matches("PHONE_NUMBER", new RegExp(`(?<![\\p{L}\\p{N}.-])\\(\\d{2,4}\\) ?\\d{3,4}[ -]?\\d{3,4}${EXTENSION}(?![\\p{L}\\p{N}]|-\\d)`, "iu"), within(8, 12, LISTED)),
  matches("PHONE_NUMBER", new RegExp(`(?<![\\p{L}\\p{N}.,$€£/-])\\d{2,4}([ -])\\d{2,6}(?:\\1\\d{2,6}){0,4}${EXTENSION}(?![\\p{L}\\p{N}%/]|[-.,]\\d)`, "iu"), (value, text, start, end) => {
    const count = digitsOf(value);
    if (count < 7 || count > 15) return null;
    if (beside(text, start, WORDS, { end })) return NAMED;
    return isQuantity(value) || count > 12 ? null : GUESSED;
  }),
  matches("PHONE_NUMBER", /\b(?:call|phone|telephone|tel|dial|mobile|cell|fax|whatsapp)(?:s? (?:me|us|him|her|them|number|no))?(?: (?:on|at|is))?[.: ]{1,3}(?<value>\d{8,13})(?![\p{L}\p{N}]|[.-]\d)/iu, NAMED),
);
