import { givenBy, type Decisions, type OutcomeColumns } from "../model/columns.ts";
import { quantileOf } from "../model/gate.ts";
import type { Compared } from "../report/compared.ts";
import { waitsOf } from "../report/latency.ts";
import { decidedOf, partOf } from "../report/partial.ts";
import { fillCosts, fillValues } from "../report/values.ts";
import type { Design } from "../stats/design.ts";
import { knownMean } from "../stats/known-mean.ts";
import type { Figures } from "./goals.ts";

/**
 * A policy's figures on the compared prompts: plain means and quantiles, as the report has them, without intervals. Null where nobody knows;
 * all of them where the policy decides too few of the prompts to be compared.
 *
 * @param columns those that the compared prompts are of
 */
export function figuresOf(compared: Compared, units: Design, columns: Pick<OutcomeColumns, "models" | "remotes" | "paths">, decisions: Decisions, metrics: readonly string[]): Figures {
  const values = new Float64Array(compared.n);
  const partial = partOf(decidedOf({ decisions }, compared), compared.n).partial !== undefined;
  const waits = new Map<string, ReturnType<typeof waitsOf>>();
  const one = (metric: string): number => {
    if (partial) return NaN;
    if (metric === "quality") {
      fillValues(compared, compared.quality, decisions, values);
      return knownMean(values);
    }
    if (metric === "costUsdPer1k") {
      fillCosts(compared, decisions, values);
      return knownMean(values);
    }
    if (metric.startsWith("share.")) return shareOf(compared, columns, decisions, columns.models.indexOf(metric.slice("share.".length)));
    const of = metric.startsWith("ttft") ? "ttftMs" : "latencyMs";
    if (!waits.has(of)) waits.set(of, waitsOf(compared, units, compared[of], decisions));
    const own = waits.get(of);
    return (metric.endsWith(".mean") ? own?.mean : own?.quantile(quantileOf(metric)?.p ?? NaN).value) ?? NaN;
  };
  return Object.fromEntries(metrics.map((metric) => [metric, known(one(metric))]));
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function shareOf({ at, n }: Compared, columns: Pick<OutcomeColumns, "models" | "remotes" | "paths">, decisions: Decisions, model: number): number {
  if (model < 0) return NaN;
  let sum = 0;
  for (const i of at) sum += givenBy(columns, decisions, model, i);
  return sum / n;
}
