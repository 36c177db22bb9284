import { isOneDigit, luhn, mod97, weighted } from "./checks.ts";
import { CHECKED } from "./confidence.ts";
import { beside, matches, together } from "./finder.ts";

const DNI = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Numbers of nine to twelve bare digits pass their check too often by chance, so a word for them has to stand beside them. */
function named(kind: string, pattern: RegExp, words: RegExp, holds: (digits: string) => boolean) {
  return matches(kind, pattern, (value, text, start, end) => {
    const digits = value.replace(/[^0-9A-Za-z]/g, "");
    return !isOneDigit(digits) && holds(digits) && beside(text, start, words, { end }) ? CHECKED : null;
  });
}

/** National numbers with a check digit that is simple: UK NHS, Spanish DNI and NIE, French NIR, Canadian SIN, Brazilian CPF, Polish PESEL, Australian TFN. */
export const nationalIds = together(
  named("UK_NHS", /(?<![\p{L}\p{N}.-])\d{3}([ -]?)\d{3}\1\d{4}(?![\p{L}\p{N}])/u, /\bnhs\b|health number/i, (d) => weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0),
  matches("ES_NIF", /(?<![\p{L}\p{N}])(?:\d{8}|[XYZ]\d{7})-?[A-Z](?![\p{L}\p{N}])/u, (value) => {
    const id = value.replace("-", "");
    const number = Number("XYZ".includes(id[0] as string) ? `${"XYZ".indexOf(id[0] as string)}${id.slice(1, 8)}` : id.slice(0, 8));
    return DNI[number % 23] === id[8] ? CHECKED : null;
  }),
  matches("FR_NIR", /(?<![\p{L}\p{N}])[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?![\p{L}\p{N}])/u, (value) => {
    const id = value.replaceAll(" ", "").replace("2A", "19").replace("2B", "18");
    return id.length === 15 && 97 - mod97(id.slice(0, 13)) === Number(id.slice(13)) ? CHECKED : null;
  }),
  named("CA_SIN", /(?<![\p{L}\p{N}.-])[1-9]\d{2}([ -]?)\d{3}\1\d{3}(?![\p{L}\p{N}])/u, /\bsin\b|social insurance/i, luhn),
  matches("BR_CPF", /(?<![\p{L}\p{N}.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\p{L}\p{N}])/u, (value) => (isCpf(value.replace(/\D/g, "")) ? CHECKED : null)),
  named("PL_PESEL", /(?<![\p{L}\p{N}.-])\d{11}(?![\p{L}\p{N}])/u, /\bpesel\b/i, (d) => weighted(d, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0),
  named("AU_TFN", /(?<![\p{L}\p{N}.-])\d{3}([ -]?)\d{3}\1\d{3}(?![\p{L}\p{N}])/u, /\btfn\b|tax file/i, (d) => weighted(d, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0),
);

function isCpf(digits: string): boolean {
  if (isOneDigit(digits)) return false;
  return [9, 10].every((n) => ((weighted(digits, Array.from({ length: n }, (_, i) => n + 1 - i)) * 10) % 11) % 10 === Number(digits[n]));
}
