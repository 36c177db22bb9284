import { absentPolicies, absentUnderTest, absentWarnings, type Absent } from "./evaluate/absent.ts";
import { withAnswers } from "./evaluate/answered.ts";
import { alignBaseline, baselineLines } from "./evaluate/baseline.ts";
import { hashOfAsked, keepAsked, recallAsked } from "./evaluate/asked.ts";
import { assembled, basedOn, type Based } from "./evaluate/based.ts";
import { decideAll, type Decided, type ExplainedPolicy } from "./evaluate/decide.ts";
import { describeModel, referenceName, settingsWarnings } from "./evaluate/describe.ts";
import { fitOn, gather, promptsAgain, storedWorkload } from "./evaluate/gather.ts";
import { endWithout, stopIfAsked } from "./evaluate/interrupt.ts";
import { storedModels } from "./evaluate/stored-outputs.ts";
import { decidedBy, liveFindings, liveHash, liveTiming } from "./evaluate/live-findings.ts";
import { withCost } from "./evaluate/overhead.ts";
import type { Parts, RunConfig, RunSettings } from "./evaluate/parts.ts";
import { mute, remoteWarnings } from "./evaluate/remote-findings.ts";
import { checkReplaced } from "./evaluate/replaced-prices.ts";
import { decideThrough, type Deciding } from "./evaluate/through-session.ts";
import { policiesUnderTest } from "./evaluate/under-test.ts";
import { checkCompared } from "./evaluate/without-vectors.ts";
import { valueHash } from "./lib/hash.ts";
import type { OutcomeColumns } from "./model/columns.ts";
import type { PolicySpec } from "./model/config.ts";
import type { WrpError } from "./model/errors.ts";
import { signalModelIds } from "./model/signal-models.ts";
import { REPORT_REVISION, type Report } from "./model/report.ts";
import type { RunRecord } from "./outcomes/store.ts";
import { withRemotes } from "./outcomes/remote-columns.ts";
import { priceBook, type PriceBook } from "./pool/price-book.ts";
import { compiling } from "./report/compile.ts";
import type { Basis, ModelInfo, ReportInput } from "./report/input.ts";
import type { Assembly } from "./router/assemble.ts";
import { policyName, type ModelFigures } from "./router/index.ts";
import { nonDecreasingHull } from "./stats/hull.ts";

/** An interrupt is heard within about this time. */
const PAUSE_EVERY_MS = 200;

export type { ExplainedPolicy, Parts, RunSettings };

/** What a run tells as it goes; the last is `done`. */
export type EvaluateEvent =
  | { readonly type: "read"; readonly prompts: number; readonly stored: boolean }
  | Deciding
  | { readonly type: "decided"; readonly policy: string; readonly prompts: number; readonly reused: boolean }
  | { readonly type: "computing"; readonly resamples: number; readonly of: number }
  | {
      readonly type: "done";
      readonly report: Report;
      readonly columns: OutcomeColumns;
      /** What was really seen, where the report stands on decisions; null on outcomes. */
      readonly logged: OutcomeColumns | null;
      readonly policies: readonly ExplainedPolicy[];
      /** The lines of a baseline file that this run is blessed as. */
      readonly baseline: () => Iterable<string>;
    };

/**
 * The pipeline: workload → answers → grades → outcomes → decisions → report. The same settings, workload and seed give the
 * same report whatever the concurrency; what the store has is not computed again.
 */
