/** RouterArena's constants (arXiv 2510.00202; llm_evaluation/run.py at 4714a9a): USD per 1,000 queries, and β. */
const C_MAX = 200;
const C_MIN = 0.0044;
const BETA = 0.1;

export interface Arena {
  readonly clamped: number;
  readonly unguarded: number;
  readonly zeroWhenFree: number;
}

/**
 * Arena score S = (1+β)AC / (βA + C) with C = (log2 c_max - log2 c) / (log2 c_max - log2 c_min), as each of RouterArena's three
 * programs codes it. They differ at the edges: `clamped` refuses cost ≤ 0 and clamps to [c_min, c_max] (run.py); `unguarded`
 * does not clamp (compute_scores.py); `zeroWhenFree` gives 0 at cost ≤ 0 (process_pr_submission.py). NaN: no score exists.
 *
 * @param accuracy in [0,1]
 * @param costUsdPer1k USD per 1,000 queries
 */
export function arenaScore(accuracy: number, costUsdPer1k: number): Arena {
  if (Number.isNaN(accuracy) || Number.isNaN(costUsdPer1k)) return { clamped: NaN, unguarded: NaN, zeroWhenFree: NaN };
  const free = costUsdPer1k <= 0;
  return {
    clamped: free ? NaN : score(accuracy, Math.min(Math.max(costUsdPer1k, C_MIN), C_MAX)),
    unguarded: free ? NaN : score(accuracy, costUsdPer1k),
    zeroWhenFree: free ? 0 : score(accuracy, costUsdPer1k),
  };
}

function score(accuracy: number, cost: number): number {
  const c = (Math.log2(C_MAX) - Math.log2(cost)) / (Math.log2(C_MAX) - Math.log2(C_MIN));
  const below = BETA * accuracy + c;
  return below === 0 ? 0 : ((1 + BETA) * accuracy * c) / below;
}
