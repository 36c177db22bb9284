import type { Decisions, OutcomeColumns } from "../model/columns.ts";
import type { ReportPolicy } from "../model/report.ts";
import { meanOf } from "../stats/means.ts";
import { analyticInterval, proportionInterval } from "../stats/intervals.ts";
import type { DecidedPolicy } from "./input.ts";
import { reportedPolicy, type OwnFigures, type Subject } from "./policies.ts";
import { servedOf } from "./remote.ts";
import { fillValues, isBinary } from "./values.ts";

/**
 * A policy's row on the basis of decisions: shares, expected cost and mean latency, privacy and safety by where prompts go. What only
 * answers could tell is a gap; but of the live router's own choices, what was logged is told as it was.
 */
export function decidedPolicy(subject: Subject, logged: OutcomeColumns | null): OwnFigures {
  const row = withoutVerdicts(reportedPolicy(subject));
  const { optimality: _optimality, regret: _regret, versusReference: _versus, arena: _arena, goodput: _goodput, ...known } = row;
  if (isLive(subject.policy) && logged) {
    const seen = reportedPolicy({ ...subject, columns: logged, compared: { ...subject.compared, latencyMs: logged.latencyMs, ttftMs: logged.ttftMs } });
    return { ...known, quality: loggedQuality(subject, logged), latencyMs: seen.latencyMs, ttftMs: seen.ttftMs, errorRate: seen.errorRate, ...(seen.goodput ? { goodput: seen.goodput } : {}), ...(seen.safety ? { safety: seen.safety } : {}) };
  }
  if (servedOf(subject.policy.decisions)) return { ...known, ...(_goodput ? { goodput: _goodput } : {}) };
  const nothing = { value: null, ci: null };
  const mean = row.latencyMs?.mean ?? null;
  return {
    ...known,
    // A distribution of means is not the distribution of waits.
    latencyMs: mean === null ? null : { p50: nothing, p95: nothing, p99: nothing, mean, n: row.latencyMs?.n ?? 0 },
    ttftMs: null,
    errorRate: { mean: null, ci: null, n: 0 },
  };
}

/** What answers alone could tell of safety; where prompts go is known. */
function withoutVerdicts({ safety, ...row }: OwnFigures): OwnFigures {
  return safety && safety.attackReachRate.n > 0 ? { ...row, safety: { attackReachRate: safety.attackReachRate } } : row;
}

/** What of a row is expected: all that is known of a policy but the live router, whose cost is where the log lacks any part of it. */
export function expectedFigures(policy: DecidedPolicy, row: OwnFigures, columns: OutcomeColumns, logged: OutcomeColumns | null): string[] {
  if (servedOf(policy.decisions)) return [];
  if (isLive(policy) && logged) return costFilled(policy.decisions, columns, logged) ? ["costUsdPer1k"] : [];
  return [...(row.costUsdPer1k ? ["costUsdPer1k"] : []), ...(row.latencyMs ? ["latencyMs"] : [])];
}

/** What a reader of a report without outcomes must know. */
export function blindWarnings(policies: readonly ReportPolicy[], n: number): string[] {
  const partial = policies.flatMap((p) => (p.costUsdPer1k && p.costUsdPer1k.n < n ? [`the cost of ${p.name} is known on ${p.costUsdPer1k.n} of ${n} prompts`] : []));
  return ["no prompt has a grade of several models: this report stands on decisions; costs and latencies are expected, quality is not known", ...partial];
}

function costFilled(decisions: Decisions, columns: OutcomeColumns, logged: OutcomeColumns): boolean {
  const gap = ({ costUsd }: OutcomeColumns, m: number, i: number) => Number.isNaN((costUsd[m] as Float64Array)[i] as number);
  return decisions.form === "choice" && decisions.model.some((m, i) => m >= 0 && gap(logged, m, i) && !gap(columns, m, i));
}

function isLive(policy: DecidedPolicy): boolean {
  return policy.kind === "recorded";
}

function loggedQuality({ policy, compared, units }: Subject, logged: OutcomeColumns): OwnFigures["quality"] {
  const values = new Float64Array(compared.n);
  fillValues(compared, logged.quality, policy.decisions, values);
  const mean = meanOf(units, values);
  if (mean.n === 0) return { mean: null, ci: null, n: 0 };
  return { mean: mean.mean, ci: isBinary(values) ? proportionInterval(mean) : analyticInterval(mean, { low: 0, high: 1 }), n: mean.n };
}
