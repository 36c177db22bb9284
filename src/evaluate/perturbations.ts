import type { Random } from "../stats/random.ts";

/** The ways in which prompts are written otherwise, without asking anything else. */
export const PERTURBATIONS = ["typos", "case", "paraphrase"] as const;
export type PerturbationKind = (typeof PERTURBATIONS)[number];

/** One way of writing a text otherwise. */
export interface Perturbation {
  readonly kind: PerturbationKind;
  readonly name: string;
  written(text: string, draw: Random): string;
}

/** Share of letters with a typo. Digits have none: another number is another question. */
const TYPO_RATE = 0.05;

const ALL: readonly Perturbation[] = [
  { kind: "typos", name: `typos in ${100 * TYPO_RATE} % of letters`, written: withTypos },
  { kind: "case", name: "lower case", written: (text) => text.toLowerCase() },
  { kind: "case", name: "upper case", written: (text) => text.toUpperCase() },
  { kind: "case", name: "title case", written: (text) => text.replace(/\p{L}+/gu, (word) => `${[...word].slice(0, 1).join("").toUpperCase()}${[...word].slice(1).join("").toLowerCase()}`) },
  { kind: "paraphrase", name: "polite frame", written: (text) => `Hello! Could you please help me with this?\n\n${text}\n\nMany thanks in advance.` },
  { kind: "paraphrase", name: "told first", written: (text) => `Here is something that I would like you to answer as well as you can: ${text}` },
  { kind: "paraphrase", name: "told last", written: (text) => `${text}\n\nThis is all that I know. What do you answer?` },
];

/** The perturbations of these kinds, in a fixed order. */
export function perturbationsOf(kinds: readonly PerturbationKind[]): Perturbation[] {
  return ALL.filter(({ kind }) => kinds.includes(kind));
}

/** Of each letter drawn: it changes place with the one behind it, is left out, or stands twice, each as often. */
function withTypos(text: string, draw: Random): string {
  const letters = [...text];
  const isLetter = (k: number) => /^\p{L}$/u.test(letters[k] ?? "");
  const written: string[] = [];
  for (let k = 0; k < letters.length; k++) {
    const letter = letters[k] as string;
    if (!isLetter(k) || draw.next() >= TYPO_RATE) {
      written.push(letter);
      continue;
    }
    const slip = draw.below(3);
    if (slip === 0 && isLetter(k + 1)) written.push(letters[++k] as string, letter);
    else if (slip !== 1) written.push(letter, letter);
  }
  return written.join("");
}
