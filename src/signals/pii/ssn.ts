import { NAMED, SHAPED } from "./confidence.ts";
import { beside, matches, together } from "./finder.ts";

const WORDS = /\b(?:ssn|social security|soc\.? sec)/i;

/** Areas 000, 666 and 900 to 999, group 00 and serial 0000 were never given out (SSA, since 2011). */
function isGivenOut(value: string): boolean {
  const digits = value.replace(/\D/g, "");
  return !/^(?:000|666|9)/.test(digits) && digits.slice(3, 5) !== "00" && digits.slice(5) !== "0000" && !["078051120", "219099999", "123456789"].includes(digits);
}

/** US social security numbers: 3-2-4 with hyphens; with spaces, dots or in one run only where words beside it say so. */
export const ssn = together(
  matches("US_SSN", /(?<![\p{L}\p{N}.-])\d{3}-\d{2}-\d{4}(?![\p{L}\p{N}]|-\d)/u, (value) => (isGivenOut(value) ? SHAPED : null)),
  matches("US_SSN", /(?<![\p{L}\p{N}.-])\d{3}(?<part>[ .]?)\d{2}\k<part>\d{4}(?![\p{L}\p{N}]|-\d)/u, (value, text, start) => (isGivenOut(value) && beside(text, start, WORDS) ? NAMED : null)),
);
