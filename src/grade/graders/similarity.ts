import { NoVector, type Embedder } from "../../model/embedder.ts";
import { ungraded, wrong, type Grader } from "../grader.ts";
import { withoutThinking } from "../normalize.ts";

/** Vectors that are kept, of references most of all: each model's answer is compared with the same. */
const MOST_KEPT = 4096;

/**
 * Similarity of meaning: the cosine of the vectors of answer and reference (sentence embeddings: Reimers and Gurevych 2019, arXiv 1908.10084), where
 * a negative one counts 0. An empty answer is 0, and the embedder is not asked for it; without a vector there is no grade. Vectors of two
 * embedders cannot be compared, and neither can grades: each embedder's are stored apart.
 */
export function similarity({ embed }: Pick<Embedder, "embed">, signal: AbortSignal): Grader {
  const kept = new Map<string, Promise<Float32Array>>();
  return {
    name: "similarity",
    version: 1,
    reference: "needed",
    check: (reference) => (reference.trim() === "" ? "is empty, and there is nothing to compare with" : null),
    async grade(text, { reference }) {
      const answer = withoutThinking(text);
      if (answer.trim() === "") return wrong("the answer is empty");
      try {
        const [a, b] = await Promise.all([vectorOf(answer), vectorOf(reference ?? "")]);
        if (a.length !== b.length) return ungraded(`the embedder gives vectors of ${a.length} and of ${b.length} dimensions`);
        const cos = cosine(a, b);
        if (Number.isNaN(cos)) return ungraded("a vector is zero, which points nowhere");
        return { quality: Math.min(1, Math.max(0, cos)), why: `cosine ${cos.toFixed(3)}` };
      } catch (error) {
        if (error instanceof NoVector) return ungraded(error.message);
        throw error;
      }
    },
  };

  function vectorOf(text: string): Promise<Float32Array> {
    const known = kept.get(text);
    if (known) return known;
    const asked = embed([text], signal).then(([vector]) => vector as Float32Array);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
    kept.set(text, asked);
    // Another time it may go well.
    asked.catch(() => kept.delete(text));
    return asked;
  }
}

/** In [-1,1] but for rounding; NaN where one of them is zero. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k] as number, b[k] as number];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / (Math.sqrt(aa) * Math.sqrt(bb));
}
