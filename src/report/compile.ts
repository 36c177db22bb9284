import type { Decisions } from "../model/columns.ts";
import type { KnobCurve, Report, ReportPolicy } from "../model/report.ts";
import { aiq, costRange } from "../stats/aiq.ts";
import { design, type Design } from "../stats/design.ts";
import type { CostQuality } from "../stats/hull.ts";
import { hypervolume } from "../stats/hypervolume.ts";
import { meanInterval, type Bounds } from "../stats/intervals.ts";
import { resampling, type Mean } from "../stats/means.ts";
import { random } from "../stats/random.ts";
import { pendingCalibration, type PendingCalibration } from "./calibration.ts";
import { compareFamily, differenceInterval, promptsToSettle, type Difference } from "./comparisons.ts";
import { allPrompts, comparedPrompts, type Compared } from "./compared.ts";
import { strongPair } from "./curve-share.ts";
import { pendingCurve } from "./curves.ts";
import { METRICS } from "./definitions.ts";
import { counts, describeOracle, describeWorkload, methodOf, whyUndecided } from "./describe.ts";
import { judge, objectivesOf } from "./frontier.ts";
import { overall, pendingGate, undecidedGate, type GateSubject, type MixFigures, type PendingGate } from "./gates.ts";
import type { DecidedPolicy, ReportInput } from "./input.ts";
import { learnedWarnings } from "./learned.ts";
import { Ledger, type Entry } from "./ledger.ts";
import { costMatchedMix, hullPoints, pendingAiq, singlePoints } from "./mix.ts";
import { movedBetween } from "./moved.ts";
import { onlineReport, orderWarnings } from "./online.ts";
import { blindWarnings, decidedPolicy, expectedFigures } from "./decided.ts";
import { decidedOf, partOf } from "./partial.ts";
import { ASSUMED, pendingRobustness, type PendingRobustness } from "./robustness.ts";
import { reportedPolicy } from "./policies.ts";
import { simulatedFigures } from "./simulated.ts";
import { slicesOf } from "./slices.ts";
import { spreadOf } from "./spread.ts";
import { pendingSweep, type PendingSweep, type SweepSpec } from "./sweeps.ts";

/** Curves over many prompts are resampled less often than means: about this many prompt visits a sweep. */
const CURVE_VISITS = 4e8;
const FEWEST_RESAMPLES = 200;
/** Sets smaller than this make every interval doubtful. */
const FEW_CLUSTERS = 30;

/**
 * Computes the report: every number with an interval, every comparison paired on the same prompts and the same resamples.
 * Pure: the same input gives the same document. Throws WrpError where no prompt can be compared.
 */
