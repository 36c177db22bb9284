import { isOneDigit, luhn } from "./checks.ts";
import { CHECKED } from "./confidence.ts";
import { matches } from "./finder.ts";

/** Issuers' first digits and lengths (ISO/IEC 7812 ranges as the networks publish them). */
const ISSUERS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^3(?:0[0-5]|095|[689])/, [14, 15, 16, 17, 18, 19]], // Diners Club
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]], // Discover
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
  [/^(?:2131|1800)/, [15]], // JCB's older numbers
  [/^62/, [16, 17, 18, 19]], // UnionPay
  [/^(?:50|5[6-9]|6)/, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
];

/** Card numbers of a known issuer and length with a right check digit, in one run or in groups of a kind. */
export const creditCard = matches("CREDIT_CARD", /(?<![\p{L}\p{N}_.+-])\d(?:[ -]?\d){11,18}(?![\p{L}\p{N}_]|[.-]\d)/u, (value) => {
  const groups = value.split(/[ -]/);
  if (groups.length > 1 && (!groups.every((group) => group.length >= 3 && group.length <= 7) || (value.includes(" ") && value.includes("-")))) return null;
  const digits = groups.join("");
  const known = ISSUERS.some(([first, lengths]) => first.test(digits) && lengths.includes(digits.length));
  return known && luhn(digits) && !isOneDigit(digits) ? CHECKED : null;
});
