import { weighted } from "./checks.ts";
import { CHECKED, NAMED } from "./confidence.ts";
import { beside, matches, together } from "./finder.ts";

/** US routing numbers (ABA's check: 3, 7, 1), account numbers, and SWIFT codes, each only beside words that say so. */
export const bank = together(
  matches("US_BANK_ROUTING", /(?<![\p{L}\p{N}.-])(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}(?![\p{L}\p{N}]|-\d)/u, (value, text, start) =>
    weighted(value, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && beside(text, start, /\brouting|\baba\b|\brtn\b/i) ? CHECKED : null,
  ),
  matches("US_BANK_NUMBER", /\b(?:bank account|account|acct|a\/c)(?: (?:number|no|num|nr|#))?\.?(?: is|:| #)?[ #:]{0,3}(?<value>\d[\d-]{4,17}\d)(?![\p{L}\p{N}])/iu, NAMED),
  matches("SWIFT_CODE", /\b(?:swift|bic)(?: code)?(?: is|:)?\s{1,3}(?<value>[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?![\p{L}\p{N}])/u, NAMED),
);
