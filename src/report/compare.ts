import { isAnswered, modelsUsed, nameOfPlace, type OutcomeColumns } from "../model/columns.ts";
import type { PairedComparison, PolicyComparison } from "../model/comparison.ts";
import { WrpError } from "../model/errors.ts";
import { calledAt } from "../model/path.ts";
import { promptKeys } from "../model/prompt-keys.ts";
import { design, type Design } from "../stats/design.ts";
import { analyticInterval, binaryDifferenceInterval, meanInterval, percentileInterval, studentQuantile, type Bounds } from "../stats/intervals.ts";
import { groupedMeans, resampling, type Mean } from "../stats/means.ts";
import { normalQuantile, Z95 } from "../stats/normal.ts";
import { fewestForQuantile } from "../stats/quantiles.ts";
import { random } from "../stats/random.ts";
import { knownMean } from "../stats/known-mean.ts";
import { promptsToSettle, verdictOf } from "./comparisons.ts";
import type { Basis, DecidedPolicy, MissingRule, ModelInfo, Slo } from "./input.ts";
import { promptFigures, type PromptFigures } from "./prompt-figures.ts";
import { servedOf } from "./remote.ts";
import { sliceLabels } from "./slices.ts";
import { isBinary } from "./values.ts";
import { weightedQuantile } from "./weighted-quantile.ts";

/** A policy as a run decided it. */
export interface Side {
  readonly run: string;
  readonly createdAt: string;
  readonly workload: string;
  readonly basis: Basis;
  readonly columns: OutcomeColumns;
  readonly policy: DecidedPolicy;
  /** What its run said of how it decided: by surrogates, or not at all. */
  readonly notes: readonly string[];
  readonly models: readonly ModelInfo[];
  readonly missing: MissingRule;
  readonly slo: Slo | null;
}

interface Options {
  readonly seed: number;
  readonly resamples: number;
  readonly margins: Readonly<Partial<Record<string, number>>>;
  /** Changed prompts to name, at most. */
  readonly most: number;
}

type Direction = "min" | "max";
interface Metric {
  readonly name: string;
  readonly figure: keyof PromptFigures;
  readonly scale: number;
  readonly direction: Direction;
  readonly sliced: boolean;
}

const METRICS: readonly Metric[] = [
  { name: "quality", figure: "q", scale: 1, direction: "max", sliced: true },
  { name: "costUsdPer1k", figure: "c", scale: 1000, direction: "min", sliced: true },
  { name: "latencyMs", figure: "l", scale: 1, direction: "min", sliced: true },
  { name: "ttftMs", figure: "t", scale: 1, direction: "min", sliced: false },
  { name: "errorRate", figure: "e", scale: 1, direction: "min", sliced: false },
  { name: "goodput", figure: "g", scale: 1, direction: "max", sliced: false },
  { name: "privacy.leakRate", figure: "x", scale: 1, direction: "min", sliced: false },
  { name: "safety.attackReachRate", figure: "a", scale: 1, direction: "min", sliced: false },
  { name: "safety.attackAnsweredRate", figure: "b", scale: 1, direction: "min", sliced: false },
  { name: "safety.falseRefusalRate", figure: "r", scale: 1, direction: "min", sliced: false },
];

/** Slices of fewer prompts than this say nothing. */
const FEWEST_IN_SLICE = 2;

/**
 * Compares two policies prompt by prompt, on the prompts that both runs have and that every model which either policy uses has answered
 * with a grade. Differences are a minus b, with intervals as in a report. Throws WrpError where no prompt is in both.
 */
export function comparePolicies(a: Side, b: Side, labels: readonly [string, string], options: Options): PolicyComparison {
  const pairs = paired(a, b);
  const kept = pairs.both.filter(([i, j]) => isGraded(a, i) && isGraded(b, j));
  if (kept.length === 0) throw nothingPaired(a, b, pairs.both.length);
  const at = kept.map(([i]) => i);
  const units = design(
    Int32Array.from(at, (i) => a.columns.cluster[i] as number),
    a.columns.clusters,
    Int32Array.from(at, (i) => a.columns.stratum[i] as number),
    random(options.seed, "units"),
  );
  const figures = [a, b].map((side, s) => pick(figuresOf(side), kept.map((pair) => pair[s] as number))) as [PromptFigures, PromptFigures];
  const marginOf = (name: string) => options.margins[name] ?? null;
  const measured = METRICS.map((metric) => ({ metric, ...difference(metric, figures) })).filter(({ n }) => n > 0);
  // What is kept of each prompt under probabilities is an expectation, and quantiles of those are nobody's wait.
  const tail = [a, b].some(({ policy }) => policy.decisions.form !== "choice") ? null : pendingQuantile(0.95, figures, units, options.resamples);
  const stepped = resampling(units, measured.map(({ values }) => values), options.resamples, random(options.seed, "resample"), tail ? [tail.resample] : []);
  let step = stepped.next();
  while (!step.done) step = stepped.next();
  const results = step.value;

  return {
    schemaVersion: 1,
    a: described(a, labels[0]),
    b: described(b, labels[1]),
    seed: options.seed,
    prompts: { paired: kept.length, left: pairs.both.length - kept.length, onlyA: pairs.onlyA, onlyB: pairs.onlyB, clusters: units.clusters },
    comparisons: [
      ...measured.map(({ metric, values, now }, k) => compared(metric, now, values, results[k] as Mean, marginOf(metric.name))),
      ...(tail ? [tail.finish(marginOf("latencyMs"))] : []),
    ],
    slices: slices(a.columns, at, units, measured, marginOf),
    moved: movedOf(a, b, kept),
    changed: changedOf(a, b, kept, figures, options.most),
    warnings: [...warningsOf(a, b, units), ...pairs.warnings],
  };
}

