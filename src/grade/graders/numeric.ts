import { right, ungraded, wrong, type Grader } from "../grader.ts";
import { asciiDigits } from "../normalize.ts";

/**
 * The number that an answer ends up with. In this order: after the last `####` (GSM8K, Cobbe et al. 2021); in the last `\boxed{}`; right
 * after the last "answer is" or "Answer:"; the last number of all. Thousands separators of any locale, signs, currency, per cent, units,
 * fractions, powers of ten and words such as million are read; where a number can be read in two ways ("1.234", "45 %"), one that is right is enough.
 *
 * Right is: equal; or within a millionth of the reference (whole numbers must be equal); or, where the reference has decimals and at least
 * two digits that count, stated to more decimals than it and rounding to it: 0.00479 is met by 0.004791 but not by 0.0048.
 */
export const numeric: Grader = {
  name: "numeric",
  version: 1,
  reference: "needed",
  check(reference) {
    const numbers = numbersOf(reference);
    return numbers.length === 1 ? null : numbers.length === 0 ? "has no number" : "has more than one number";
  },
  grade(text, { reference }) {
    const wanted = numbersOf(reference ?? "").at(0);
    if (!wanted) return ungraded("its reference has no number");
    const found = finalNumber(text);
    if (!found) return wrong("it has no number");
    return found.some((value) => meets(value, wanted)) ? right : wrong(`its number is ${(found[0] as Reading).text}`);
  },
};

/** One way to read a number. */
interface Reading {
  readonly text: string;
  readonly value: number;
  /** Its digits, where it is written as a whole number. */
  readonly whole: string | null;
  readonly decimals: number;
  /** Digits from the first that is not zero. */
  readonly digits: number;
}

const RELATIVE = 1e-6;

function meets(answer: Reading, readings: readonly Reading[]): boolean {
  const reference = readings[0] as Reading;
  return readings.some((wanted) => {
    if (answer.whole !== null && wanted.whole !== null) return answer.whole === wanted.whole;
    const off = Math.abs(answer.value) - Math.abs(wanted.value);
    if (answer.value * wanted.value < 0) return false;
    if (Number.isInteger(answer.value) && Number.isInteger(wanted.value)) return answer.value === wanted.value;
    if (Math.abs(off) <= RELATIVE * Math.abs(wanted.value)) return true;
    if (wanted !== reference || wanted.decimals === 0 || wanted.digits < 2 || answer.decimals <= wanted.decimals) return false;
    const half = 0.5 * 10 ** -wanted.decimals;
    return off >= -half * (1 + 1e-9) && off < half * (1 - 1e-9);
  });
}

/** Of an answer that is longer, so many UTF-16 units are read at its end. */
const READ = 100_000;
/** Longest number that is read: digits beyond it belong to no answer. */
const LONGEST = 400;

