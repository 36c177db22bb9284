import type { Candidate, Selection } from "./algorithm.ts";

/** The candidate with the highest score that the domain of the decision's name gives it, 1 where it gives none; the first of equals. */
export function staticChoice(candidates: readonly Candidate[], scoreOf: (model: string) => number | undefined): Selection {
  const scores = Object.fromEntries(candidates.map(({ name }) => [name, scoreOf(name) ?? 1]));
  const best = candidates.reduce((a, b) => ((scores[b.name] as number) > (scores[a.name] as number) ? b : a));
  return { model: best.name, score: scores[best.name] as number, confidence: 1, scores, why: "the first of the highest static score" };
}
