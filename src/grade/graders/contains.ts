import { quoted, right, wrong, type Grader } from "../grader.ts";
import { oneBlank, straightQuotes } from "../normalize.ts";

/** The reference occurs in the answer, letter for letter; white space and typographic quotes do not matter. */
export const contains: Grader = occurs("contains", (text) => text);

/** The same, and upper or lower case does not matter either. */
export const icontains: Grader = occurs("icontains", (text) => text.toLowerCase());

function occurs(name: string, fold: (text: string) => string): Grader {
  const plain = (text: string) => fold(oneBlank(straightQuotes(text.normalize("NFC"))));
  return {
    name,
    version: 1,
    reference: "needed",
    check: (reference) => (reference.trim() === "" ? "is empty, and occurs in every answer" : null),
    grade: (text, { reference }) => (plain(text).includes(plain(reference ?? "")) ? right : wrong(`${quoted(reference ?? "")} does not occur in it`)),
  };
}
