/** What a trial of a search came to. */
export interface Judged {
  /** Every objective the smaller the better; NaN where it is not known. */
  readonly costs: readonly number[];
  /** By how much it breaks constraints, all of them added up; 0: by nothing. */
  readonly violation: number;
}

/**
 * Whether a trial is better than another by Deb's rule: what is feasible before what is not, of two that are not the one that breaks less, of
 * two that are the one that dominates (Deb, Pratap, Agarwal and Meyarivan 2002, definition 1). What has an unknown objective is worse than
 * whatever has none.
 */
export function constrainedDominates(a: Judged, b: Judged): boolean {
  const [lacksA, lacksB] = [a.costs.some(Number.isNaN), b.costs.some(Number.isNaN)];
  if (lacksA || lacksB) return !lacksA && lacksB;
  if (a.violation > 0 || b.violation > 0) return a.violation < b.violation;
  let better = false;
  for (const [k, cost] of a.costs.entries()) {
    if (cost > (b.costs[k] as number)) return false;
    if (cost < (b.costs[k] as number)) better = true;
  }
  return better;
}

/** Places of the trials that are feasible and that none dominates, in their order; of equal ones the first. O(n²). */
export function feasibleFront(trials: readonly Judged[]): number[] {
  const sound = [...trials.keys()].filter((k) => (trials[k] as Judged).violation === 0 && !(trials[k] as Judged).costs.some(Number.isNaN));
  const first = new Map<string, number>();
  for (const k of sound) {
    const key = JSON.stringify((trials[k] as Judged).costs);
    if (!first.has(key)) first.set(key, k);
  }
  const each = [...first.values()];
  // By the first objective, so that most are dominated by one of the few that are kept.
  const sorted = each.toSorted((a, b) => compare((trials[a] as Judged).costs, (trials[b] as Judged).costs));
  const kept: number[] = [];
  for (const k of sorted) if (!kept.some((other) => constrainedDominates(trials[other] as Judged, trials[k] as Judged))) kept.push(k);
  return kept.toSorted((a, b) => a - b);
}

/** What stands before in this order is dominated by nothing behind it. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (const [k, value] of a.entries()) if (value !== b[k]) return value - (b[k] as number);
  return 0;
}
