/**
 * How texts are made alike before they are compared. Each takes time linear in the text's length.
 */

/**
 * What is left of an answer without the reasoning that some models write before it, between <think> and </think>. Reasoning that never
 * ends leaves nothing: the answer was not reached.
 */
export function withoutThinking(text: string): string {
  const opened = /^\s*<(think|thinking)>/.exec(text);
  const close = opened ? `</${opened[1]}>` : "</think>";
  if (!opened && !text.includes(close)) return text;
  const end = text.indexOf(close);
  return end < 0 ? "" : text.slice(end + close.length).trimStart();
}

/** Canonical Unicode, line ends as \n, no white space around. */
export const trimmed = (text: string): string => text.normalize("NFC").replaceAll(/\r\n?/g, "\n").trim();

/** Typographic quotes and apostrophes become straight ones. */
export const straightQuotes = (text: string): string => text.replaceAll(/[‘’‚‛′]/g, "'").replaceAll(/[“”„‟″]/g, '"');

/** Each run of white space becomes one blank. */
export const oneBlank = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** Of punctuation, what carries meaning at the end of an answer: "C#", "50%". */
const EDGE = /[\s\p{P}`^~]/u;
const MEANS = "#%‰@&§";

/**
 * Alike apart from case, punctuation at the ends and white space: compatibility forms (full width) and typographic quotes are made plain;
 * a minus before a number stays; white space beside punctuation and between CJK characters is dropped.
 */
export function normalized(text: string): string {
  const plain = oneBlank(straightQuotes(text.normalize("NFKC")).toLowerCase())
    .replaceAll(/[−‐‑–—](?=\d)/g, "-")
    .replaceAll(/ (?=[\p{P}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}])|(?<=[\p{P}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]) /gu, "");
  let start = 0;
  let end = plain.length;
  while (start < end && isEdge(plain[start] as string) && !(plain[start] === "-" && /\d/.test(plain[start + 1] ?? ""))) start++;
  while (end > start && isEdge(plain[end - 1] as string)) end--;
  return plain.slice(start, end);
}

/** What answers have in common that count as the same: their texts without reasoning, normalised. */
export const sameAnswer = (text: string): string => normalized(withoutThinking(text));

const isEdge = (character: string): boolean => EDGE.test(character) && !MEANS.includes(character);

/** A character that is a word by itself. Korean is written with blanks, so it is not among them. */
const CJK = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]`;

/**
 * Words for token F1: lower case, punctuation dropped, then the English articles, as in the evaluation script of SQuAD 1.1
 * (Rajpurkar et al. 2016). Beyond it: punctuation of all of Unicode, and each Chinese or Japanese character is a word.
 */
export function squadWords(text: string): string[] {
  const bare = straightQuotes(text.normalize("NFC")).toLowerCase().replaceAll(/[\p{P}$+<=>^`|~]/gu, "");
  return wordsOf(bare.replaceAll(/(?<![\p{L}\p{N}_])(?:an?|the)(?![\p{L}\p{N}_])/gu, " ").replaceAll(SPLIT_CJK, " $& "), /\S+/gu);
}

/**
 * Words for ROUGE: lower case, letters and digits only, no stemming, as in the rouge-score package; beyond it, letters of all alphabets
 * with their marks, and each Chinese or Japanese character is a word.
 */
export const rougeWords = (text: string): string[] => wordsOf(text.normalize("NFC").toLowerCase().replaceAll(SPLIT_CJK, " $& "), /[\p{L}\p{N}\p{M}]+/gu);

const SPLIT_CJK = new RegExp(CJK, "gu");

const wordsOf = (text: string, word: RegExp): string[] => text.match(word) ?? [];

/** Digits of all scripts become 0 to 9. */
export function asciiDigits(text: string): string {
  return text.replaceAll(/(?![0-9])\p{Nd}/gu, (character) => {
    // Decimal digits stand in runs of ten, which begin where the last character before is none.
    const code = character.codePointAt(0) as number;
    let zero = code;
    while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String(code - zero);
  });
}
