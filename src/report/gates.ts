import type { Gate, GateOp } from "../model/gate.ts";
import { quantileOf } from "../model/gate.ts";
import type { Report } from "../model/report.ts";
import { givenBy, isDecided, type OutcomeColumns } from "../model/columns.ts";
import type { Design } from "../stats/design.ts";
import { analyticInterval, binaryDifferenceInterval, meanInterval, percentileInterval, proportionInterval, type Bounds } from "../stats/intervals.ts";
import { meanOf, type Mean } from "../stats/means.ts";
import { fewestForQuantile } from "../stats/quantiles.ts";
import type { Compared } from "./compared.ts";
import type { Basis, DecidedPolicy, MissingRule, ModelInfo, Slo } from "./input.ts";
import { waitsOf } from "./latency.ts";
import { attackReached, leaked } from "./events.ts";
import type { Ledger } from "./ledger.ts";
import { promptFigures, sameFigures, type PromptFigures } from "./prompt-figures.ts";
import { asChosen, servedOf } from "./remote.ts";
import { isBinary } from "./values.ts";
import { weightedQuantile } from "./weighted-quantile.ts";

export type ReportGate = Report["gates"][number];
type Verdict = ReportGate["verdict"];

/** A gate's figures before its verdict: all on the metric's own scale. */
interface Measured {
  readonly observed: number | null;
  /** What the baseline had on the same prompts; null where the gate needs none. */
  readonly baseline: number | null;
  /** One-sided 95 % bounds below and above; null where none can be given. */
  readonly bounds: Bounds | null;
  /** True where the number is the whole truth of this workload, as a count is. */
  readonly census: boolean;
  readonly n: number;
  readonly note: string | null;
}

/** All that gates are decided on. */
export interface GateSubject {
  readonly basis: Basis;
  readonly columns: OutcomeColumns;
  readonly logged: OutcomeColumns | null;
  readonly compared: Compared;
  readonly units: Design;
  readonly readAll: Design;
  readonly models: readonly ModelInfo[];
  readonly slo: Slo | null;
  readonly missing: MissingRule;
  readonly ledger: Ledger;
  /** Of resamples, how many a quantile's difference takes. */
  readonly resamples: number;
}

/** A gate whose resamples are not in yet. Feed `resample` to the resampling as an `along`. */
export interface PendingGate {
  readonly resample: ((weights: Float64Array, resample: number) => void) | null;
  finish(results: readonly Mean[], mix: MixFigures | null): ReportGate;
}

/** A policy beside its cost-matched mix, for the gate on that. */
export interface MixFigures {
  readonly difference: number;
  readonly bounds: () => Bounds | null;
  readonly n: number;
}

/**
 * Prepares one gate on one policy (DESIGN, Gates): pass when the one-sided 95 % bound clears the line, fail when the opposite bound
 * breaks it, else inconclusive. A line on the baseline is decided by the paired difference `new - factor·old`. An equality is a census
 * of this workload. Prompts that a policy leaves undecided are no proof of where they go: a pass must stand whatever becomes of them.
 *
 * @param old the baseline's figures of the same policy on the same prompts
 */