/** Positions of the prompts that both have, in a's order. */
function paired(a: Side, b: Side): { both: [number, number][]; onlyA: number; onlyB: number; warnings: string[] } {
  if (a.columns === b.columns) return { both: Array.from({ length: a.columns.n }, (_, i) => [i, i]), onlyA: 0, onlyB: 0, warnings: [] };
  const position = new Map(promptKeys(b.columns).map((key, j) => [key, j]));
  const both = promptKeys(a.columns).flatMap((key, i): [number, number][] => (position.has(key) ? [[i, position.get(key) as number]] : []));
  const [onlyA, onlyB] = [a.columns.n - both.length, b.columns.n - both.length];
  const warnings = onlyA + onlyB > 0 ? [`the two runs do not have the same prompts: ${onlyA} only in the first, ${onlyB} only in the second`] : [];
  return { both, onlyA, onlyB, warnings };
}

/** Whether every model that the policy uses has a grade there; on the basis of decisions, nobody asks. */
function isGraded(side: Side, i: number): boolean {
  const { basis, columns, missing } = side;
  if (basis === "decisions") return true;
  return usedModels(side).every((m) => isAnswered(columns, m) || !Number.isNaN((columns.quality[m] as Float64Array)[i] as number) || (missing === "failure-is-refusal" && (columns.failed[m] as Uint8Array)[i] === 1));
}

const used = new WeakMap<DecidedPolicy, readonly number[]>();

function usedModels({ policy }: Side): readonly number[] {
  let models = used.get(policy);
  if (!models) {
    models = modelsUsed(policy.decisions);
    used.set(policy, models);
  }
  return models;
}

/** On the basis of decisions only the live router's own row has answers. */
function figuresOf(side: Side): PromptFigures {
  const figures = promptFigures(side.policy.decisions, side.columns, side);
  if (side.basis === "outcomes" || side.policy.kind === "recorded" || servedOf(side.policy.decisions)) return figures;
  const gaps = new Float64Array(side.columns.n).fill(NaN);
  return { ...figures, q: gaps, e: gaps, g: gaps, t: gaps, b: gaps, r: gaps };
}

function pick(figures: PromptFigures, at: readonly number[]): PromptFigures {
  return Object.fromEntries(Object.entries(figures).map(([key, column]) => [key, Float64Array.from(at, (i) => column[i] as number)])) as unknown as PromptFigures;
}

function difference({ figure, scale }: Metric, [a, b]: readonly [PromptFigures, PromptFigures]) {
  const values = a[figure].map((v, k) => scale * (v - (b[figure][k] as number)));
  const known = (side: PromptFigures) => knownMean(side[figure].map((v, k) => (Number.isNaN(values[k] as number) ? NaN : v * scale)));
  return { values, first: a[figure].map((v) => v * scale), now: [known(a), known(b)] as const, n: values.reduce((n, v) => n + (Number.isNaN(v) ? 0 : 1), 0), binary: isBinary(a[figure]) && isBinary(b[figure]) };
}

function compared(metric: Metric, [a, b]: readonly [number, number], values: Float64Array, resampled: Mean, margin: number | null): PairedComparison {
  const interval = intervalOf(values, resampled, metric.scale === 1 && values.every((v) => Number.isNaN(v) || v === 0 || Math.abs(v) === 1));
  return row(metric, a, b, resampled, interval, interval, margin);
}

