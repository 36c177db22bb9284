import type { LearnedReader } from "../kind.ts";

/** Two readers of one type, each of some of its specs. */
export function both(a: LearnedReader | null, b: LearnedReader | null): LearnedReader | null {
  if (!a || !b) return a ?? b;
  return {
    surrogate: a.surrogate || b.surrogate,
    async read(views, findings) {
      await a.read(views, findings);
      await b.read(views, findings);
    },
  };
}
