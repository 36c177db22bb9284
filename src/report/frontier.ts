import type { ReportPolicy } from "../model/report.ts";
import { dominatedBy, frontier, type Point } from "../stats/pareto.ts";
import type { Objective } from "./input.ts";

/** Cost and quality, latency where every judged policy has it, unless the run chooses; what nobody has is dropped, and said. */
export function objectivesOf(chosen: readonly Objective[] | null, policies: readonly ReportPolicy[], warnings: string[]): Objective[] {
  const judged = policies.filter((p) => !p.control);
  const has = (objective: Objective) => judged.some((p) => !Number.isNaN(valueOf(p, objective)));
  const wanted: readonly Objective[] =
    chosen ?? (judged.every((p) => !Number.isNaN(valueOf(p, "latency"))) ? ["cost", "quality", "latency"] : ["cost", "quality"]);
  const left = wanted.filter((o) => !has(o));
  const rest = wanted.filter(has);
  if (left.length > 0) warnings.push(`no policy has a known ${left.join(" or ")}: ${rest.length > 0 ? `the frontier stands on ${rest.join(" and ")} alone` : "there is no frontier"}`);
  return wanted.filter(has);
}

function valueOf(p: ReportPolicy, objective: Objective): number {
  switch (objective) {
    case "quality":
      return p.quality.mean ?? NaN;
    case "cost":
      return p.costUsdPer1k?.mean ?? NaN;
    case "latency":
      return p.latencyMs?.p95.value ?? NaN;
    case "privacy":
      return p.privacy?.leakRate.mean ?? NaN;
    case "safety":
      return p.safety?.attackReachRate.mean ?? NaN;
  }
}

/** Dominance among the judged policies that stand on (nearly) all compared prompts; a control is told who of them dominates it, but is never on the frontier. */
export function judge(policies: readonly ReportPolicy[], objectives: readonly Objective[], warnings: string[]): ReportPolicy[] {
  const directions = objectives.map((o) => (o === "quality" ? ("max" as const) : ("min" as const)));
  const point = (p: ReportPolicy): Point => ({ name: p.name, values: objectives.map((o) => valueOf(p, o)) });
  const judged = policies.filter((p) => !p.control && !p.partial).map(point);
  const partial = policies.flatMap(({ name, control, partial: part }) => (part && !control ? [`${name} (${part.prompts} of ${part.of})`] : []));
  if (partial.length > 0) warnings.push(`not placed on the frontier, since their figures are of fewer than 95 % of the compared prompts: ${partial.join(", ")}`);
  const front = new Set(objectives.length > 0 ? frontier(judged, directions) : []);
  const unplaced = judged.filter((p) => p.values.some((v) => Number.isNaN(v))).map((p) => p.name);
  if (unplaced.length > 0) warnings.push(`not placed on the frontier, for want of ${objectives.join(" or ")}: ${unplaced.join(", ")}`);
  return policies.map((p) => ({
    ...p,
    onFrontier: !p.control && front.has(p.name),
    dominatedBy: p.partial ? [] : (dominatedBy(p.control ? [...judged, point(p)] : judged, directions).get(p.name) ?? []),
  }));
}
