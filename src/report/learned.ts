import { isLearned } from "../model/learned-specs.ts";
import { isOnline } from "../model/online-specs.ts";
import type { ReportPolicy } from "../model/report.ts";

/** Shares below it are 0.0 %. */
const LEAST_SHARE = 0.0005;
/** Differences this small, in quality and as a share of a cost, are of sums. */
const ROUNDING = 1e-9;

/**
 * Told of each policy that is learned or learns as it goes, or makes several calls for an answer, and does not beat the static mix of models at its own cost: many published routers do not. By the
 * simultaneous interval, as the verdicts.
 */
export function learnedWarnings(policies: readonly ReportPolicy[]): string[] {
  return policies.flatMap((policy) => {
    if ((!isLearned(policy) && !isOnline(policy) && !policy.calls) || policy.hindsight || policy.quality.mean === null) return [];
    const { name, costMatchedMix: mix } = policy;
    if (!mix) return [`${name} stands beside no static mix of its cost: ${policy.costUsdPer1k?.mean == null ? "what it costs is not known" : "it costs less than the cheapest model, or part of its cost is not known"}`];
    const interval = mix.simultaneousCi;
    if (interval && interval[0] > 0) return [];
    const shares = Object.entries(mix.weights)
      .filter(([, share]) => share >= LEAST_SHARE)
      .map(([model, share]) => `${(100 * share).toFixed(1)} % ${model}`);
    const dearer = (policy.costUsdPer1k?.mean ?? 0) > mix.costUsdPer1k * (1 + ROUNDING);
    if (!dearer && interval?.every((bound) => Math.abs(bound) < ROUNDING)) return [`${name} is no better than a static mix, drawn blindly: it is one (${shares.join(", ")})`];
    const by = `quality ${signed(mix.difference)}${interval ? `, interval ${interval.map(signed).join(" to ")}` : ", without an interval"}`;
    return [`${name} ${interval && interval[1] < 0 ? "is worse than" : "does not beat"} a static mix of ${dearer ? "a lower" : "the same"} cost, drawn blindly (${shares.join(", ")}): ${by}`];
  });
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
}
