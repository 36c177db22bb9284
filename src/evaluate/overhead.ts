import type { Report } from "../model/report.ts";
import type { SessionTimes } from "../router/index.ts";
import { quantileStep } from "../stats/quantiles.ts";

type Overhead = NonNullable<Report["timing"]["overhead"]>[number];

const MS_PER_HOUR = 3_600_000;

/** The same with what 1,000 decisions cost, at a price of the machine. @param hourUsd USD per hour; undefined: nobody states one */
export function withCost(overhead: Overhead, hourUsd: number | undefined): Overhead {
  if (hourUsd === undefined || overhead.meanMs === null) return overhead;
  return { ...overhead, usdPer1k: (1000 * overhead.meanMs * hourUsd) / MS_PER_HOUR };
}

/** What deciding through a session took, a decision. The first one, which waits for the start, is told apart. */
export function overheadOf(policy: string, decisions: number, { startMs, eachMs }: SessionTimes): Overhead {
  const sorted = Float64Array.from(eachMs).sort();
  const at = (p: number) => (sorted.length === 0 ? null : quantileStep(sorted, p));
  return {
    policy,
    decisions,
    startMs,
    meanMs: sorted.length === 0 ? null : sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
  };
}