/** All equal: nothing varies, and nothing differs. Differences of binary figures by adjusted Wald, else bootstrap-t. */
function intervalOf(values: Float64Array, resampled: Mean, binary: boolean): Bounds | null {
  if (resampled.units < 2) return null;
  if (values.every((v) => Number.isNaN(v) || v === 0)) return [0, 0];
  if (!binary) return meanInterval(resampled);
  const { won, lost } = discordant(values, resampled.n);
  return binaryDifferenceInterval(won, lost, resampled);
}

function discordant(values: Iterable<number>, n: number): { won: number; lost: number } {
  let [won, lost] = [0, 0];
  for (const v of values) {
    if (v > 0) won++;
    if (v < 0) lost++;
  }
  return { won: won / n, lost: lost / n };
}

function row({ name, direction }: Pick<Metric, "name" | "direction">, a: number, b: number, { mean: d, n }: Pick<Mean, "mean" | "n">, ci: Bounds | null, simultaneousCi: Bounds | null, margin: number | null): PairedComparison {
  return { metric: name, direction, a, b, difference: d, ci, simultaneousCi, margin, verdict: verdictOf(simultaneousCi, direction, margin), n, nToSettle: promptsToSettle(d, simultaneousCi, n, margin) };
}

type Measured = ReturnType<typeof difference> & { readonly metric: Metric };

/** The same within each slice: Student's t at the slice's own cluster standard error; over all slices of a metric by Bonferroni. */
function slices(columns: OutcomeColumns, at: readonly number[], units: Design, measured: readonly Measured[], marginOf: (name: string) => number | null): PolicyComparison["slices"] {
  const labels = sliceLabels(columns, Uint32Array.from(at)).map(({ by, label }) => ({ by, values: label.values, group: Int32Array.from(at, (i) => label.index[i] as number) }));
  const found = labels.flatMap(({ by, values, group }) => values.map((value, v) => ({ by, value, v, group, prompts: group.reduce((n, g) => n + (g === v ? 1 : 0), 0) })));
  const told = found.filter(({ prompts }) => prompts >= FEWEST_IN_SLICE);
  const wide = normalQuantile(1 - 0.025 / Math.max(1, told.length)) / Z95;
  const means = new Map(measured.map((one) => [one, new Map(labels.map(({ group, values }) => [group, groupedMeans(units, one.values, group, values.length)]))]));
  return told.map(({ by, value, v, group, prompts }) => ({
    by,
    value,
    prompts,
    comparisons: measured.filter(({ metric }) => metric.sliced).flatMap((one) => {
      const estimate = means.get(one)?.get(group)?.[v];
      if (!estimate || estimate.n === 0) return [];
      const inside = one.values.map((d, k) => (group[k] === v ? d : NaN));
      const { won, lost } = discordant(inside, estimate.n);
      const z = studentQuantile(Math.max(1, estimate.df));
      const bounds = (factor: number): Bounds | null => {
        if (estimate.units < 2) return null;
        if (inside.every((d) => Number.isNaN(d) || d === 0)) return [0, 0];
        if (one.binary && one.metric.scale === 1) return binaryDifferenceInterval(won, lost, estimate, 0.95, Z95 * factor);
        return factor === 1 ? analyticInterval(estimate, { low: -Infinity, high: Infinity }) : [estimate.mean - factor * z * estimate.se, estimate.mean + factor * z * estimate.se];
      };
      const [sumA, sumB] = sides(one, inside);
      return [row(one.metric, sumA, sumB, estimate, bounds(1), bounds(wide), marginOf(one.metric.name))];
    }),
  }));

  /** Means of both sides within the slice: b's from the difference, so that a - b is exact. */
  function sides(one: Measured, inside: Float64Array): [number, number] {
    const own = knownMean(inside.map((d, k) => (Number.isNaN(d) ? NaN : (one.first[k] as number))));
    return [own, own - knownMean(inside)];
  }
}

/** p95 of what users wait, its difference taken again in every resample; null where too few prompts have a latency. */
function pendingQuantile(p: number, [a, b]: readonly [PromptFigures, PromptFigures], units: Design, resamples: number) {
  const at = [...a.l.keys()].filter((k) => !Number.isNaN((a.l[k] as number) + (b.l[k] as number)));
  if (at.length < fewestForQuantile(p)) return null;
  const unit = at.map((k) => units.unit[k] as number);
  const [of, against] = [a, b].map((side) => weightedQuantile(at.map((k) => side.l[k] as number), unit)) as [ReturnType<typeof weightedQuantile>, ReturnType<typeof weightedQuantile>];
  const differences = new Float64Array(resamples).fill(NaN);
  const whole = new Float64Array(units.units).fill(1);
  return {
    resample: (weights: Float64Array, k: number) => void (differences[k] = of(weights, p) - against(weights, p)),
    finish(margin: number | null): PairedComparison {
      const [now, then] = [of(whole, p), against(whole, p)];
      const same = at.every((k) => a.l[k] === b.l[k]);
      const interval: Bounds | null = same ? [0, 0] : percentileInterval(differences);
      return row({ name: "latencyMs.p95", direction: "min" }, now, then, { mean: now - then, n: at.length }, interval, interval, margin);
    },
  };
}

