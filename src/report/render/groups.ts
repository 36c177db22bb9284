import type { Report, ReportPolicy } from "../../model/report.ts";

/** Policies as every table shows them. */
export interface PolicyGroup {
  /** What the group is called over a table. */
  readonly title: "models" | "policies" | "controls";
  /** Best quality first; unknown quality last. */
  readonly policies: readonly ReportPolicy[];
}

/** Models first, then configured policies, then controls; each by quality, empty groups left out. */
export function policyGroups(report: Report): PolicyGroup[] {
  const titles = ["models", "policies", "controls"] as const;
  return titles
    .map((title) => ({ title, policies: report.policies.filter((p) => groupOf(p) === title).sort(byQuality) }))
    .filter((group) => group.policies.length > 0);
}

export function groupOf(policy: ReportPolicy): PolicyGroup["title"] {
  if (policy.control) return "controls";
  return policy.kind === "always" ? "models" : "policies";
}

function byQuality(a: ReportPolicy, b: ReportPolicy): number {
  const difference = (b.quality.mean ?? -1) - (a.quality.mean ?? -1);
  if (difference !== 0) return difference;
  const [costA, costB] = [a, b].map((p) => p.costUsdPer1k?.mean ?? Number.MAX_VALUE) as [number, number];
  return costA - costB;
}
