import type { Estimates } from "./learned.ts";

/** Scores this close are equal: the rest is the rounding of sums. */
const TIE = 1e-12;

/**
 * For each prompt the model of highest score; ties go to the one expected to be cheaper (one of unknown cost last), then by name.
 * A model with score NaN is not chosen; -1 where all are NaN.
 *
 * @param scores fills [model] for a prompt
 */
export function bestScore(models: readonly string[], { costUsd, quality }: Estimates, scores: (prompt: number, into: Float64Array) => void): Int32Array {
  const byName = [...models.keys()].sort((a, b) => ((models[a] as string) < (models[b] as string) ? -1 : 1));
  const chosen = new Int32Array(quality[0]?.length ?? 0).fill(-1);
  const score = new Float64Array(models.length);
  for (let i = 0; i < chosen.length; i++) {
    scores(i, score);
    const cost = (m: number) => costOf(costUsd[m]?.[i] as number);
    let best = -1;
    for (const m of byName) {
      const own = score[m] as number;
      if (Number.isNaN(own)) continue;
      const lead = best < 0 ? Infinity : own - (score[best] as number);
      if (lead > TIE || (lead >= -TIE && cost(m) < cost(best))) best = m;
    }
    chosen[i] = best;
  }
  return chosen;
}

function costOf(usd: number): number {
  return Number.isNaN(usd) ? Infinity : usd;
}
