import type { PairedComparison, PolicyComparison } from "../../../model/comparison.ts";
import { count, counted, GAP, interval, percent, signed } from "../numbers.ts";
import { metricFormat, metricWords, noChange, verdictWords } from "../words.ts";

/** What is compared, in a line. */
export function headline({ a, b, prompts }: PolicyComparison): string {
  const side = (one: PolicyComparison["a"]) => `${one.label}${one.label.includes(one.run) ? "" : ` (run ${one.run})`}${one.simulated ? " ~" : ""}`;
  return `${side(a)} against ${side(b)}: ${counted(prompts.paired, "prompt")} compared`;
}

/** How the prompts came together. */
export function pairing({ prompts }: PolicyComparison): string {
  const parts = [counted(prompts.paired, "prompt"), `${count(prompts.clusters)} independent`];
  if (prompts.left > 0) parts.push(`${count(prompts.left)} left out (a model that either uses has no grade there)`);
  if (prompts.onlyA + prompts.onlyB > 0) parts.push(`${count(prompts.onlyA)} only in the first, ${count(prompts.onlyB)} only in the second`);
  return parts.join(", ");
}

/** A comparison's cells: metric, both values, difference with its interval, verdict in words. */
export function cellsOf(comparison: PairedComparison): { metric: string; a: string; b: string; difference: string; ci: string; verdict: string } {
  const format = rateOr(comparison.metric);
  return {
    metric: metricWords(comparison.metric),
    a: format(comparison.a),
    b: format(comparison.b),
    difference: signed(comparison.difference, format),
    ci: interval(comparison.simultaneousCi ?? comparison.ci, format) || GAP,
    verdict: noChange(comparison) ? "no change" : verdictWords(comparison.verdict, comparison.verdict === "inconclusive" ? comparison.nToSettle : undefined),
  };
}

/** The prompts that go elsewhere, and where to. */
export function movement({ moved, prompts }: PolicyComparison, most: number): string {
  const flows = moved.flows.slice(0, most).map(({ from, to, count: n }) => `${from} → ${to} ${count(n)}`);
  const rest = moved.flows.length - flows.length;
  const words = [...flows, ...(rest > 0 ? [`${count(rest)} more`] : [])].join(", ");
  return `${counted(moved.count, "prompt")} of ${count(moved.n)}${moved.n < prompts.paired ? " that both decide" : ""} (${moved.n === 0 ? GAP : percent(moved.count / moved.n)}) go to another model${words === "" ? "" : `: ${words}`}`;
}

/** What the numbers rest on. */
export function grounds({ a, b }: PolicyComparison): string[] {
  return [
    ...(a.simulated || b.simulated ? ["~ simulated: intervals cover the sampling of prompts only"] : []),
    "differences are the first minus the second; intervals 95 %, paired, over all slices of a metric by Bonferroni",
  ];
}

function rateOr(metric: string): (value: number) => string {
  return metric.endsWith("Rate") || metric === "goodput" ? percent : metricFormat(metric);
}