const MARKS = [
  /####\s*/g,
  /\\boxed\s*\{\s*/g,
  /(?:answer|ANSWER|Answer|Antwort|Ergebnis|Lösung|réponse|Réponse|résultat|Résultat|respuesta|Respuesta|resultado|Resultado|resposta|Resposta|risposta|Risposta|ответ|Ответ|答案|答え|答|result|Result|total|Total)(?:\s+(?:is|was|equals|ist|lautet|beträgt|est|es|é|è|number))*\s*(?:[:：=]|[是为為はが]|(?<=(?:is|was|equals|ist|lautet|beträgt|est|es|é|è))\s)\s*/gu,
];
const LEAD = /^[\s*_(["'“~≈=$£€¥₹]*(?:(?:about|approximately|approx\.?|roughly|around|exactly|etwa|ungefähr|genau|environ|exactement|aproximadamente|約|约|[A-Za-z]\s*=|\\\(|\\\[|\\\$|US|USD|EUR|GBP|Rs\.?|R\$)[\s*_$£€¥₹]*){0,3}(?=[-−–+]?[\s$£€¥₹]*[\d.\\])/u;

function finalNumber(text: string): readonly Reading[] | null {
  const plain = plainNumbers(text.length > READ ? text.slice(-READ) : text);
  for (const mark of MARKS) {
    const marked = [...plain.matchAll(mark)].at(-1);
    if (!marked) continue;
    const rest = plain.slice(marked.index + marked[0].length, marked.index + marked[0].length + 2 * LONGEST);
    if (mark === MARKS[2] && !LEAD.test(rest)) continue;
    const line = rest.split("\n")[0] as string;
    // "The answer is 6 × 7 = 42": what the sentence comes to.
    const from = mark === MARKS[2] ? (line.split(/[.;!?](?:\s|$)/)[0] as string).lastIndexOf("=") + 1 : 0;
    const found = numbersIn(line.slice(from))[0];
    if (found) return found;
  }
  const numbers = numbersIn(plain);
  return numbers.at(-1) ?? spelled(text);
}

function numbersOf(reference: string): (readonly Reading[])[] {
  const plain = plainNumbers(reference);
  const solution = plain.lastIndexOf("####");
  const numbers = numbersIn(solution < 0 ? plain : (plain.slice(solution + 4).trim().split("\n")[0] as string));
  // A reference is written by who made the data: with a point for decimals, unless it cannot be.
  return numbers.map((readings) => readings.filter(({ text }) => text === readings[0]?.text));
}

const VULGAR: Readonly<Record<string, string>> = { "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8" };
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The same text with plain digits, signs, fractions and powers. */
function plainNumbers(text: string): string {
  const powers = text
    .replaceAll(/[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/g, (sign) => ` ${VULGAR[sign]}`)
    .replaceAll(/(?<=10)[⁻⁺]?[⁰¹²³⁴-⁹]{1,4}/g, (power) => `^${[...power].map((sign) => (sign === "⁻" ? "-" : sign === "⁺" ? "" : SUPERSCRIPT.indexOf(sign))).join("")}`)
    .replaceAll(/[⁻⁺]?[⁰¹²³⁴-⁹]{1,9}/g, "");
  return asciiDigits(powers.replaceAll(/[٫]/g, ".").replaceAll(/[٬]/g, ","))
    .replaceAll(/[０-９．，％－＋]/g, (wide) => wide.normalize("NFKC"))
    .replaceAll(/[−‐‑﹣]/g, "-")
    .replaceAll(/\\[dt]?frac\s{0,3}\{\s{0,3}(-?[\d.,]{1,40})\s{0,3}\}\s{0,3}\{\s{0,3}(-?[\d.,]{1,40})\s{0,3}\}/g, " $1/$2 ")
    .replaceAll("{,}", ",")
    .replaceAll(/(?<=\d)\\[,;!: ](?=\d)/g, "")
    .replaceAll(/\\([$%])/g, "$1")
    .replaceAll(/\*\*|__|[`]/g, "");
}

/** Blanks of all widths that group thousands. */
const GAP = "[ \\u00A0\\u2009\\u202F]";
const DIGITS = String.raw`(?:\d{1,3}(?:${GAP}\d{3})+(?!\d)(?:[.,]\d+)?|\d[\d.,'’_]{0,${LONGEST}})`;
const NUMBER = new RegExp(
  String.raw`(?<sign>[-–+]?)(?<currency>\s?(?:US|R|A|C)?[$£€¥₹₩]\s?|(?<![\p{L}])(?:USD|EUR|GBP|CHF|INR|JPY|Rs\.?|Fr\.?|kr)\s?)?(?<inner>-?)(?<main>${DIGITS}|\.\d{1,${LONGEST}})(?:[eE](?<exponent>[-+]?\d{1,3})(?![\d\p{L}])|\s?(?:[×x*·]|\\times|\\cdot)\s?10\s?(?:\^|\*\*)\s?[{(]?(?<power>[-+]?\d{1,3})[)}]?)?(?:\s?/\s?(?<under>\d{1,20})(?![\d/]))?(?<percent>\s?(?:%|percent\b|per cent\b|Prozent\b|pour cent\b|por ciento\b|por cento\b))?(?:\s?(?<scale>thousand|million|billion|trillion|Tausend|tausend|Millionen|Million|Mio\.?|Milliarden|Milliarde|Mrd\.?|milliards?|millions|millones|millón|mil millones|milhões|milhão|[kKMB](?![\p{L}\p{N}/])|万|萬|億|亿|兆))?`,
  "gu",
);
const SCALES: Readonly<Record<string, number>> = {
  k: 3, thousand: 3, tausend: 3, m: 6, million: 6, millions: 6, millionen: 6, mio: 6, millones: 6, millón: 6, milhões: 6, milhão: 6, b: 9, billion: 9, milliarden: 9, milliarde: 9,
  mrd: 9, milliard: 9, milliards: 9, "mil millones": 9, trillion: 12, 万: 4, 萬: 4, 億: 8, 亿: 8, 兆: 12,
};

/** All numbers of a text, each with the ways to read it, the likeliest first. */
function numbersIn(plain: string): (readonly Reading[])[] {
  const found: (readonly Reading[])[] = [];
  let mixed: { end: number; whole: number } | null = null;
  for (const match of plain.matchAll(NUMBER)) {
    const { sign = "", currency, inner, main = "", exponent, power, under, percent, scale } = match.groups as Record<string, string | undefined>;
    const before = plain[match.index - 1] ?? "";
    if (/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}_]/u.test(before) && sign === "" && !currency && main !== "") continue;
    const isNegative = inner === "-" || ((sign === "-" || sign === "–") && !/[\p{L}\p{N})\]]/u.test(before));
    const tens = Number(exponent ?? power ?? 0);
    const readings = spellings(main).flatMap((plainText) => {
      const value = Number(plainText) * 10 ** tens;
      const values = under !== undefined && Number(under) !== 0 ? [value / Number(under)] : [value];
      return values.map((each): Reading => reading((isNegative ? -1 : 1) * each, plainText, isNegative, tens === 0 && under === undefined));
    });
    // "1 3/4"
    if (under !== undefined && mixed && /^\s{1,2}$/.test(plain.slice(mixed.end, match.index)) && readings[0] && readings[0].value < 1) {
      const sum = mixed.whole < 0 ? mixed.whole - readings[0].value : mixed.whole + readings[0].value;
      found.pop();
      readings.splice(0, readings.length, reading(sum, String(sum), sum < 0, false));
    }
    const size = SCALES[(scale ?? "").replace(/\.$/, "").toLowerCase()];
    const more = readings.flatMap((each) => [
      ...(percent ? [scaled(each, -2)] : []),
      ...(size === undefined ? [] : [scaled(each, size)]),
    ]);
    const all = [...readings, ...more].filter(({ value }) => Number.isFinite(value));
    if (all.length === 0) continue;
    found.push(all);
    mixed = under === undefined && !percent && Number.isInteger(readings[0]?.value) ? { end: match.index + match[0].trimEnd().length, whole: readings[0]?.value as number } : null;
  }
  return found;
}

function reading(value: number, text: string, isNegative: boolean, isPlain: boolean): Reading {
  const [integer = "", fraction = ""] = text.split(".");
  const digits = `${integer}${fraction}`.replace(/^0+/, "");
  const whole = isPlain && fraction === "" ? integer.replace(/^0+(?=\d)/, "") : null;
  return { text: `${isNegative ? "-" : ""}${text.replace(/^-/, "")}`, value: value === 0 ? 0 : value, whole: whole === null ? null : `${isNegative && whole !== "0" ? "-" : ""}${whole}`, decimals: isPlain ? fraction.length : 0, digits: digits.length };
}

const scaled = ({ text, value }: Reading, tens: number): Reading => ({ text, value: tens < 0 ? value / 10 ** -tens : value * 10 ** tens, whole: null, decimals: 0, digits: 0 });

/** A number's digits with a point for decimals: one way, or two where a separator can be either. */
function spellings(written: string): string[] {
  const main = written.replace(/[.,'’_]+$/, "").replaceAll(/[\s'’_\u00A0\u2009\u202F]/g, "");
  const separators = main.replaceAll(/\d/g, "");
  if (separators === "") return [main];
  const lastOf = separators.at(-1) as string;
  const other = lastOf === "," ? "." : ",";
  const decimal = (sign: string) => main.replaceAll(sign === "." ? "," : ".", "").replace(sign, ".");
  const groups = main.split(lastOf);
  const grouped = groups.slice(1).every((group, i) => group.length === 3 || (group.length === 2 && i < groups.length - 2)) && /^\d{1,3}$/.test(groups[0] as string);
  if (separators.includes(other)) {
    // Both are there: the last one is the decimal sign, if it stands once.
    return groups.length === 2 ? [decimal(lastOf)] : [main.replaceAll(/[.,]/g, "")];
  }
  if (groups.length > 2) return grouped ? [groups.join("")] : [groups.slice(-2).join(".")];
  if (lastOf === ",") return grouped && !main.startsWith("0") ? [groups.join(""), decimal(",")] : [decimal(",")];
  return grouped && !/^0|^\./.test(main) ? [decimal("."), groups.join("")] : [decimal(".")];
}

const WORDS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    "zero none null cero zéro", "one eins ein eine un une uno una", "two zwei deux dos", "three drei trois tres", "four vier quatre cuatro", "five fünf cinq cinco", "six sechs seis",
    "seven sieben sept siete", "eight acht huit ocho", "nine neun neuf nueve", "ten zehn dix diez", "eleven elf onze once", "twelve zwölf douze doce",
  ].flatMap((words, value) => words.split(" ").map((word) => [word, value])),
);

/** "Five", "Seven days.": a number in words, where that is (nearly) all of the answer. */
function spelled(text: string): readonly Reading[] | null {
  if (text.length > 60) return null;
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const value = WORDS[words[0] ?? ""];
  return value === undefined || words.length > 3 ? null : [reading(value, String(value), false, true)];
}
