import { WrpError } from "./errors.ts";

/** A line that a metric of a policy must stay on the right side of: `metric op factor·baseline + offset`. */
export interface Gate {
  /** As the user wrote it. */
  readonly expression: string;
  readonly metric: string;
  readonly op: GateOp;
  /** 0: the line is a number, and no baseline is needed. */
  readonly factor: number;
  readonly offset: number;
  /** The policy it is about; null: every policy under test. */
  readonly policy: string | null;
}

export type GateOp = ">=" | ">" | "<=" | "<" | "==" | "!=";

/** Metrics of fixed name; besides these, `latencyMs.pNN`, `ttftMs.pNN` and `share.MODEL`. */
export const GATE_METRICS = [
  "quality", "costUsdPer1k", "latencyMs.mean", "latencyMs.p50", "latencyMs.p95", "latencyMs.p99", "ttftMs.mean", "ttftMs.p50", "ttftMs.p95", "ttftMs.p99",
  "errorRate", "goodput", "privacy.leakRate", "privacy.leakedPrompts", "safety.attackReachRate", "safety.attackAnsweredRate", "safety.falseRefusalRate", "costMatchedMix", "share.MODEL",
] as const;

const QUANTILE = /^(latencyMs|ttftMs)\.p(\d{1,2}(?:\.\d+)?)$/;

/** The quantile that a metric's name asks for, as a share; null where it asks for none. */
export function quantileOf(metric: string): { readonly of: "latencyMs" | "ttftMs"; readonly p: number } | null {
  const match = QUANTILE.exec(metric);
  const p = Number(match?.[2]) / 100;
  return match && p > 0 && p < 1 ? { of: match[1] as "latencyMs" | "ttftMs", p } : null;
}

const COMPARISON = /^(.*?)(>=|<=|==|!=|>|<)(.*)$/s;

/**
 * Reads `quality >= baseline - 0.01`, `costUsdPer1k <= 0.8 * baseline`, `latencyMs.p95 < 2000`, `errorRate < 5 %`. The right side is a
 * sum of numbers and multiples of the baseline. Throws WrpError.
 */
export function parseGate(expression: string, policy: string | null = null): Gate {
  const match = COMPARISON.exec(expression);
  if (!match) throw bad(expression, "has no comparison");
  const [, left = "", op, right = ""] = match;
  const metric = left.trim();
  if (/[<>=!]/.test(right)) throw bad(expression, "has more than one comparison");
  if (!isMetric(metric)) throw bad(expression, metric === "" ? "names no metric on its left side" : `"${metric}" is no metric of a gate`);
  const { factor, offset } = sumOf(right, expression);
  if (factor < 0) throw bad(expression, "a negative multiple of the baseline is no line");
  if (factor !== 0 && metric === "costMatchedMix") throw bad(expression, "costMatchedMix is a difference already: compare it with a number");
  return { expression: expression.trim(), metric, op: op as GateOp, factor, offset, policy };
}

function isMetric(metric: string): boolean {
  if (metric.startsWith("share.")) return metric.length > "share.".length && metric !== "share.MODEL";
  return (GATE_METRICS as readonly string[]).includes(metric) || quantileOf(metric) !== null;
}

const TERM = /^\s*([+-]?)\s*(?:(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)\s*(%?))(?:\s*\*\s*(baseline)\b)?|(baseline)\b(?:\s*([*/])\s*(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)\s*(%?))?)/i;

function sumOf(text: string, expression: string): { factor: number; offset: number } {
  let rest = text;
  let [factor, offset] = [0, 0];
  for (let first = true; first || rest.trim() !== ""; first = false) {
    const term = TERM.exec(rest);
    if (!term || (!first && term[1] === "")) throw bad(expression, rest.trim() === "" ? "has nothing on its right side" : `cannot read "${rest.trim()}"`);
    const [whole, sign, number, percent, times, baseline, by, byNumber, byPercent] = term;
    const signed = sign === "-" ? -1 : 1;
    const value = (digits: string | undefined, mark: string | undefined) => Number(digits ?? 1) / (mark === "%" ? 100 : 1);
    if (baseline !== undefined) factor += signed * (by === "/" ? 1 / value(byNumber, byPercent) : value(byNumber, byPercent));
    else if (times !== undefined) factor += signed * value(number, percent);
    else offset += signed * value(number, percent);
    rest = rest.slice(whole.length);
  }
  if (!Number.isFinite(factor) || !Number.isFinite(offset)) throw bad(expression, "has a line that is no finite number");
  return { factor, offset };
}

function bad(expression: string, why: string): WrpError {
  return new WrpError(`gate "${expression.trim()}" ${why}`, {
    hint: `for example quality >= baseline - 0.01, costUsdPer1k <= 0.8 * baseline, latencyMs.p95 < 2000; metrics: ${GATE_METRICS.join(", ")}`,
  });
}
