import type { Comparison, Report, ReportPolicy } from "../model/report.ts";
import { METRIC_OF, type Figures, type TuneObjective } from "./goals.ts";

/** A figure of a held-out policy with its interval; null: not known. */
export interface HeldOutFigure {
  readonly value: number;
  readonly ci: readonly [number, number] | null;
}

/** What of a policy is judged beside the default, on held-out data. */
export type Against = "dominates the default on held-out data" | "does not dominate the default on held-out data" | "is not compared with the default";

/** The metric of a report's comparisons that an objective goes by: latencies are compared by their means. */
const COMPARED_BY: Readonly<Record<TuneObjective, Comparison["metric"]>> = { quality: "quality", cost: "costUsdPer1k", latency: "latencyMs" };

/** A policy's figures in a report, by objective; of one that decides too few of the prompts to be compared, none. */
export function heldOutFigures(policy: ReportPolicy, objectives: readonly TuneObjective[]): Readonly<Record<string, HeldOutFigure | null>> {
  const figure = (value: number | null | undefined, ci: ReportPolicy["quality"]["ci"] | undefined) => (value === null || value === undefined || policy.partial ? null : { value, ci: ci ?? null });
  return Object.fromEntries(
    objectives.map((objective) => {
      if (objective === "quality") return [METRIC_OF[objective], figure(policy.quality.mean, policy.quality.ci)];
      if (objective === "cost") return [METRIC_OF[objective], figure(policy.costUsdPer1k?.mean, policy.costUsdPer1k?.ci)];
      return [METRIC_OF[objective], figure(policy.latencyMs?.p95.value, policy.latencyMs?.p95.ci)];
    }),
  );
}

/** What a search made look better than it is: the training part's figure less the held-out one's, turned so that above 0 is too good. */
export function optimismOf(train: Figures, test: Readonly<Record<string, HeldOutFigure | null>>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(test).map(([metric, held]) => {
      const seen = train[metric] ?? null;
      return [metric, held === null || seen === null ? null : (metric === "quality" ? 1 : -1) * (seen - held.value)];
    }),
  );
}

/**
 * Whether a policy dominates the default: in each objective it is better (the simultaneous interval of the paired difference is clear of 0), or
 * equivalent within a stated margin, or the two differ on no prompt; and in one at least it is better.
 */
export function againstDefault({ comparisons, policies }: Pick<Report, "comparisons" | "policies">, name: string, own: string, objectives: readonly TuneObjective[]): { readonly verdicts: Readonly<Record<string, string>>; readonly words: Against } {
  const partial = policies.some((policy) => policy.partial && (policy.name === name || policy.name === own));
  const found = objectives.map((objective) => (partial ? undefined : comparisons.find(({ a, b, metric }) => a === name && b === own && metric === COMPARED_BY[objective])));
  const verdicts = Object.fromEntries(objectives.map((objective, k) => [objective, found[k] ? said(found[k]) : "unknown"]));
  if (found.includes(undefined)) return { verdicts, words: "is not compared with the default" };
  const words = Object.values(verdicts);
  const dominates = words.every((word) => word !== "worse" && word !== "inconclusive") && words.includes("better");
  return { verdicts, words: dominates ? "dominates the default on held-out data" : "does not dominate the default on held-out data" };
}

function said({ verdict, difference, ci }: Comparison): string {
  return difference === 0 && ci !== null && ci[0] === 0 && ci[1] === 0 ? "same" : verdict;
}