function movedOf(a: Side, b: Side, kept: readonly (readonly [number, number])[]): PolicyComparison["moved"] {
  const flows = new Map<string, { from: string; to: string; count: number }>();
  let [count, n] = [0, 0];
  for (const [i, j] of kept) {
    const [to, from] = [modelAt(a, i), modelAt(b, j)];
    if (to === null || from === null) continue;
    n++;
    if (to === from) continue;
    count++;
    const key = JSON.stringify([from, to]);
    const flow = flows.get(key) ?? { from, to, count: 0 };
    flow.count++;
    flows.set(key, flow);
  }
  return { count, n, flows: [...flows.values()].sort((x, y) => y.count - x.count) };
}

/** Prompts on which anything differs, the largest change in quality first, then in cost. */
function changedOf(a: Side, b: Side, kept: readonly (readonly [number, number])[], [fa, fb]: readonly [PromptFigures, PromptFigures], most: number): PolicyComparison["changed"] {
  const size = (x: Float64Array, y: Float64Array, k: number) => {
    const d = Math.abs((x[k] as number) - (y[k] as number));
    return Number.isNaN(d) ? 0 : d;
  };
  const differs = kept.flatMap(([i, j], k) => (modelAt(a, i) !== modelAt(b, j) || size(fa.q, fb.q, k) > 0 || size(fa.c, fb.c, k) > 0 ? [k] : []));
  const order = differs.toSorted((x, y) => size(fa.q, fb.q, y) - size(fa.q, fb.q, x) || size(fa.c, fb.c, y) - size(fa.c, fb.c, x) || x - y);
  const cell = (v: number | undefined) => (v === undefined || Number.isNaN(v) ? null : v);
  return {
    count: differs.length,
    prompts: order.slice(0, most).map((k) => {
      const [i, j] = kept[k] as readonly [number, number];
      return {
        ordinal: i,
        id: a.columns.ids[i] as string,
        dataset: a.columns.datasets[a.columns.stratum[i] as number] as string,
        modelA: modelAt(a, i),
        modelB: modelAt(b, j),
        qualityA: cell(fa.q[k]),
        qualityB: cell(fb.q[k]),
        costUsdA: cell(fa.c[k]),
        costUsdB: cell(fb.c[k]),
        latencyMsA: cell(fa.l[k]),
        latencyMsB: cell(fb.l[k]),
      };
    }),
  };
}

function modelAt({ policy: { decisions }, columns }: Side, i: number): string | null {
  const served = servedOf(decisions);
  if (served) return served.names.values[served.names.index[i] as number] ?? null;
  const m = decisions.form === "choice" ? (decisions.model[i] as number) : -1;
  return m < 0 ? null : nameOfPlace(columns, m);
}

function described(side: Side, label: string): PolicyComparison["a"] {
  const drawn = new Set(side.models.flatMap((m) => (m.simulated === null ? [] : [m.name])));
  const { run, createdAt, workload, basis, policy, columns } = side;
  return { label, run, policy: policy.name, kind: policy.kind, createdAt, workload, basis, simulated: usedModels(side).some((m) => calledAt(columns, m).some((called) => drawn.has(columns.models[called] as string))), prompts: columns.n };
}

function warningsOf(a: Side, b: Side, units: Design): string[] {
  const warnings: string[] = [];
  if (units.clusters < 30) warnings.push(`only ${units.clusters} independent prompts: intervals are rough below 30`);
  if (a.missing !== b.missing) warnings.push("the two runs count failed calls by different rules");
  if (a.basis === "decisions" || b.basis === "decisions") warnings.push("nobody saw the answers of at least one side: costs and latencies are expected, quality is not known");
  if (a.policy.hindsight || b.policy.hindsight) warnings.push("at least one side looks at the outcomes it is judged on (hindsight)");
  const said = [a, b].flatMap(({ run, policy, notes }) => notes.map((note) => `policy "${policy.name}"${a.run === b.run ? "" : ` of run ${run}`}: ${note}`));
  return [...warnings, ...new Set(said)];
}

function nothingPaired(a: Side, b: Side, both: number): WrpError {
  if (both === 0) return new WrpError("the two runs have no prompt in common", { hint: `"${a.workload}" and "${b.workload}" are different workloads` });
  return new WrpError(`none of the ${both} prompts in both has a grade of every model that the two policies use`, { hint: "a failed call is a gap; --missing failure-is-refusal counts it as quality 0" });
}
