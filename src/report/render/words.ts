import type { Comparison, Report, ReportPolicy, Verdict } from "../../model/report.ts";
import { groupOf } from "./groups.ts";
import { count, counted, interval, milliseconds, percent, plain, quality, signed, usd } from "./numbers.ts";

/** A mark beside a number; never the only carrier, each table has its legend. */
export const VERDICT_MARK: Readonly<Record<Verdict, string>> = {
  better: "▲",
  worse: "▼",
  equivalent: "=",
  inconclusive: "?",
};

const COST = "costUsdPer1k";

/** The other side of a comparison with the zero router at the policy's own cost; it is no policy of its own. */
export const MIX = "cost-matched-mix";

/** True where the two are the same on every prompt that both decide. */
export function noChange({ difference, ci }: Pick<Comparison, "difference" | "ci">): boolean {
  return difference === 0 && ci?.[0] === 0 && ci[1] === 0;
}

/** The mark of a comparison. */
export function markOf(comparison: Comparison): string {
  return noChange(comparison) ? "=" : VERDICT_MARK[comparison.verdict];
}

/** What the marks mean, for under a table. */
export const MARK_LEGEND = "▲ better  ▼ worse  = equivalent  ? inconclusive";

/** Differences of quality below this are of rounding. */
const SAME = 1e-9;

/** Whether a policy is its own cost-matched mix: a single model on the hull has nothing to beat. One that pays more for as much is none. */
export function isOwnMix({ costMatchedMix: mix, costUsdPer1k }: Pick<ReportPolicy, "costMatchedMix" | "costUsdPer1k">): boolean {
  return mix !== null && Math.abs(mix.difference) < SAME && (costUsdPer1k?.mean ?? 0) <= mix.costUsdPer1k * (1 + SAME);
}

/** A verdict in words, with what would settle an open one. */
export function verdictWords(verdict: Verdict, nToSettle?: number | null): string {
  if (verdict === "equivalent") return "equivalent within the margin";
  if (verdict !== "inconclusive" || nToSettle === undefined) return verdict;
  return nToSettle === null
    ? "inconclusive (no number of prompts would settle it)"
    : `inconclusive (about ${count(roundUp(nToSettle))} prompts would settle it)`;
}

/** One comparison as a sentence. The interval is the simultaneous one, which the verdict rests on. */
export function comparisonWords(report: Report, { main, cost }: ComparedPair): string {
  const words = `${sentence(main)}${groundNote(report, main)}`;
  return cost ? `${words}; ${costClause(cost)}${groundNote(report, cost)}` : words;
}

/** Two policies compared, what they cost said in the same breath. */
export interface ComparedPair {
  /** Carries the verdict mark. */
  readonly main: Comparison;
  /** The same two by cost, where `main` is by quality. */
  readonly cost: Comparison | null;
}

function costClause(comparison: Comparison): string {
  const { difference, verdict, ci, simultaneousCi, nToSettle } = comparison;
  if (noChange(comparison)) return "they cost the same on every prompt";
  const bounds = simultaneousCi ?? ci;
  if (verdict === "equivalent") return `costs are ${verdictWords(verdict)}`;
  if (verdict === "inconclusive") return `which costs less is ${verdictWords(verdict, nToSettle)}`;
  const size = bounds && (difference < 0 ? ([-bounds[1], -bounds[0]] as [number, number]) : bounds);
  return `it costs ${[usd(Math.abs(difference)), interval(size, usd)].join(" ").trim()} ${difference < 0 ? "less" : "more"} per 1,000`;
}

function sentence(comparison: Comparison): string {
  const { a, metric, difference, verdict, margin } = comparison;
  const mix = comparison.b === MIX;
  const b = mix ? "the static mix of models at its own cost" : comparison.b;
  const ci = comparison.simultaneousCi ?? comparison.ci;
  const format = metricFormat(metric);
  const named = metric === "quality" ? "" : ` in ${metricWords(metric)}`;
  if (noChange(comparison)) return `${a} is the same as ${b}${named} on every prompt that both decide`;
  if (verdict === "equivalent") {
    const within = margin === null ? "within the margin" : `within the margin of ${format(margin)}`;
    return `${a} and ${b} are equivalent${named} ${within}: ${signed(difference, format)} ${interval(ci, format)}`.trim();
  }
  if (verdict === "inconclusive") {
    const settle = mix ? verdict : verdictWords(verdict, comparison.nToSettle);
    return `${a} against ${b}${named}: ${settle}: ${[signed(difference, format), interval(ci, format)].join(" ").trim()}`;
  }
  const size = ci && (difference < 0 ? ([-ci[1], -ci[0]] as [number, number]) : ci);
  return `${a} is ${verdict} than ${b}${named} by ${[format(Math.abs(difference)), interval(size, format)].join(" ").trim()}`;
}

/**
 * The comparisons a reader came for, first ones first: those of configured policies, then those along the frontier, then
 * the others. What looks at the outcomes it is judged on (the oracle) is not an option and so is left out.
 */
