import { ungraded, type Grader } from "../grader.ts";
import { rougeWords } from "../normalize.ts";

/** Words of the answer times words of the reference. Beyond it an answer is not graded: 65,536 words each, or a million against 4,000. */
const MOST_PAIRS = 2 ** 32;

/**
 * ROUGE-L: the longest common subsequence of words, as F1 of its shares in answer and reference. Lin 2004, "ROUGE: A Package for Automatic
 * Evaluation of Summaries", with beta 1 as in the rouge-score package.
 */
export const rougeL: Grader = {
  name: "rouge-l",
  version: 1,
  reference: "needed",
  check: (reference) => (rougeWords(reference).length === 0 ? "has no words" : null),
  grade(text, { reference }) {
    const [answer, expected] = [rougeWords(text), rougeWords(reference ?? "")];
    if (expected.length === 0) return ungraded("its reference has no words");
    if (answer.length * expected.length > MOST_PAIRS) return ungraded(`${answer.length} words against ${expected.length} are too many to compare`);
    return { quality: (2 * commonLength(answer, expected)) / (answer.length + expected.length), why: null };
  },
};

/**
 * Length of the longest common subsequence, 32 words at a time: Hyyrö 2004, "Bit-parallel LCS-length computation revisited". A bit of
 * `row` is 0 where the length grows.
 */
function commonLength(long: readonly string[], short: readonly string[]): number {
  const blocks = Math.ceil(short.length / 32);
  const places = new Map<string, [block: number, bits: number][]>();
  for (const [at, word] of short.entries()) {
    const found = places.get(word) ?? [];
    if (found.length === 0) places.set(word, found);
    const [block, bit] = [at >>> 5, 1 << (at & 31)];
    const last = found.at(-1);
    if (last?.[0] === block) last[1] |= bit;
    else found.push([block, bit]);
  }
  const row = new Uint32Array(blocks).fill(0xffffffff);
  for (const word of long) {
    const found = places.get(word);
    if (!found) continue;
    // Below the first block that has the word nothing changes, above it a carry may run.
    let [next, carry] = [0, 0];
    for (let block = (found[0] as [number, number])[0]; block < blocks; block++) {
      const bits = found[next]?.[0] === block ? (found[next++] as [number, number])[1] : 0;
      if (bits === 0 && carry === 0) {
        if (next >= found.length) break;
        block = (found[next] as [number, number])[0] - 1;
        continue;
      }
      const old = row[block] as number;
      const both = (old & bits) >>> 0;
      const sum = old + both + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      row[block] = (sum | (old & ~bits)) >>> 0;
    }
  }
  let length = 0;
  for (let at = 0; at < short.length; at++) if (((row[at >>> 5] as number) & (1 << (at & 31))) === 0) length++;
  return length;
}