export function pendingGate(gate: Gate, policy: DecidedPolicy, old: PromptFigures | null, all: GateSubject): PendingGate {
  const live = all.basis === "decisions" && policy.kind === "recorded" && all.logged !== null;
  // Its cost is the row's: where the log lacks a part, that is expected, and said to be.
  const subject = live ? { ...all, columns: { ...(all.logged as OutcomeColumns), costUsd: all.columns.costUsd }, compared: { ...all.compared, latencyMs: all.logged?.latencyMs ?? [], ttftMs: all.logged?.ttftMs ?? [] } } : all;
  const finish = (measured: Measured): ReportGate => {
    const line = gate.factor === 0 ? gate.offset : measured.baseline === null ? null : gate.factor * measured.baseline + gate.offset;
    const sure = judged(gate.op, measured, line);
    const open = sure.verdict === "pass" && line !== null ? undecidedIn(gate, policy, subject) : 0;
    const stands = open === 0 || holds(gate.op, worstOf(measured, open), line as number);
    const { verdict, bound } = stands ? sure : { verdict: "inconclusive" as const, bound: sure.bound };
    return {
      expression: gate.expression,
      policy: policy.name,
      verdict,
      observed: measured.observed,
      bound,
      line,
      baseline: measured.baseline,
      n: measured.n,
      nToSettle: verdict === "inconclusive" && stands ? promptsToClear(measured, line, bound) : null,
      note: open > 0 ? [...(measured.note === null ? [] : [measured.note]), `undecided on ${open} more`].join("; ") : measured.note,
    };
  };
  if (all.basis === "decisions" && !live && !servedOf(policy.decisions) && !KNOWN_BLIND.test(gate.metric)) return { resample: null, finish: () => finish(unknown("nobody saw the answers: it is not known")) };
  if (gate.metric === "costUsdPer1k" && isUnpricedRemote(policy, all.compared)) return { resample: null, finish: () => finish(unknown("nothing prices some of what it served: its cost is not known")) };
  if (gate.metric === "costMatchedMix")
    return {
      resample: null,
      finish: (_, mix) =>
        finish(mix ? { observed: mix.difference, baseline: null, bounds: mix.bounds(), census: false, n: mix.n, note: null } : unknown("the policy has no cost-matched mix")),
    };
  const quantile = quantileOf(gate.metric);
  const now = figuresOf(policy, subject, all);
  if (quantile) {
    const measure = gate.factor === 0 ? quantileNow(quantile, policy, subject) : quantileAgainst(quantile, gate.factor, now, policy, old, subject);
    return { resample: measure.resample, finish: () => finish(measure.finish()) };
  }
  const measure = meanOfMetric(gate, now, policy, old, subject);
  return { resample: null, finish: (results) => finish(measure(results)) };
}

function isUnpricedRemote({ decisions }: DecidedPolicy, { at, priced }: Compared): boolean {
  return decisions.form === "choice" && decisions.served !== undefined && at.some((i) => priced[decisions.model[i] as number] === false);
}

/** A gate on a policy that is not there to be judged. @param why in words */
export function undecidedGate({ expression }: Gate, policy: string, why: string): PendingGate {
  return { resample: null, finish: () => ({ expression, policy, verdict: "inconclusive", observed: null, bound: null, line: null, baseline: null, n: 0, nToSettle: null, note: why }) };
}

/** Of each report's policies: their gates share them. */
const figuresKnown = new WeakMap<GateSubject, Map<DecidedPolicy, PromptFigures>>();

function figuresOf(policy: DecidedPolicy, subject: GateSubject, all: GateSubject): PromptFigures {
  let known = figuresKnown.get(all);
  if (!known) figuresKnown.set(all, (known = new Map()));
  let figures = known.get(policy);
  if (!figures) known.set(policy, (figures = promptFigures(policy.decisions, subject.columns, subject)));
  return figures;
}

/** What is known of a policy, or expected, where the report stands on decisions. */
const KNOWN_BLIND = /^(costUsdPer1k$|latencyMs\.mean$|share\.|privacy\.|safety\.attackReachRate$)/;

/** The verdict of all gates: one that fails fails the run, one that cannot be decided leaves it open. */
export function overall(gates: readonly ReportGate[]): Report["verdict"] {
  if (gates.length === 0) return "none";
  if (gates.some((gate) => gate.verdict === "fail")) return "fail";
  return gates.some((gate) => gate.verdict === "inconclusive") ? "inconclusive" : "pass";
}

/** What differs by less, relative to the line, differs by rounding. */
const EQUAL = 1e-9;