export function compileReport(input: ReportInput): Omit<Report, "timing"> {
  const steps = compiling(input);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** `compileReport` in steps: yields the number of resamples done. */
export function* compiling(input: ReportInput): Generator<number, Omit<Report, "timing">> {
  const { columns, policies, run, basis } = input;
  const blind = basis === "decisions";
  const compared = blind ? allPrompts(columns) : comparedPrompts(columns, input.missing);
  const warnings = [...input.warnings, ...input.workload.summary.warnings, ...compared.warnings];
  const units = design(
    Int32Array.from(compared.at, (i) => columns.cluster[i] as number),
    columns.clusters,
    Int32Array.from(compared.at, (i) => columns.stratum[i] as number),
    random(run.seed, "units"),
  );
  if (units.clusters < FEW_CLUSTERS) warnings.push(`only ${units.clusters} independent prompt${units.clusters === 1 ? "" : "s"}: intervals are rough below ${FEW_CLUSTERS}`);

  const ledger = new Ledger(compared, compared.quality.length);
  const entries = new Map(policies.map((policy) => [policy.name, ledger.policy(policy.decisions)]));
  const reference = policies.find((p) => p.name === input.reference) ?? (policies[0] as DecidedPolicy);
  const rivals = policies.filter((p) => p !== reference && !p.hindsight && !isAlias(p));
  const differences = rivals.map((a) => ({
    a,
    ...ledger.difference(a.decisions, reference.decisions),
    pairs: ledger.pairs(a.decisions, reference.decisions),
    identical: sameDecisions(compared, a.decisions, reference.decisions),
  }));

  const curveResamples = Math.min(input.resamples, Math.max(FEWEST_RESAMPLES, Math.floor(CURVE_VISITS / compared.n)));
  const sweeps = (blind ? [] : pendingSweeps(input, compared, units, curveResamples)).map((one) => ({
    ...one,
    gap: ledger.gap(columns.models.indexOf(one.spec.weak), columns.models.indexOf(one.spec.strong)),
  }));
  const pair = strongPair(columns.models, input);
  const curves = blind ? [] : policies.flatMap((policy) => pendingCurve(policy, compared, units, pair, { resamples: input.resamples, visits: CURVE_VISITS }) ?? []);
  const calibrations = new Map(blind ? [] : policies.map((policy) => [policy.name, pendingCalibration(policy, compared, units, curveResamples)]));
  const robustness = new Map(policies.map((policy) => [policy.name, pendingRobustness(policy, compared, ledger)]));
  const singles = singlePoints(columns.models, compared, input.fittedHull, units);
  const costs = input.aiqRange ?? costRange(singles.now);
  const range = costs && costs[1] > costs[0] ? costs : null; // AIQ divides by the range's width
  const area = range && singles.now.length > 0 ? pendingAiq(ledger, singles.now.map((p) => p.index), range, units, input.resamples) : null;
  const readAll = design(columns.cluster, columns.clusters, columns.stratum, random(run.seed, "units of all read"));
  const gates = pendingGates(input, { ...input, compared, units, readAll, ledger, resamples: curveResamples });
  const results = yield* resampling(units, ledger.columns, input.resamples, random(run.seed, "resample"), [
    ...sweeps.map(({ sweep }) => sweep.resample),
    ...curves.map(({ resample }) => resample),
    ...[...calibrations.values()].flatMap((one) => (one ? [one.resample] : [])),
    ...(area ? [area.resample] : []),
    ...gates.flatMap(({ pending }) => (pending.resample ? [pending.resample] : [])),
  ]);
  const read = (entry: Entry) => ledger.read(entry, results);

  const models = hullPoints(singles, ledger, results, units);
  const best = bestSingle(models.all);
  const dearest = costRange(models.now)?.[1] ?? null;
  const oracle = policies.find((p) => p.kind === "oracle");
  const oracleQuality = oracle ? read(entries.get(oracle.name) as Entry).quality.mean : null;

  const isAbove = (gap: (typeof sweeps)[number]["gap"]): boolean => {
    const interval = differenceInterval("quality", { mean: results[gap.column] as Mean, pairs: gap.pairs, identical: false });
    return interval !== null && interval[0] > 0;
  };
  const strongIsBetter = sweeps.some(({ policy, gap }) => policy === null && isAbove(gap));
  const beside = { models, ledger, results, range, best: bestPoint(models.all), curves: curves.length, margin: input.margins.quality ?? null, strongIsBetter };
  const finishedCurves = curves.map((curve) => curve.finish({ ...beside, row: read(entries.get(curve.policy) as Entry) }));

  const besideMixes = policies.filter((p) => !p.hindsight).length;

  const mixes = new Map<string, MixFigures>();
  const reported = policies.map((policy): ReportPolicy => {
    const entry = entries.get(policy.name) as Entry;
    const figures = read(entry);
    const mix = policy.hindsight ? null : costMatchedMix(entry, figures, models, columns.models, besideMixes, input.margins.quality ?? null);
    if (mix?.row) mixes.set(policy.name, { difference: mix.row.difference, bounds: mix.oneSided, n: figures.quality.n });
    const subject = { policy, figures, columns, compared, units, readAll, models: input.models, lambdaPerUsd: input.lambdaPerUsd, slo: input.slo, reference };
    const own = blind ? decidedPolicy(subject, input.logged) : reportedPolicy(subject);
    return {
      ...own,
      costMatchedMix: mix?.row ?? null,
      ...policyAiq(sweeps.find((s) => s.policy === policy.name)?.sweep ?? null, range),
      ...curveAiq(finishedCurves.find((curve) => curve.policy === policy.name)),
      ...calibrated(calibrations.get(policy.name) ?? null),
      ...robust(robustness.get(policy.name) ?? null, results),
      expected: blind ? expectedFigures(policy, own, columns, input.logged) : [],
      gainAtBestSingle: best && figures.quality.mean !== null ? finite(figures.quality.mean - best.quality) : null,
      gapAtOracle: oracleQuality !== null && figures.quality.mean !== null ? oracleQuality - figures.quality.mean : null,
      simulated: simulatedFigures(policy, columns, input.models, own),
      ...partOf(blind ? decidedOf(policy, compared) : own.quality.n, compared.n),
      onFrontier: false,
      dominatedBy: [],
    };
  });

  if (!blind) for (const p of reported) if (p.quality.n < compared.n) warnings.push(`${p.name} decides on ${p.quality.n} of ${compared.n} compared prompts: ${whyUndecided(p.kind)}`);
  for (const p of reported)
    if (!blind && !p.control && p.costUsdPer1k && p.costUsdPer1k.n < p.quality.n)
      warnings.push(`the cost of ${p.name} is known on ${p.costUsdPer1k.n} of the ${p.quality.n} prompts that its quality stands on`);
  for (const p of reported)
    if (!blind && !p.control && p.latencyMs && p.latencyMs.n < p.quality.n)
      warnings.push(`the latency of ${p.name} is known on ${p.latencyMs.n} of the ${p.quality.n} prompts that its quality stands on`);
  if (input.aiqRange && singles.now.every((m) => m.cost > (input.aiqRange?.[0] ?? 0) * (1 + 1e-9)))
    warnings.push("AIQ's range starts below the cheapest model: that model's quality stands there");
  if (blind) warnings.push(...blindWarnings(reported, compared.n));
  const objectives = objectivesOf(blind ? (input.objectives ?? ["cost"]) : input.objectives, reported, warnings);
  const judged = judge(reported, objectives, warnings);
  if (judged.some((policy) => policy.robustness)) warnings.push(ASSUMED);
  if (!blind) warnings.push(...learnedWarnings(judged));

  const comparisons = [
    ...compareFamily("quality", "max", family("quality"), input.margins.quality ?? null),
    ...compareFamily("costUsdPer1k", "min", family("cost"), input.margins.costUsdPer1k ?? null),
    ...compareFamily("latencyMs", "min", family("latency"), input.margins.latencyMs ?? null),
    ...judged.flatMap(mixComparison),
  ];

  const finishedSweeps = sweeps.map(({ spec, sweep, gap }) => {
    const above = isAbove(gap);
    if (!above) warnings.push(`sweep ${spec.name}: APGR and CPT are n/a, since the interval of ${spec.strong} minus ${spec.weak} is not above 0`);
    return sweep.finish(!above, best ?? { quality: NaN, costUsdPer1k: NaN });
  });

  const online = blind ? [] : policies.flatMap((policy) => onlineReport(policy, columns, compared) ?? []);
  warnings.push(...orderWarnings(online, judged));

  const decidedGates = gates.map(({ policy, pending }) => pending.finish(results, mixes.get(policy) ?? null));

  return {
    schemaVersion: 1,
    basis,
    run,
    objectives,
    metricDefinitions: METRICS,
    workload: describeWorkload(input, compared, units),
    models: input.models.map((model) => ({ ...model, ...counts(input, model.name), ...spreadOf(columns, model.name) })),
    policies: judged,
    comparisons,
    slices: slicesOf(columns, compared, units, policies.filter((p) => !p.control)),
    sweeps: finishedSweeps,
    curves: finishedCurves,
    ...(online.length > 0 ? { online } : {}),
    ...learningOf(input),
    frontier: judged.filter((p) => p.onFrontier).map((p) => p.name),
    moved: movedPairs(policies, reference).flatMap(([a, b]) => movedBetween(columns, compared, a, b) ?? []),
    metrics: {
      aiq: range && area ? poolAiq(models.now, range, meanInterval(area.mean(results), { low: 0, high: 1 })) : null,
      oracle: describeOracle(oracle, judged, compared),
      zeroRouter: models.now.length > 0 ? { hull: models.hull.map((p) => ({ name: columns.models[p.index] as string, costUsdPer1k: p.cost, quality: p.quality })) } : null,
      hypervolume: dearest === null ? null : finite(hypervolume(judged.filter((p) => p.onFrontier).flatMap(pointOf), dearest)),
    },
    gates: decidedGates,
    verdict: overall(decidedGates),
    statistics: {
      level: 0.95,
      resamples: input.resamples,
      method: methodOf(units, compared, input, curveResamples),
      reference: reference.name,
      weak: input.weak,
      strong: input.strong,
    },
    warnings: [...new Set(warnings)],
  };

  function family(metric: "quality" | "cost" | "latency"): Difference[] {
    return differences.flatMap(({ a, pairs, identical, ...entry }) => {
      const k = entry[metric];
      const mean = k === null ? undefined : results[k];
      if (!mean || mean.n === 0) return [];
      const independent = units.clusters === compared.n;
      return [{ a: a.name, b: reference.name, mean, pairs: metric === "quality" ? pairs : null, identical, independent }];
    });
  }
}

/** Every gate on the policy it names, or on each under test. */
function pendingGates(input: ReportInput, subject: GateSubject): { policy: string; pending: PendingGate }[] {
  const { why, underTest } = input.absent ?? { why: new Map<string, string>(), underTest: [] };
  return input.gates.flatMap((gate) =>
    (gate.policy === null ? [...input.underTest, ...underTest] : [gate.policy]).map((name) => {
      const policy = input.policies.find((p) => p.name === name);
      if (!policy) return { policy: name, pending: undecidedGate(gate, name, why.get(name) ?? "the policy is not there") };
      return { policy: name, pending: pendingGate(gate, policy, input.baseline?.get(name) ?? null, subject) };
    }),
  );
}

/** True where two policies choose alike on every compared prompt, or mix alike. */
function sameDecisions({ at }: Compared, a: Decisions, b: Decisions): boolean {
  if (a.form === "mixture" && b.form === "mixture") return a.weights.every((w, m) => w === b.weights[m]);
  if (a.form === "spread" && b.form === "spread") return a.weights.every((column, m) => at.every((i) => column[i] === b.weights[m]?.[i]));
  return a.form === "choice" && b.form === "choice" && at.every((i) => a.model[i] === b.model[i]);
}

/** Controls that are one of the models again: the model's own row says it. */
function isAlias(policy: DecidedPolicy): boolean {
  return policy.control && (policy.kind === "cheapest" || policy.kind === "best-single");
}

interface NamedSweep {
  readonly policy: string | null;
  readonly spec: SweepSpec;
  readonly sweep: PendingSweep;
}

function pendingSweeps(input: ReportInput, compared: Compared, units: Design, resamples: number): NamedSweep[] {
  const wanted: { policy: string | null; spec: SweepSpec }[] = input.policies.flatMap((p) =>
    p.sweep ? [{ policy: p.name, spec: { name: p.name, ...p.sweep } }] : [],
  );
  if (input.weak !== null && input.strong !== null && input.weak !== input.strong)
    wanted.push({ policy: null, spec: { name: "oracle", fact: null, weak: input.weak, strong: input.strong } });
  return wanted.flatMap(({ policy, spec }) => {
    const sweep = pendingSweep(spec, input.columns, compared, units, resamples);
    return sweep ? [{ policy, spec, sweep }] : [];
  });
}

function robust(pending: PendingRobustness | null, results: readonly Mean[]): Pick<ReportPolicy, "robustness"> {
  return pending ? { robustness: pending.finish(results) } : {};
}

function calibrated(pending: PendingCalibration | null): Pick<ReportPolicy, "calibration"> {
  return pending ? { calibration: pending.finish() } : {};
}

function policyAiq(sweep: PendingSweep | null, range: readonly [number, number] | null): Pick<ReportPolicy, "aiq"> {
  const value = sweep && range ? sweep.aiq(range) : null;
  return value && range ? { aiq: { paper: value.paper, code: value.code, logCost: finite(value.logCost), range: [...range], ci: null } } : {};
}

function curveAiq(curve: KnobCurve | undefined): Pick<ReportPolicy, "aiq"> {
  return curve?.aiq ? { aiq: curve.aiq } : {};
}

function poolAiq(models: readonly CostQuality[], range: readonly [number, number], ci: Bounds | null): NonNullable<Report["metrics"]["aiq"]> {
  const value = aiq(models, range);
  return { paper: value.paper, code: value.code, logCost: finite(value.logCost), range: [...range], ci };
}

function bestPoint(models: readonly CostQuality[]): CostQuality | null {
  return models.reduce<CostQuality | null>(
    (held, m) => (!held || m.quality > held.quality + 1e-12 || (Math.abs(m.quality - held.quality) <= 1e-12 && m.cost < held.cost) ? m : held),
    null,
  );
}

function bestSingle(models: readonly CostQuality[]): { quality: number; costUsdPer1k: number } | null {
  const best = bestPoint(models);
  return best ? { quality: best.quality, costUsdPer1k: best.cost } : null;
}

/** How policies that learn were fitted. */
function learningOf({ learning }: ReportInput): Pick<Report, "learning"> {
  if (!learning) return {};
  const { shots, ...rest } = learning;
  return { learning: { ...rest, ...(shots ? { shots: [...shots] } : {}) } };
}

function mixComparison(p: ReportPolicy): Report["comparisons"] {
  if (!p.costMatchedMix) return [];
  const { difference, ci, simultaneousCi, margin, verdict } = p.costMatchedMix;
  return [
    { a: p.name, b: "cost-matched-mix", metric: "quality", difference, ci, simultaneousCi, margin, verdict, pHolm: null, pMcNemar: null, n: p.quality.n, nToSettle: promptsToSettle(difference, simultaneousCi, p.quality.n, margin) },
  ];
}

function pointOf(p: ReportPolicy): CostQuality[] {
  const cost = p.costUsdPer1k?.mean ?? null;
  return cost === null || p.quality.mean === null ? [] : [{ index: 0, cost, quality: p.quality.mean }];
}

/** Each configured policy against the reference; without any, the reference against the length rule. */
function movedPairs(policies: readonly DecidedPolicy[], reference: DecidedPolicy): [DecidedPolicy, DecidedPolicy][] {
  const configured = policies.filter((p) => !p.control && p.kind !== "always" && p !== reference);
  const others = configured.length > 0 ? configured : policies.filter((p) => p.kind === "threshold" && p !== reference);
  // A mixture has no choices to move from: the best single stands for it.
  const from = reference.decisions.form === "choice" ? reference : policies.find((p) => p.kind === "best-single");
  return from ? others.map((p) => [from, p]) : [];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