export async function* evaluate(given: Parts): AsyncGenerator<EvaluateEvent, void> {
  const parts = given.signalModels ? { ...given, signalModels: storedModels(given.signalModels, given.store), settings: { ...given.settings, signals: signalModelIds(given.signalModels) } } : given;
  const { settings, store, workload, clockMs } = parts;
  const started = clockMs();
  const prices = priceBook(settings.models);
  const fit = parts.trainedOn ? await fitOn(parts.trainedOn, parts, prices) : null;
  const fitted = fit?.figures ?? null;
  const trainedLive = fit && liveHash(fit.columns, fit.live.map(({ model }) => model));
  const config: RunConfig = { settings, fitted, baseline: parts.baseline?.hash ?? null, ...(trainedLive === null ? {} : { trainedLive }) };
  const configHash = valueHash(config);
  const createdAt = parts.now().toISOString();
  const run: Report["run"] = { id: parts.runId, seed: settings.seed, createdAt, configHash, workloadHash: workload.hash, wrpVersion: parts.wrpVersion };
  const read: RunConfig["read"] = { name: workload.name, files: workload.files.map((file) => file.name) };
  store.startRun({ ...run, config: JSON.stringify({ ...config, read }) }, prices.records);
  try {
    const outcomes = await basedOn(yield* gather(parts, prices), () => promptsAgain(parts), parts);
    checkReplaced(outcomes.repriced, outcomes.basis, outcomes.columns.models);
    if (outcomes.basis === "outcomes") checkCompared(outcomes.columns, outcomes.compared);
    const readMs = clockMs() - started;
    // What was paid for is judged, whatever policy cannot be: without --live that is an error.
    const unbuilt = new Map<PolicySpec, WrpError>();
    const { context, policies, notes } = assembled(outcomes, config, parts.placeOf, parts.live && ((error, spec) => void unbuilt.set(spec, error)));
    const absent: Absent = parts.live ? absentPolicies(settings, policies, outcomes.silent, unbuilt) : new Map();
    const reference = referenceName(settings, policies, context.strong, outcomes.basis, { absent, mute: mute(outcomes.columns) });
    const untested = absentUnderTest(settings, absent);
    const present = policiesUnderTest(settings, policies, reference, { ...outcomes, seen: [...outcomes.seen, ...(parts.baseline?.header.models ?? [])], absent: [...absent.keys()] });
    // The reference would be a stand-in for those that are absent.
    const underTest = untested.length > 0 && present.every((name) => name === reference) ? [] : present;
    const tested = [...new Set([...underTest, ...settings.gates.flatMap(({ policy }) => (policy === null || absent.has(policy) ? [] : policy))])];
    const baseline = parts.baseline && alignBaseline(parts.baseline, outcomes.columns, settings, outcomes.comparability, { tested, own: underTest });
    const decideFrom = clockMs();
    const decided: ExplainedPolicy[] = [];
    const keys: string[] = [];
    const overhead: NonNullable<Report["timing"]["overhead"]> = [];
    const counts = { computed: 0, reused: 0, micros: 0 };
    const learning = parts.vectors && { encoder: parts.vectors, artefacts: parts.artefacts ?? new Map(), opened: parts.opened ?? new Map(), trained: fit && parts.trainedOn && { workload: parts.trainedOn, columns: fit.columns } };
    const inside = yield* decideAll(policies.filter(({ open }) => !open), outcomes.columns, { ...parts, learning, trainedLive, repriced: outcomes.repriced, perturbing: true });
    counts.micros += (clockMs() - decideFrom) * 1000;
    for (const policy of policies) {
      await stopIfAsked(parts.signal);
      const before = clockMs();
      const asked = policy.open ? yield* decideThrough(policy, outcomes.columns, parts) : null;
      const { explained, reused, keys: own } = asked ?? (inside.get(policy) as Decided);
      decided.push(explained);
      const measured = asked?.overhead ?? inside.get(policy)?.overhead;
      if (measured) overhead.push(measured);
      const each = explained.decisions.form !== "mixture"; // a mixture is one thing for the whole workload
      keys.push(...own, ...(inside.get(policy)?.copyKeys ?? []));
      if (each) counts[reused ? "reused" : "computed"] += outcomes.columns.n;
      if (asked && !reused) counts.micros += (clockMs() - before) * 1000;
      yield { type: "decided", policy: policy.name, prompts: outcomes.columns.n, reused };
    }
    const decideMs = clockMs() - decideFrom;
    const answered = await withAnswers(withRemotes(outcomes.columns), policies, decided, () => promptsAgain(parts), settings, parts.live !== undefined);
    const { columns } = answered;

    const reportFrom = clockMs();
    // List prices are those of the day.
    const pricedOn = outcomes.basis === "decisions" ? createdAt.slice(0, 10) : null;
    const asked = hashOfAsked(policies, decided);
    const found = liveFindings(outcomes.live, outcomes.silent, outcomes.columns, fit, outcomes.compared);
    const lost = absentWarnings(settings, reference, absent, unbuilt);
    const findings = { warnings: [...found.warnings, ...lost], undecided: found.undecided || lost.length > 0 };
    const live = liveHash(outcomes.columns, outcomes.live.map(({ model }) => model));
    const rates = outcomes.rates.flatMap(({ model, measured }) => (measured ? [{ model, ...measured }] : []));
    const reportKey = valueHash({ configHash, pricedOn, asked, ...(rates.length === 0 ? {} : { rates }), ...(live === null ? {} : { live }), workloadHash: workload.hash, wrpVersion: parts.wrpVersion, revision: REPORT_REVISION });
    const known = parts.fresh ? null : store.findReport(reportKey);
    const computed = known ?? (yield* computeReport(reportInput(run, parts, config, prices, { ...outcomes, columns, warnings: [...outcomes.warnings, ...answered.warnings] }, { context, policies, notes }, answered.decided, { reference, underTest, absent: { why: absent, underTest: untested }, baseline }), parts));
    const ended = clockMs();
    const report: Report = {
      ...computed,
      run,
      workload: named(computed.workload, read),
      verdict: decidedBy(computed.verdict, findings),
      warnings: [...new Set([...computed.warnings, ...findings.warnings])],
      timing: {
        readMs,
        storeMs: outcomes.storeMs,
        decideMs,
        reportMs: ended - reportFrom,
        totalMs: ended - started,
        decisions: counts.computed,
        decisionMicros: counts.computed > 0 ? counts.micros / counts.computed : null,
        ...(overhead.length > 0 ? { overhead: overhead.map((one) => withCost(one, parts.routerHourUsd)) } : {}),
        ...(outcomes.judge ? { judge: outcomes.judge } : {}),
        ...(outcomes.embedder ? { embedder: outcomes.embedder } : {}),
        ...(parts.live ? { live: liveTiming([...outcomes.live, ...(fit?.live ?? [])], parts.live.spent()) } : {}),
        reused: { answers: outcomes.saved.answersKnown, grades: outcomes.saved.gradesKnown, decisions: counts.reused, report: known !== null },
        computed: { answers: outcomes.saved.answersNew, grades: outcomes.saved.gradesNew, decisions: counts.computed },
      },
    };
    keys.push(...keepAsked(store, workload.hash, reportKey, policies, decided, outcomes.columns));
    store.finishRun(parts.runId, reportKey, report, keys);
    const blessed = answered.decided.filter((policy) => tested.includes(policy.name) || parts.blessed.includes(policy.name));
    yield {
      type: "done",
      report,
      columns,
      logged: outcomes.logged,
      policies: answered.decided,
      baseline: () => baselineLines(report, columns, blessed, modelInfos(settings, prices, outcomes), settings, outcomes.comparability),
    };
  } catch (error) {
    endWithout(store, parts.runId, error);
    throw error;
  }
}