/** What the bounds say of a line, and the bound that says it. */
export function judged(op: GateOp, { observed, bounds, census }: Pick<Measured, "observed" | "bounds" | "census">, line: number | null): { verdict: Verdict; bound: number | null } {
  if (observed === null || line === null) return { verdict: "inconclusive", bound: null };
  if (op === "==" || op === "!=") {
    const same = Math.abs(observed - line) <= EQUAL * Math.max(1, Math.abs(line));
    return { verdict: same === (op === "==") ? "pass" : "fail", bound: bounds ? bounds[1] : null };
  }
  const [low, high] = census ? [observed, observed] : (bounds ?? [NaN, NaN]);
  const upwards = op === ">=" || op === ">";
  const onLine = (value: number) => (Math.abs(value - line) <= EQUAL * Math.abs(line) ? line : value);
  const [safe, other] = (upwards ? [low, high] : [high, low]).map(onLine) as [number, number];
  const clears = upwards ? (op === ">=" ? safe >= line : safe > line) : op === "<=" ? safe <= line : safe < line;
  const breaks = upwards ? (op === ">=" ? other < line : other <= line) : op === "<=" ? other > line : other >= line;
  const shown = (value: number) => (Number.isNaN(value) || census ? null : value);
  if (clears) return { verdict: "pass", bound: shown(safe) };
  return breaks ? { verdict: "fail", bound: shown(other) } : { verdict: "inconclusive", bound: shown(safe) };
}

/** Prompts that a gate on where prompts go asks about, and of which the policy does not say where. */
function undecidedIn({ metric }: Gate, { decisions }: DecidedPolicy, { columns, models }: GateSubject): number {
  const event = metric.startsWith("privacy.") ? leaked(columns, models) : metric === "safety.attackReachRate" ? attackReached(columns, models) : null;
  const chosen = asChosen(decisions);
  if (!event || chosen.form === "mixture") return 0;
  return columns.ids.reduce((n, _, i) => n + (!isDecided(chosen, i) && !Number.isNaN(event(0, i)) ? 1 : 0), 0);
}

/** What would be observed if the event happened on all prompts that are open. */
function worstOf({ observed, census, n }: Measured, open: number): number {
  const known = observed ?? 0;
  return census ? known + open : (known * n + open) / (n + open);
}

function holds(op: GateOp, value: number, line: number): boolean {
  return judged(op, { observed: value, bounds: null, census: true }, line).verdict === "pass";
}

/** Prompts at which the bound would reach the line: its distance from what was observed shrinks as 1/√n. Null where no number would do. */
function promptsToClear({ observed, n }: Measured, line: number | null, bound: number | null): number | null {
  if (observed === null || line === null || bound === null || observed === line) return null;
  const needed = Math.ceil(n * ((bound - observed) / (line - observed)) ** 2);
  return Number.isFinite(needed) && needed <= 1e12 ? Math.max(n + 1, needed) : null;
}

function unknown(note: string): Measured {
  return { observed: null, baseline: null, bounds: null, census: false, n: 0, note };
}

/** Metrics that are means of a figure of every prompt: on compared prompts, or on all read. */
const MEANS: Readonly<Record<string, { readonly figure: keyof PromptFigures; readonly over: "compared" | "read"; readonly scale: number; readonly none: string }>> = {
  quality: { figure: "q", over: "compared", scale: 1, none: "no compared prompt has a grade" },
  costUsdPer1k: { figure: "c", over: "compared", scale: 1000, none: "no cost is known" },
  "latencyMs.mean": { figure: "l", over: "compared", scale: 1, none: "no latency is known" },
  "ttftMs.mean": { figure: "t", over: "compared", scale: 1, none: "no time to first token is known" },
  errorRate: { figure: "e", over: "read", scale: 1, none: "no call answered or failed" },
  goodput: { figure: "g", over: "read", scale: 1, none: "no SLO is stated: slo in wrp.yaml, or --slo" },
  "privacy.leakRate": { figure: "x", over: "read", scale: 1, none: "no prompt is tagged pii" },
  "privacy.leakedPrompts": { figure: "x", over: "read", scale: 1, none: "no prompt is tagged pii" },
  "safety.attackReachRate": { figure: "a", over: "read", scale: 1, none: "no prompt is tagged attack" },
  "safety.attackAnsweredRate": { figure: "b", over: "read", scale: 1, none: "no answer to an attack was seen: it needs prompts tagged attack and the texts of their answers" },
  "safety.falseRefusalRate": { figure: "r", over: "read", scale: 1, none: "no answer to a harmless prompt was seen: it needs prompts tagged harmless and the texts of their answers" },
};

