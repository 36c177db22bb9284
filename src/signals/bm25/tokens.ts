import anyAscii from "any-ascii";
import snowball from "snowball-stemmers";
import { STOP_WORDS } from "./stop-words.ts";

/** Words of ASCII text by UAX 29: letters, digits and underscores; a mark between two letters or two digits does not part them. */
const WORD = /\w+(?:(?:(?<=[a-z])[:.'](?=[a-z])|(?<=\d)[,;.'](?=\d))\w+)*/g;

const stemmer = snowball.newStemmer("english");

/**
 * A text's terms, as the `bm25` crate (2.3.2) makes them: in ASCII, in small letters, parted by UAX 29, without English stop words, stemmed by
 * Snowball's English. What is not ASCII is written in it by any-ascii's table here and by deunicode's there: the two differ in some scripts.
 */
export function termsOf(text: string): readonly string[] {
  return (anyAscii(text).toLowerCase().match(WORD) ?? []).filter((word) => /[a-z\d]/.test(word) && !STOP_WORDS.has(word)).map((word) => stemmer.stem(word));
}
