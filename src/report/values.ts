import type { Decisions } from "../model/columns.ts";
import type { Compared } from "./compared.ts";

/**
 * Fills `into` with what a policy gets on each compared prompt of a [model][prompt] table: its choice's value, or a mixture's
 * expectation. NaN where it did not decide or the value is a gap (for a mixture: a gap of any model that it uses).
 */
export function fillValues(compared: Compared, table: readonly Float64Array[], decisions: Decisions, into: Float64Array): void {
  const { n, at } = compared;
  if (decisions.form === "choice") {
    for (let k = 0; k < n; k++) {
      const m = decisions.model[at[k] as number] as number;
      into[k] = m < 0 ? NaN : ((table[m] as Float64Array)[k] as number);
    }
    return;
  }
  into.fill(0);
  for (let m = 0; m < decisions.weights.length; m++) {
    const w = decisions.weights[m] as number;
    if (w === 0) continue;
    const column = table[m] as Float64Array;
    for (let k = 0; k < n; k++) (into[k] as number) += w * (column[k] as number);
  }
}

/**
 * Fills `into` with a policy's cost on each compared prompt, USD per 1,000. A policy that uses a model nobody priced has no cost
 * at all: the mean over its other prompts would be another policy's.
 */
export function fillCosts(compared: Compared, decisions: Decisions, into: Float64Array): void {
  const unpriced =
    decisions.form === "choice"
      ? compared.at.some((i) => compared.priced[decisions.model[i] as number] === false)
      : decisions.weights.some((w, m) => w > 0 && !compared.priced[m]);
  if (unpriced) into.fill(NaN);
  else fillValues(compared, compared.costUsdPer1k, decisions, into);
}

/** The one model that a policy sends every compared prompt to; -1 where there is no such model. */
export function constantModel(compared: Compared, decisions: Decisions): number {
  if (decisions.form === "mixture") {
    const used = [...decisions.weights.keys()].filter((m) => (decisions.weights[m] as number) > 0);
    return used.length === 1 ? (used[0] as number) : -1;
  }
  const first = decisions.model[compared.at[0] as number] as number;
  for (let k = 1; k < compared.n; k++) if (decisions.model[compared.at[k] as number] !== first) return -1;
  return first;
}

/** True where every value of the column is 0 or 1 (gaps aside). */
export function isBinary(column: Float64Array): boolean {
  for (const v of column) if (v !== 0 && v !== 1 && !Number.isNaN(v)) return false;
  return true;
}
