import type { Interval, Report, ReportPolicy } from "../../model/report.ts";
import { policyGroups } from "./groups.ts";

/** The policy table as CSV: one row per policy in the order of every table, units in the column names, gaps empty. */
export function renderCsv(report: Report): string {
  const policies = policyGroups(report).flatMap((group) => group.policies);
  const models = [...new Set([...report.models.map((m) => m.name), ...policies.flatMap((p) => Object.keys(p.share))])];
  const several = policies.some((p) => p.calls);
  const rows = policies.map((policy) => ({ ...row(policy), ...(several ? { callsPerPrompt: policy.calls?.perPrompt.mean } : {}), ...shares(policy, models) }));
  const header = Object.keys(rows[0] ?? { ...row(NO_POLICY), ...shares(NO_POLICY, models) });
  return [header, ...rows.map((cells) => Object.values(cells))].map((cells) => `${csvLine(cells)}\n`).join("");
}

/** What a CSV cell may hold; a gap is an empty cell. */
export type CsvCell = string | number | boolean | null | undefined;

/** One record, without its line end. RFC 4180 quoting; text that a spreadsheet would run as a formula gets a leading '. */
export function csvLine(cells: readonly CsvCell[]): string {
  return cells.map(csvCell).join(",");
}

function csvCell(cell: CsvCell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function row(policy: ReportPolicy): Record<string, CsvCell> {
  const { quality, costUsdPer1k: cost, latencyMs: latency, errorRate, costMatchedMix: mix, aiq, arena } = policy;
  return {
    policy: policy.name,
    kind: policy.kind,
    control: policy.control,
    hindsight: policy.hindsight,
    onFrontier: policy.onFrontier,
    simulated: policy.simulated.join(" "),
    expected: policy.expected.join(" "),
    surrogates: policy.surrogates?.join(" "),
    quality: quality.mean,
    ...bounds("quality", quality.ci),
    qualityPrompts: quality.n,
    costUsdPer1k: cost?.mean,
    ...bounds("costUsdPer1k", cost?.ci),
    costPrompts: cost?.n,
    latencyMsP50: latency?.p50.value,
    ...bounds("latencyMsP50", latency?.p50.ci),
    latencyMsP95: latency?.p95.value,
    ...bounds("latencyMsP95", latency?.p95.ci),
    latencyMsP99: latency?.p99.value,
    ...bounds("latencyMsP99", latency?.p99.ci),
    latencyMsMean: latency?.mean,
    latencyPrompts: latency?.n,
    errorRate: errorRate.mean,
    ...bounds("errorRate", errorRate.ci),
    mixQualityDifference: mix?.difference,
    ...bounds("mixQualityDifference", mix?.ci),
    mixVerdict: mix?.verdict,
    aiqPaper: aiq?.paper,
    aiqCode: aiq?.code,
    arenaClamped: arena?.clamped,
    privacyLeakRate: policy.privacy?.leakRate.mean,
    safetyAttackReachRate: policy.safety?.attackReachRate.mean,
    safetyAttackAnsweredRate: policy.safety?.attackAnsweredRate?.mean,
    safetyFalseRefusalRate: policy.safety?.falseRefusalRate?.mean,
  };
}

function bounds(name: string, ci: Interval | undefined): Record<string, CsvCell> {
  return { [`${name}Low`]: ci?.[0], [`${name}High`]: ci?.[1] };
}

function shares(policy: ReportPolicy, models: readonly string[]): Record<string, CsvCell> {
  return Object.fromEntries(
    models.map((model) => [`share ${model}`, Object.hasOwn(policy.share, model) ? policy.share[model]?.mean : 0]),
  );
}

/** Gives an empty report its header. */
const NO_POLICY: ReportPolicy = {
  name: "",
  kind: "",
  control: false,
  hindsight: false,
  description: "",
  quality: { mean: null, ci: null, n: 0 },
  costUsdPer1k: null,
  latencyMs: null,
  ttftMs: null,
  share: {},
  errorRate: { mean: null, ci: null, n: 0 },
  costMatchedMix: null,
  gainAtBestSingle: null,
  gapAtOracle: null,
  simulated: [],
  expected: [],
  onFrontier: false,
  dominatedBy: [],
};
