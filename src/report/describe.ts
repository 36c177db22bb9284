import { failedCalls } from "../model/columns.ts";
import { isLearned } from "../model/learned-specs.ts";
import { isOnline } from "../model/online-specs.ts";
import type { Report, ReportPolicy } from "../model/report.ts";
import type { Design } from "../stats/design.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy, ReportInput } from "./input.ts";

/** What was read and what of it is compared. */
export function describeWorkload(input: ReportInput, compared: Compared, units: Design): Report["workload"] {
  const { name, files, summary, duplicates } = input.workload;
  const { columns } = input;
  const perDataset = columns.datasets.map(() => 0);
  for (const i of compared.at) (perDataset[columns.stratum[i] as number] as number) += 1;
  return {
    name,
    prompts: compared.n,
    missing: columns.n - compared.n,
    rule:
      input.basis === "decisions" ? "no prompt has a graded outcome of several models: decisions only" : input.missing === "gap"
        ? "every model has a graded outcome; a failed call is a gap"
        : "every model has a graded outcome; a failed call counts as a refusal of quality 0 (failure-is-refusal)",
    read: summary.read,
    excluded: summary.excluded,
    filtered: summary.filtered,
    sampledOut: summary.sampledOut,
    duplicates,
    clusters: units.clusters,
    strata: new Set(Int32Array.from(compared.at, (i) => columns.stratum[i] as number)).size,
    datasets: columns.datasets.map((dataset, d) => ({ name: dataset, prompts: perDataset[d] as number })),
    files: files.map((file, f) => ({ name: file.name, format: file.format, sha256: file.sha256, prompts: summary.promptsPerFile[f] ?? 0 })),
  };
}

/** Of all prompts read: how many a model has graded, failed and priced. */
export function counts(input: ReportInput, model: string): { graded: number; failed: number; priced: number } {
  const m = input.columns.models.indexOf(model);
  const known = (column: Float64Array | undefined) => column?.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : 1), 0) ?? 0;
  return {
    graded: known(input.columns.quality[m]),
    failed: failedCalls(input.columns, m),
    priced: known(input.columns.costUsd[m]),
  };
}

/** The oracle's figures with what has to be said of them. */
export function describeOracle(
  oracle: DecidedPolicy | undefined,
  policies: readonly ReportPolicy[],
  compared: Compared,
): Report["metrics"]["oracle"] {
  const row = policies.find((p) => p.name === oracle?.name);
  if (!row || row.quality.mean === null) return null;
  let unsolved = 0;
  for (let k = 0; k < compared.n; k++) if (compared.quality.slice(0, compared.models).every((q) => (q[k] as number) <= 0)) unsolved++;
  return {
    quality: row.quality.mean,
    costUsdPer1k: row.costUsdPer1k?.mean ?? null,
    unsolved: unsolved / compared.n,
    label: `hindsight on ${compared.samples ? `the mean of up to ${compared.samples.perPrompt} samples` : "one sample"} per prompt and model, ties to the cheapest: biased upward, not reachable`,
  };
}

/** How the intervals were made, in a sentence. */
export function methodOf(units: Design, compared: Compared, input: ReportInput, curveResamples: number): string {
  const parts = [
    `stratified cluster bootstrap, ${input.resamples} resamples shared by all policies`,
    "means and differences: bootstrap-t, Student's t where a handful of prompts carry the spread; binary means and shares: Wilson, binary differences: adjusted Wald, both at the effective n",
    "AIQ: bootstrap-t; APGR, cost-matched mix: BCa; CPT: percentile; quantiles: order statistics",
    "verdicts over several policies: max-t, against mixes Bonferroni",
  ];
  if (curveResamples < input.resamples) parts.push(`curves: the first ${curveResamples} resamples`);
  if (input.policies.some(({ expectation }) => expectation?.choices))
    parts.push("learned curves: the wider of bias-corrected percentiles and Student's t at the resamples' own spread, bands by the largest |t| along the curve; intervals are given the fitted routers");
  const repeat = input.columns.samples?.perPrompt;
  if (repeat !== undefined) parts.push(`figures of a prompt are means of up to ${repeat} answers; latencies are of every answer`);
  if (units.units < units.clusters) parts.push(`${units.clusters} clusters dealt at random into ${units.units} groups`);
  if (input.fittedHull) parts.push("hull models and the zero router are fitted on the training part: intervals are given that fit");
  if (input.basis === "decisions") parts.push("costs and latencies that nobody saw are expectations, taken as they are: intervals cover the sampling of prompts only");
  if (compared.n < 2) parts.push("one prompt: no interval");
  return `${parts.join("; ")}.`;
}

/** Why a policy has no decision on some prompts. */
export function whyUndecided(kind: string): string {
  if (kind === "recorded") return "the others have no logged choice, or one that is no model of this run";
  if (kind === "command") return "to the others it gave no model, or an error";
  if (kind === "remote") return "the others it did not answer, or nothing graded its answer";
  if (kind === "threshold") return "the others lack its fact";
  if (isOnline({ kind })) return "the others have no text here";
  if (kind === "cascade" || kind === "best-of") return "of the others, what it goes by is not known on the way";
  if (kind === "automix") return "of the others, how sure the small model was is not known, or nothing to fit it on";
  if (kind === "frugal") return "of the others, what it goes by is not known on the way, or no cascade was found within the budget";
  if (isLearned({ kind })) return "the others have no text here, or nothing to be fitted on";
  if (kind === "vsr") return "the others are undetermined, have no model to go to, or are answered without one and not graded";
  return "the others have no model to go to";
}
