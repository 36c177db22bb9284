import { WrpError } from "../model/errors.ts";
import { parseGate, quantileOf, type Gate } from "../model/gate.ts";
import type { Judged } from "../stats/feasibility.ts";

/** What a search makes better. */
export const TUNE_OBJECTIVES = ["quality", "cost", "latency"] as const;
export type TuneObjective = (typeof TUNE_OBJECTIVES)[number];

/** The metric of each objective, as gates name it. */
export const METRIC_OF: Readonly<Record<TuneObjective, string>> = { quality: "quality", cost: "costUsdPer1k", latency: "latencyMs.p95" };

/** Figures by the names that gates give them; null: not known. */
export type Figures = Readonly<Record<string, number | null>>;

/** What a search is for. */
export interface Goals {
  readonly objectives: readonly TuneObjective[];
  readonly constraints: readonly Gate[];
}

/** A line that a policy must keep on the training part: `latencyMs.p95 < 2000`. Throws WrpError where it is none that a search can go by. */
export function constraintOf(expression: string): Gate {
  const gate = parseGate(expression);
  const { metric, op, factor } = gate;
  const known = metric === "quality" || metric === "costUsdPer1k" || metric.startsWith("share.") || metric.endsWith("Ms.mean") || quantileOf(metric) !== null;
  if (!known) throw new WrpError(`--subject-to "${expression}": ${metric} is not known of a trial`, { hint: "metrics: quality, costUsdPer1k, latencyMs.mean, latencyMs.p95, ttftMs.p95, share.MODEL" });
  if (op === "==" || op === "!=") throw new WrpError(`--subject-to "${expression}": a constraint is <, <=, > or >=`);
  if (factor !== 0) throw new WrpError(`--subject-to "${expression}": a constraint is a number, not a baseline`);
  return gate;
}

/** The metrics that trials are asked for: always what objectives are made of. */
export function metricsOf({ constraints }: Goals): string[] {
  return [...new Set([...Object.values(METRIC_OF), ...constraints.map(({ metric }) => metric)])];
}

/** A trial's figures as a search compares them. A constraint on what is not known is broken beyond all. */
export function judgedBy({ objectives, constraints }: Goals, figures: Figures): Judged {
  return {
    costs: objectives.map((objective) => (objective === "quality" ? -1 : 1) * (figures[METRIC_OF[objective]] ?? NaN)),
    violation: constraints.reduce((sum, constraint) => sum + broken(constraint, figures[constraint.metric] ?? null), 0),
  };
}

/** By what share of the bound (of 1, where that is 0) it is broken; 0: it is kept. */
function broken({ op, offset }: Gate, value: number | null): number {
  if (value === null) return Number.MAX_VALUE / 1e6;
  const over = (op.startsWith("<") ? value - offset : offset - value) / (Math.abs(offset) || 1);
  if (over > 0) return over;
  return over === 0 && !op.endsWith("=") ? Number.EPSILON : 0;
}