function meanOfMetric(gate: Gate, now: PromptFigures, policy: DecidedPolicy, old: PromptFigures | null, subject: GateSubject): (results: readonly Mean[]) => Measured {
  const { columns, compared, ledger } = subject;
  const known = MEANS[gate.metric];
  const share = known ? null : gate.metric.slice("share.".length);
  const over = known?.over ?? "compared";
  const scale = known?.scale ?? 1;
  const none = known?.none ?? "the policy decides on no compared prompt";
  const figure = known?.figure ?? "m";
  const read = (figures: PromptFigures, modelOf: (m: number) => string | undefined) => {
    const whole = share === null ? figures[figure] : figures.m.map((m) => (Number.isNaN(m) ? NaN : modelOf(m) === share ? 1 : 0));
    const part = over === "compared" ? Float64Array.from(compared.at, (i) => whole[i] as number) : whole;
    return scale === 1 ? part : part.map((v) => v * scale);
  };
  const mine = share !== null && policy.decisions.form !== "choice" ? shareOf(policy.decisions, columns.models.indexOf(share)) : read(now, (m) => columns.models[m]);
  const base = gate.factor === 0 || !old ? null : read(old, (m) => columns.models[m]);
  const paired = base === null ? mine : mine.map((v, k) => (Number.isNaN(base[k] as number) ? NaN : v));
  const census = gate.metric === "privacy.leakedPrompts";
  const difference = base === null ? mine : mine.map((v, k) => v - gate.factor * (base[k] as number));
  const identical = base !== null && old !== null && gate.factor === 1 && sameFigures(now, old, figure);
  const column = over === "compared" ? ledger.add(difference) : null;

  return (results) => {
    const [observed, before] = [average(paired), base === null ? null : average(base.map((v, k) => (Number.isNaN(mine[k] as number) ? NaN : v)))];
    if (base !== null && share !== null && !columns.models.includes(share)) return unknown(`this run does not have the model ${share}`);
    if (observed === null) return unknown(count(mine) === 0 ? none : "the baseline knows it of none of these prompts");
    const n = count(difference);
    const note = base === null || old === null ? null : leftOut(count(old[figure]) - n, count(mine) - n);
    if (census) return { observed: observed * n, baseline: before === null ? null : before * n, bounds: null, census, n, note };
    const zero = gate.factor === 0 ? 0 : gate.factor * (before as number);
    const bounds = identical ? ([0, 0] as Bounds) : boundsOf(column === null ? null : (results[column] as Mean));
    return { observed, baseline: before, bounds: bounds && [bounds[0] + zero, bounds[1] + zero], census: false, n, note };
  };

  /** [compared prompt] the probability that it goes to a model; NaN where the policy does not decide. */
  function shareOf(decisions: DecidedPolicy["decisions"], m: number): Float64Array {
    return Float64Array.from(compared.at, (i) => (isDecided(decisions, i) ? givenBy(columns, decisions, m, i) : NaN));
  }

  /** Of the difference (or the metric itself, where there is no baseline). */
  function boundsOf(resampled: Mean | null): Bounds | null {
    const mean = resampled ?? meanOf(subject.readAll, difference);
    if (base === null) {
      if (gate.op === "==" && average(mine) === 0) return [0, Math.min(gate.metric.endsWith("Rate") ? 1 : Infinity, 3 / Math.max(1, mean.units))]; // the rule of three
      if (isBinary(mine)) return proportionInterval(mean, 0.9);
    } else if (gate.factor === 1 && isBinary(mine) && isBinary(base)) {
      const [won, lost] = [1, -1].map((sign) => difference.reduce((sum, d) => sum + (d * sign > 0 ? 1 : 0), 0) / mean.n) as [number, number];
      return binaryDifferenceInterval(won, lost, mean, 0.9);
    }
    const limits = base === null ? { low: 0, high: gate.metric === "quality" ? 1 : Infinity } : undefined;
    return resampled ? meanInterval(resampled, limits, 0.9) : analyticInterval(mean, limits ?? { low: -Infinity, high: Infinity }, 0.9);
  }
}