/** Computes the report, pausing a few times a second so that an interrupt is heard. */
async function* computeReport(input: ReportInput, { clockMs, signal }: Parts): AsyncGenerator<EvaluateEvent, Omit<Report, "timing">> {
  const steps = compiling(input);
  let paused = -Infinity;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (clockMs() - paused < PAUSE_EVERY_MS) continue;
    yield { type: "computing", resamples: step.value, of: input.resamples };
    await stopIfAsked(signal);
    paused = clockMs();
  }
}

function reportInput(
  run: Report["run"],
  { workload, settings }: Parts,
  { fitted }: RunConfig,
  prices: PriceBook,
  outcomes: Based,
  { context, notes }: Assembly,
  decided: readonly ExplainedPolicy[],
  judged: Pick<ReportInput, "reference" | "underTest" | "absent" | "baseline">,
): ReportInput {
  const { columns, basis, logged, summary, duplicates, warnings } = outcomes;
  return {
    ...settings,
    run,
    workload: { name: workload.name, files: workload.files, summary, duplicates },
    basis,
    columns,
    logged,
    models: modelInfos(settings, prices, outcomes),
    policies: decided,
    weak: context.weak,
    strong: context.strong,
    ...judged,
    fittedHull: fitted && hullModels(fitted.filter((m) => columns.models.includes(m.name))),
    warnings: [...warnings, ...notes, ...notesOf(decided), ...settingsWarnings(settings, columns, fitted, basis), ...remoteWarnings(settings, columns)],
  };
}

