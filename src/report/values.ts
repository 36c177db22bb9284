import { isDecided, modelsUsed, type Decisions } from "../model/columns.ts";
import type { Compared } from "./compared.ts";

/**
 * Fills `into` with what a policy gets on each compared prompt of a [model][prompt] table: its choice's value, or the
 * expectation over its probabilities. NaN where it did not decide or the value is a gap (of any model that it may call there).
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
  for (let k = 0; k < n; k++) into[k] = isDecided(decisions, at[k] as number) ? 0 : NaN;
  for (const m of modelsUsed(decisions)) {
    const column = table[m] as Float64Array;
    const own = decisions.form === "mixture" ? null : (decisions.weights[m] as Float64Array);
    for (let k = 0; k < n; k++) {
      const w = own ? (own[at[k] as number] as number) : (decisions.weights[m] as number);
      if (w > 0) (into[k] as number) += w * (column[k] as number);
    }
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
      : modelsUsed(decisions).some((m) => !compared.priced[m]);
  if (unpriced) into.fill(NaN);
  else fillValues(compared, compared.costUsdPer1k, decisions, into);
}

/** The one model that a policy sends every compared prompt to; -1 where there is no such model. */
export function constantModel(compared: Compared, decisions: Decisions): number {
  if (decisions.form !== "choice") {
    const [only, ...others] = modelsUsed(decisions);
    return only !== undefined && others.length === 0 && compared.at.every((i) => isDecided(decisions, i)) ? only : -1;
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