export function comparisonsThatMatter(report: Report): ComparedPair[] {
  const policies = new Map(report.policies.map((p) => [p.name, p]));
  const frontier = new Set(report.frontier);
  const rank = ({ a, b, metric }: Comparison): number => {
    const [first, second] = [policies.get(a), policies.get(b)];
    if (b === MIX) return first && groupOf(first) === "policies" ? 0.5 : 9;
    const configured = [first, second].some((p) => p && groupOf(p) === "policies");
    const control = [first, second].some((p) => p?.control);
    const place = configured ? 0 : control ? 3 : frontier.has(a) && frontier.has(b) ? 1 : 2;
    return place * 2 + (metric === "quality" ? 0 : 1);
  };
  return report.comparisons
    .filter(({ a, b }) => !policies.get(a)?.hindsight && !policies.get(b)?.hindsight)
    .filter((comparison) => comparison.b !== MIX || Math.abs(comparison.difference) >= SAME)
    .map((comparison, index) => ({ comparison, rank: rank(comparison), index }))
    .sort((x, y) => x.rank - y.rank || x.index - y.index)
    .map(({ comparison }) => comparison)
    .flatMap((main, _, all): ComparedPair[] => {
      const partner = (metric: string): Comparison | undefined => all.find((c) => c.metric === metric && c.a === main.a && c.b === main.b);
      if (main.metric === COST && partner("quality")) return [];
      return [{ main, cost: main.metric === "quality" ? (partner(COST) ?? null) : null }];
    });
}

/** Said where either side's number is simulated or expected: `latencyMs` stands for each of its quantiles. */
function groundNote({ policies }: Report, { a, b, metric }: Comparison): string {
  const sides = policies.filter(({ name }) => name === a || name === b);
  const rests = (on: "simulated" | "expected") => sides.some((side) => side[on].some((what) => metric === what || metric.startsWith(`${what}.`)));
  const grounds = (["simulated", "expected"] as const).filter(rests);
  return grounds.length > 0 ? ` (${grounds.join(", ")})` : "";
}

/** Said behind a number that rests on these models' answers, where any of them is simulated. */
export function simulatedModels({ models }: Report, names: readonly string[]): string {
  return models.some(({ name, simulated }) => simulated !== null && names.includes(name)) ? " (simulated)" : "";
}

/** A gate's verdict with its figures, as a sentence. */
export function gateWords(report: Report, gate: Report["gates"][number]): string {
  const { expression, policy, verdict, observed, bound, line, baseline, n, nToSettle, note } = gate;
  const format = gateFormat(expression);
  if (observed === null) return `${expression} (${policy}): ${verdict}: ${note ?? "nothing is known of it"}`;
  const figures = [
    `observed ${format(observed)}${gateGround(report, gate)} on ${counted(n, "prompt")}`,
    ...(bound === null ? [] : [`one-sided 95 % bound ${format(bound)}`]),
    ...(line === null || baseline === null ? [] : [`line ${format(line)} (baseline ${format(baseline)})`]),
    ...(note === null ? [] : [note]),
    ...(nToSettle === null ? [] : [`about ${count(roundUp(nToSettle))} prompts would settle it`]),
  ];
  return `${expression} (${policy}): ${verdict}: ${figures.join(", ")}`;
}

/** How the numbers of a gate are written. */
export function gateFormat(expression: string): (value: number) => string {
  const metric = /^[^<>=!]+/.exec(expression)?.[0].trim() ?? "";
  return metric.startsWith("share.") ? percent : metricFormat(metric);
}

/** Said behind what a gate observed, where that is simulated or expected: where a prompt goes is neither. */
function gateGround({ policies }: Report, { expression, policy }: Report["gates"][number]): string {
  const row = policies.find(({ name }) => name === policy);
  const wanted = expression.startsWith("costMatchedMix") ? "quality" : expression;
  const grounds = (["simulated", "expected"] as const).filter((on) => row?.[on].some((what) => wanted.startsWith(what)));
  return grounds.length > 0 ? ` (${grounds.join(", ")})` : "";
}

/** How a metric's numbers are written, by the unit in its name. */
export function metricFormat(metric: string): (value: number) => string {
  if (/usd/i.test(metric)) return usd;
  if (/ms\b|Ms\b|Ms\.|latency|ttft/.test(metric)) return milliseconds;
  if (/rate$|^goodput$/i.test(metric)) return percent;
  return metric === "quality" || metric === "costMatchedMix" ? quality : plain;
}

/** A metric's name in prose. */
export function metricWords(metric: string): string {
  const known: Record<string, string> = {
    cost: "cost per 1,000 prompts",
    costUsdPer1k: "cost per 1,000 prompts",
    "latencyMs.p50": "p50 latency",
    "latencyMs.p95": "p95 latency",
    "latencyMs.p99": "p99 latency",
    latencyMs: "latency",
    ttftMs: "time to first token",
    errorRate: "error rate",
    goodput: "goodput",
    "privacy.leakRate": "leak rate",
    "safety.attackReachRate": "attack reach rate",
    "safety.attackAnsweredRate": "answered attack rate",
    "safety.falseRefusalRate": "false refusal rate",
  };
  return Object.hasOwn(known, metric) ? (known[metric] as string) : metric;
}

/** Two significant digits, upwards: a number of prompts to collect is an estimate. */
function roundUp(n: number): number {
  if (n < 100) return Math.ceil(n);
  const unit = 10 ** (Math.floor(Math.log10(n)) - 1);
  return Math.ceil(n / unit) * unit;
}