/** What policies met on the way, each once with all whose it is. */
function notesOf(decided: readonly ExplainedPolicy[]): string[] {
  const whose = new Map<string, string[]>();
  for (const { name, rules } of decided) for (const note of rules?.notes ?? []) whose.set(note, [...(whose.get(note) ?? []), `"${name}"`]);
  return [...whose].map(([note, names]) => `${names.length === 1 ? "policy" : "policies"} ${names.join(", ")}: ${note}`);
}

function modelInfos(settings: RunSettings, prices: PriceBook, outcomes: Based): ModelInfo[] {
  return outcomes.columns.models.map((name) => describeModel(name, settings, prices, outcomes));
}

function hullModels(figures: readonly ModelFigures[]): string[] {
  const points = figures.map((m, index) => ({ index, cost: m.costUsdPer1k, quality: m.quality }));
  return nonDecreasingHull(points).map((p) => figures[p.index]?.name as string);
}

/** The columns and decisions of a stored run again, from the store alone. */
export async function redecide(
  run: RunRecord,
  parts: Pick<Parts, "store" | "clockMs" | "signal">,
): Promise<{ columns: OutcomeColumns; logged: OutcomeColumns | null; policies: ExplainedPolicy[]; settings: RunSettings; figures: readonly ModelFigures[]; basis: Basis; models: readonly ModelInfo[]; workload: string }> {
  const { settings, fitted, read, trainedLive } = JSON.parse(run.config) as RunConfig;
  // JSON has no NaN: an unknown figure came back as null.
  const config = { settings, baseline: null, fitted: fitted && fitted.map((m) => ({ name: m.name, quality: m.quality ?? NaN, costUsdPer1k: m.costUsdPer1k ?? NaN })) };
  const known = { ...parts, settings, workload: storedWorkload(parts.store, run.workloadHash), wrpVersion: run.wrpVersion, fresh: false, concurrency: 1, again: true, trainedLive };
  const prices = priceBook(settings.models);
  const gathered = await resultOf(gather(known, prices));
  const judged = run.reportKey === null ? null : parts.store.findReport(run.reportKey);
  const reported = new Set(judged?.models.map(({ name }) => name));
  const silent = reported.size === 0 ? [] : gathered.live.filter(({ model }) => !reported.has(model)).map(({ model }) => ({ model, why: null }));
  const outcomes = await basedOn({ ...gathered, silent }, () => parts.store.readPrompts(run.workloadHash), { settings, now: () => new Date(run.createdAt) });
  const { columns } = outcomes;
  // Of a complete run, what could not be built was left out.
  const { policies, context } = assembled(outcomes, config, undefined, (error, spec) => {
    if (judged === null || judged.policies.some(({ name }) => name === policyName(spec))) throw error;
  });
  const inside = await resultOf(decideAll(policies.filter(({ open }) => !open), columns, { ...known, repriced: gathered.repriced }));
  const decided = policies.map((policy) => (policy.open ? recallAsked(parts.store, run, policy, columns) : (inside.get(policy) as Decided).explained));
  const answered = await withAnswers(withRemotes(columns), policies, decided, () => parts.store.readPrompts(run.workloadHash), settings, true);
  return { columns: answered.columns, logged: outcomes.logged, settings, figures: context.models, policies: [...answered.decided], basis: outcomes.basis, models: modelInfos(settings, prices, outcomes), workload: read?.name ?? known.workload.name };
}

/** What comes of it, without what it tells on the way. */
async function resultOf<R>(telling: AsyncGenerator<unknown, R>): Promise<R> {
  for (;;) {
    const step = await telling.next();
    if (step.done) return step.value;
  }
}

/** A stored report under the names that this run's user gave; another run of the same bytes may have stored it. */
export function asRead(report: Report, run: RunRecord): Report {
  const { read } = JSON.parse(run.config) as RunConfig;
  return read ? { ...report, workload: named(report.workload, read) } : report;
}

function named(workload: Report["workload"], read: NonNullable<RunConfig["read"]>): Report["workload"] {
  return { ...workload, name: read.name, files: workload.files.map((file, k) => ({ ...file, name: read.files[k] ?? file.name })) };
}