type Quantile = NonNullable<ReturnType<typeof quantileOf>>;
interface PendingQuantile {
  readonly resample: PendingGate["resample"];
  finish(): Measured;
}

/** A quantile against a number: order statistics, at the effective n. */
function quantileNow({ of, p }: Quantile, { decisions }: DecidedPolicy, { compared, units }: GateSubject): PendingQuantile {
  return {
    resample: null,
    finish() {
      const waits = waitsOf(compared, units, compared[of], decisions);
      if (!waits) return unknown(`no ${of === "latencyMs" ? "latency" : "time to first token"} is known`);
      const { value, ci } = waits.quantile(p, 0.9);
      const few = waits.n < fewestForQuantile(p);
      return { observed: value, baseline: null, bounds: few ? null : ci, census: false, n: waits.n, note: few ? tooFew(p) : null };
    },
  };
}

/** A quantile against the baseline's: the paired difference `new - factor·old`, quantiles of both taken again in every resample. */
function quantileAgainst({ of, p }: Quantile, factor: number, now: PromptFigures, policy: DecidedPolicy, old: PromptFigures | null, subject: GateSubject): PendingQuantile {
  const { compared, units } = subject;
  const figure = of === "latencyMs" ? "l" : "t";
  const known = [...compared.at.keys()].filter((k) => !Number.isNaN(now[figure][compared.at[k] as number] as number));
  const at = known.filter((k) => old !== null && !Number.isNaN(old[figure][compared.at[k] as number] as number));
  const unit = at.map((k) => units.unit[k] as number);
  const side = (figures: PromptFigures) => weightedQuantile(at.map((k) => figures[figure][compared.at[k] as number] as number), unit);
  const [mine, theirs] = [side(now), old ? side(old) : null];
  const differences = new Float64Array(subject.resamples).fill(NaN);
  const whole = new Float64Array(units.units).fill(1);
  return {
    resample(weights, b) {
      if (b < differences.length && theirs) differences[b] = mine(weights, p) - factor * theirs(weights, p);
    },
    finish() {
      if (at.length === 0 || !theirs || !old) return unknown("the baseline knows it of none of these prompts");
      const [observed, before] = [mine(whole, p), theirs(whole, p)];
      const mixture = policy.decisions.form !== "choice";
      const few = independent(units, unit) < fewestForQuantile(p);
      const bounds = few || mixture ? null : factor === 1 && sameFigures(now, old, figure) ? ([0, 0] as Bounds) : percentileInterval(differences, 0.9);
      const note = few ? tooFew(p) : mixture ? "a quantile over probabilities is not compared with a baseline" : leftOut(count(old[figure]) - at.length, known.length - at.length);
      return { observed, baseline: before, bounds: bounds && [bounds[0] + factor * before, bounds[1] + factor * before], census: false, n: at.length, note };
    },
  };
}

/** Said where gaps keep prompts out of the difference that the baseline or this run knows it of. */
function leftOut(then: number, now: number): string | null {
  const parts = [...(then > 0 ? [`${then} that the baseline knows it of`] : []), ...(now > 0 ? [`${now} that this run does`] : [])];
  return parts.length === 0 ? null : `without ${parts.join(" and ")}`;
}

/** Independent observations among prompts of these units: sessions and duplicates count once, unless clusters are in random groups. */
function independent({ units, clusters }: Design, unit: readonly number[]): number {
  return units < clusters ? unit.length : new Set(unit).size;
}

function tooFew(p: number): string {
  return `a p${Number((100 * p).toFixed(4))} needs at least ${fewestForQuantile(p)} independent prompts for a bound`;
}

function average(values: Float64Array): number | null {
  let [sum, n] = [0, 0];
  for (const v of values)
    if (!Number.isNaN(v)) {
      sum += v;
      n++;
    }
  return n === 0 ? null : sum / n;
}

function count(values: Float64Array): number {
  return values.reduce((n, v) => n + (Number.isNaN(v) ? 0 : 1), 0);
}
