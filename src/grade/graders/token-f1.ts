import { type Grader } from "../grader.ts";
import { squadWords } from "../normalize.ts";

/**
 * Token F1 of answer and reference as bags of words: Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions for Machine Comprehension of Text",
 * with the normalisation of its evaluation script. Where one of them has no words, 1 if both have none, else 0 (SQuAD 2.0).
 */
export const tokenF1: Grader = {
  name: "token-f1",
  version: 1,
  reference: "needed",
  check: () => null,
  grade: (text, { reference }) => ({ quality: f1(squadWords(text), squadWords(reference ?? "")), why: null }),
};

function f1(answer: readonly string[], reference: readonly string[]): number {
  if (answer.length === 0 || reference.length === 0) return answer.length === reference.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of reference) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of answer) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared++;
  }
  return (2 * shared) / (answer.length + reference.length);
}
