import type { Decisions } from "../model/columns.ts";
import type { ReportPolicy } from "../model/report.ts";
import { quantileRanks, WeightedValues } from "../stats/quantiles.ts";
import type { Compared } from "./compared.ts";

/**
 * Quantiles of the latency that a policy's users wait, milliseconds. A mixture's is the mixture of its models' distributions;
 * its interval takes the ranks of `n` prompts on it. Null where no compared prompt has a latency.
 */
export function latencyOf(compared: Compared, table: readonly Float64Array[], decisions: Decisions): ReportPolicy["latencyMs"] {
  if (table.length === 0) return null;
  const values: number[] = [];
  const weights: number[] = [];
  const take = (m: number, k: number, weight: number): void => {
    const value = m < 0 ? NaN : ((table[m] as Float64Array)[k] as number);
    if (weight === 0 || Number.isNaN(value)) return;
    values.push(value);
    weights.push(weight);
  };
  let n = 0;
  for (let k = 0; k < compared.n; k++) {
    const before = values.length;
    if (decisions.form === "choice") take(decisions.model[compared.at[k] as number] as number, k, 1);
    else for (let m = 0; m < decisions.weights.length; m++) take(m, k, decisions.weights[m] as number);
    if (values.length > before) n++;
  }
  if (n === 0) return null;
  const distribution = new WeightedValues(values, weights);
  const quantile = (p: number) => {
    const ranks = quantileRanks(n, p);
    return {
      value: distribution.quantile(p),
      ci: ranks ? ([distribution.quantile((ranks[0] + 1) / n), distribution.quantile((ranks[1] + 1) / n)] as [number, number]) : null,
    };
  };
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), mean: distribution.mean, n };
}
