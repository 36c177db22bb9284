import type { Span } from "../../model/encoder.ts";
import { mod97 } from "./checks.ts";
import { CHECKED } from "./confidence.ts";

/** Lengths by country: SWIFT's IBAN registry. */
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22,
  DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21,
  HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27,
  MD: 24, ME: 22, MK: 19, MN: 20, MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24,
  RS: 22, RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29, VA: 22,
  VG: 24, XK: 20, YE: 30,
};

const HEAD = /(?<![\p{L}\p{N}])[a-z]{2}\d{2}(?=[ -]?[a-z0-9])/giu;

/** IBANs: a country's length, and the remainder 1 by 97. Spaces or hyphens may part groups. */
export function* iban(text: string): Iterable<Span> {
  for (const match of text.matchAll(HEAD)) {
    const length = LENGTHS[match[0].slice(0, 2).toUpperCase()];
    if (length === undefined) continue;
    let value = "";
    let at = match.index;
    // A separator counts only between two characters of the number, so the end is never one.
    for (; value.length < length && at < text.length; at++) {
      const c = text[at] as string;
      if (/[a-z0-9]/i.test(c)) value += c.toUpperCase();
      else if (!(c === " " || c === "-") || /[^a-z0-9]/i.test(text[at + 1] ?? " ")) break;
    }
    if (value.length === length && !/[\p{L}\p{N}]/u.test(text[at] ?? " ") && mod97(value.slice(4) + value.slice(0, 4)) === 1) yield { kind: "IBAN_CODE", start: match.index, end: at, confidence: CHECKED };
  }
}
