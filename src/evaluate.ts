import { setImmediate as nextTurn } from "node:timers/promises";
import pLimit from "p-limit";
import { recordedGrade } from "./grade/recorded.ts";
import { valueHash } from "./lib/hash.ts";
import type { OutcomeColumns } from "./model/columns.ts";
import type { ModelSpec, PolicySpec } from "./model/config.ts";
import { EXIT, WrpError, type Place } from "./model/errors.ts";
import type { Prompt } from "./model/prompt.ts";
import type { Report } from "./model/report.ts";
import { ColumnsBuilder } from "./outcomes/columns.ts";
import { modelFigures } from "./outcomes/figures.ts";
import type { OutcomeStore, RunRecord, StoredDecisions } from "./outcomes/store.ts";
import type { Backend } from "./pool/backend.ts";
import { priceBook, type PriceBook } from "./pool/price-book.ts";
import { recordedBackend } from "./pool/recorded.ts";
import { compileReport } from "./report/compile.ts";
import type { DecidedPolicy, MissingRule, Objective } from "./report/input.ts";
import { assemble } from "./router/assemble.ts";
import { factOf, type ModelFigures, type Policy } from "./router/index.ts";
import { nonDecreasingHull } from "./stats/hull.ts";
import type { Workload } from "./workload/workload.ts";

/** Everything that changes a run's numbers, besides the workload. Stored with the run. */
export interface RunSettings {
  readonly seed: number;
  readonly models: readonly ModelSpec[];
  /** Only these models; null: all that the workload has. */
  readonly only: readonly string[] | null;
  readonly policies: readonly PolicySpec[];
  readonly objectives: readonly Objective[] | null;
  readonly reference: string | null;
  readonly margins: Readonly<Partial<Record<"quality" | "costUsdPer1k" | "latencyMs", number>>>;
  readonly missing: MissingRule;
  readonly lambdaPerUsd: number;
  readonly aiqRange: readonly [number, number] | null;
  readonly resamples: number;
}

/** The parts that a run is joined of. */
export interface Parts {
  readonly workload: Workload;
  /** The training part, where the workload is the held-out one. */
  readonly trainedOn: Workload | null;
  readonly store: OutcomeStore;
  readonly settings: RunSettings;
  readonly runId: string;
  readonly wrpVersion: string;
  /** Compute a report anew even where the store has it. */
  readonly fresh: boolean;
  readonly concurrency: number;
  /** The time of day, and a stopwatch in milliseconds. */
  readonly now: () => Date;
  readonly clockMs: () => number;
  readonly signal: AbortSignal;
  /** Where the user wrote a policy, for errors about it. */
  readonly placeOf?: (spec: PolicySpec) => Place | undefined;
}

/** What a run tells as it goes; the last is `done`. */
export type EvaluateEvent =
  | { readonly type: "read"; readonly prompts: number; readonly stored: boolean }
  | { readonly type: "decided"; readonly policy: string; readonly prompts: number; readonly reused: boolean }
  | { readonly type: "computing"; readonly policies: number }
  | { readonly type: "done"; readonly report: Report; readonly columns: OutcomeColumns; readonly policies: readonly ExplainedPolicy[] };

/** A decided policy with the rule behind each decision, where it gives one. */
export type ExplainedPolicy = DecidedPolicy & { readonly rules: Pick<StoredDecisions, "rule" | "rules" | "notes"> | null };

/**
 * The pipeline: workload → answers → grades → outcomes → decisions → report. The same settings, workload and seed give the
 * same report whatever the concurrency; what the store has is not computed again.
 */
export async function* evaluate(parts: Parts): AsyncGenerator<EvaluateEvent, void> {
  const { settings, store, workload, clockMs } = parts;
  const started = clockMs();
  const prices = priceBook(settings.models);
  const fitted = parts.trainedOn ? await fitOn(parts.trainedOn, parts, prices) : null;
  const config: RunConfig = { settings, fitted };
  const configHash = valueHash(config);
  const createdAt = parts.now().toISOString();
  const run: Report["run"] = { id: parts.runId, seed: settings.seed, createdAt, configHash, workloadHash: workload.hash, wrpVersion: parts.wrpVersion };
  store.startRun({ ...run, config: JSON.stringify(config) }, prices.records);
  try {
    const outcomes = yield* gather(parts, prices);
    const readMs = clockMs() - started;
    const { context, policies, notes } = assembled(outcomes.columns, config, parts.placeOf);
    const reference = referenceName(settings, policies, context.strong);

    const decideFrom = clockMs();
    const decided: ExplainedPolicy[] = [];
    const counts = { computed: 0, reused: 0, micros: 0 };
    for (const policy of policies) {
      await stopIfAsked(parts.signal);
      const before = clockMs();
      const { explained, reused } = decide(policy, outcomes.columns, parts);
      decided.push(explained);
      const each = explained.decisions.form === "choice"; // a mixture is one thing for the whole workload
      if (each) counts[reused ? "reused" : "computed"] += outcomes.columns.n;
      if (each && !reused) counts.micros += (clockMs() - before) * 1000;
      yield { type: "decided", policy: policy.name, prompts: outcomes.columns.n, reused };
    }
    const decideMs = clockMs() - decideFrom;

    yield { type: "computing", policies: decided.length };
    await stopIfAsked(parts.signal);
    const reportFrom = clockMs();
    const reportKey = valueHash({ configHash, workloadHash: workload.hash, wrpVersion: parts.wrpVersion });
    const known = parts.fresh ? null : store.findReport(reportKey);
    const computed =
      known ??
      compileReport({
        run,
        workload: { name: workload.name, files: workload.files, summary: outcomes.summary, duplicates: outcomes.duplicates },
        columns: outcomes.columns,
        models: outcomes.columns.models.map((name) => describeModel(name, settings, prices, outcomes)),
        policies: decided,
        weak: context.weak,
        strong: context.strong,
        reference,
        fittedHull: fitted && nonDecreasingHull(fitted.map((m, index) => ({ index, cost: m.costUsdPer1k, quality: m.quality }))).map((p) => fitted[p.index]?.name as string),
        objectives: settings.objectives,
        margins: settings.margins,
        missing: settings.missing,
        lambdaPerUsd: settings.lambdaPerUsd,
        aiqRange: settings.aiqRange,
        resamples: settings.resamples,
        warnings: [...outcomes.warnings, ...notes, ...decided.flatMap((p) => p.rules?.notes ?? []), ...settingsWarnings(settings, outcomes.columns, fitted !== null)],
      });
    const ended = clockMs();
    const report: Report = {
      ...computed,
      run,
      workload: { ...computed.workload, name: workload.name, files: computed.workload.files.map((file, k) => ({ ...file, name: workload.files[k]?.name ?? file.name })) },
      timing: {
        readMs,
        storeMs: outcomes.storeMs,
        decideMs,
        reportMs: ended - reportFrom,
        totalMs: ended - started,
        decisions: counts.computed,
        decisionMicros: counts.computed > 0 ? counts.micros / counts.computed : null,
        reused: { answers: outcomes.saved.answersKnown, grades: outcomes.saved.gradesKnown, decisions: counts.reused, report: known !== null },
        computed: { answers: outcomes.saved.answersNew, grades: outcomes.saved.gradesNew, decisions: counts.computed },
      },
    };
    store.finishRun(parts.runId, reportKey, report);
    yield { type: "done", report, columns: outcomes.columns, policies: decided };
  } catch (error) {
    store.failRun(parts.runId);
    throw error;
  }
}

/** What is stored with a run, so that it can be decided again: its settings and what was fitted on the training part. */
interface RunConfig {
  readonly settings: RunSettings;
  readonly fitted: readonly ModelFigures[] | null;
}

/** The columns and decisions of a stored run again, from the store alone. */
export async function redecide(
  run: RunRecord,
  parts: Pick<Parts, "store" | "clockMs" | "signal">,
): Promise<{ columns: OutcomeColumns; policies: ExplainedPolicy[]; settings: RunSettings; figures: readonly ModelFigures[] }> {
  const { settings, fitted } = JSON.parse(run.config) as RunConfig;
  // JSON has no NaN: an unknown figure came back as null.
  const config = { settings, fitted: fitted && fitted.map((m) => ({ name: m.name, quality: m.quality ?? NaN, costUsdPer1k: m.costUsdPer1k ?? NaN })) };
  const known = { ...parts, settings, workload: storedWorkload(parts.store, run.workloadHash), wrpVersion: run.wrpVersion, fresh: false, concurrency: 1 };
  const reading = gather(known, priceBook(settings.models));
  let step = await reading.next();
  while (!step.done) step = await reading.next();
  const { columns } = step.value;
  const { policies, context } = assembled(columns, config);
  return { columns, settings, figures: context.models, policies: policies.map((policy) => decide(policy, columns, known).explained) };
}

function assembled(columns: OutcomeColumns, { settings, fitted }: RunConfig, placeOf?: Parts["placeOf"]) {
  return assemble(fitted ?? figuresUnder(settings.missing, columns), settings.policies, columns.facts, columns.chosen.some((m) => m >= 0), placeOf);
}

/** What a model is worth under the run's rule for failed calls: a gap, or a refusal of quality 0. */
function figuresUnder(missing: MissingRule, columns: OutcomeColumns): ModelFigures[] {
  if (missing === "gap") return modelFigures(columns);
  return modelFigures({ ...columns, quality: columns.quality.map((column, m) => column.map((q, i) => ((columns.failed[m] as Uint8Array)[i] === 1 ? 0 : q))) });
}

/** A workload that is read from the store. */
function storedWorkload(store: OutcomeStore, hash: string): Workload {
  const stored = store.findWorkload(hash);
  if (!stored) throw new WrpError(`the store does not have the workload ${hash} whole`, { hint: "run the same wrp eval again" });
  const { header, summary } = stored;
  return {
    name: header.name,
    hash,
    files: header.files,
    async *batches() {
      yield* store.readPrompts(hash);
    },
    summary: () => summary,
  };
}

type Reading = Pick<Parts, "store" | "workload" | "settings" | "clockMs" | "signal" | "concurrency">;
type Deciding = Pick<Parts, "store" | "workload" | "settings" | "wrpVersion" | "fresh" | "signal">;

/** Reads the workload (from the store where it is there, else from its files, storing it) into columns. */
async function* gather(parts: Reading, prices: PriceBook) {
  const { store, workload, settings, clockMs, signal } = parts;
  const stored = store.findWorkload(workload.hash);
  const writer = stored ? null : store.writeWorkload({ hash: workload.hash, name: workload.name, files: workload.files });
  const pour = pourInto(parts, prices);
  let storeMs = 0;
  try {
    for await (const prompts of stored ? store.readPrompts(workload.hash) : workload.batches()) {
      await stopIfAsked(signal);
      const from = clockMs();
      writer?.append(prompts);
      storeMs += clockMs() - from;
      await pour.add(prompts);
      yield { type: "read" as const, prompts: pour.builder.size, stored: stored !== null };
    }
  } catch (error) {
    writer?.abandon();
    throw error;
  }
  const summary = stored?.summary ?? workload.summary();
  const from = clockMs();
  const saved = writer?.finish(summary) ?? { answersNew: 0, answersKnown: pour.answers(), gradesNew: 0, gradesKnown: pour.grades() };
  storeMs += clockMs() - from;
  const { columns, zeroCost } = pour.builder.finish(prices.free);
  for (const name of settings.only ?? []) if (!columns.models.includes(name)) throw unknownModel(name, pour.seen());
  return {
    columns,
    summary,
    saved,
    storeMs,
    zeroCost,
    duplicates: pour.builder.duplicates,
    warnings: zeroCost.map((name) => `${name} costs 0 on every prompt: taken as unpriced; say --free ${name} (or price: free in wrp.yaml) if it really costs nothing`),
  };
}

/** Answers and grades prompts batch by batch into columns; every answer once a prompt and model, shared by all policies. */
function pourInto(parts: Pick<Parts, "settings" | "concurrency">, prices: PriceBook) {
  const { settings } = parts;
  const backend: Backend = recordedBackend(prices.tokens);
  const builder = new ColumnsBuilder(factsOf(settings.policies).map((name) => ({ name, read: (prompt: Prompt) => factOf(name).read(prompt, {}) })));
  const limit = pLimit(parts.concurrency);
  const seen = new Set<string>();
  let answers = 0;
  let grades = 0;
  return {
    builder,
    /** Every model that a prompt has an outcome of, also those not asked for. */
    seen: () => [...seen],
    answers: () => answers,
    grades: () => grades,
    async add(prompts: readonly Prompt[]): Promise<void> {
      const names = new Set<string>();
      for (const prompt of prompts) for (const { model } of prompt.outcomes) names.add(model);
      for (const name of names) seen.add(name);
      if (settings.only) for (const name of names) if (!settings.only.includes(name)) names.delete(name);
      const from = builder.size;
      builder.addPrompts(prompts);
      const batches = await Promise.all([...names].map((model) => limit(async () => ({ model, answered: await backend.answer(prompts, model) }))));
      for (const { model, answered } of batches) {
        const graded = answered.map((answer) => (answer ? recordedGrade(answer) : null));
        builder.addAnswers(model, from, answered, graded);
        for (const answer of answered) if (answer) answers++;
        for (const grade of graded) if (grade !== null) grades++;
      }
    },
  };
}

async function fitOn(workload: Workload, parts: Pick<Parts, "settings" | "concurrency" | "signal">, prices: PriceBook) {
  const pour = pourInto(parts, prices);
  for await (const prompts of workload.batches()) {
    await stopIfAsked(parts.signal);
    await pour.add(prompts);
  }
  return figuresUnder(parts.settings.missing, pour.builder.finish(prices.free).columns);
}

/** One policy over the workload: from the store, over columns, or prompt by prompt. */
function decide(policy: Policy, columns: OutcomeColumns, parts: Deciding): { explained: ExplainedPolicy; reused: boolean } {
  const { store, workload, settings } = parts;
  // What looks at outcomes depends on the prices they were given, too.
  const outcomes = policy.hindsight ? settings.models : null;
  const key = valueHash({ kind: policy.kind, content: policy.content, models: columns.models, outcomes, wrpVersion: parts.wrpVersion });
  const { name, kind, control, hindsight, description, sweep } = policy;
  const shown = { name, kind, control, hindsight, description, ...(sweep ? { sweep } : {}) };
  const known = parts.fresh ? null : store.findDecisions(key, workload.hash);
  if (known) {
    const position = known.models.map((model) => columns.models.indexOf(model));
    const model = known.model.map((m) => (m < 0 ? -1 : (position[m] as number)));
    return { explained: { ...shown, decisions: { form: "choice", model }, rules: known.rules.length > 0 ? known : null }, reused: true };
  }
  if (policy.replay) {
    const decisions = policy.replay(columns);
    if (decisions.form === "choice")
      store.saveDecisions(key, workload.hash, { models: columns.models, model: decisions.model, rule: new Int32Array(columns.n).fill(-1), rules: [], notes: [] });
    return { explained: { ...shown, decisions, rules: null }, reused: false };
  }
  const stored = decideEach(policy, columns, store.readPrompts(workload.hash), parts.signal);
  store.saveDecisions(key, workload.hash, stored);
  return { explained: { ...shown, decisions: { form: "choice", model: stored.model }, rules: stored }, reused: false };
}

function decideEach(policy: Policy, columns: OutcomeColumns, batches: Iterable<readonly Prompt[]>, signal: AbortSignal): StoredDecisions {
  const model = new Int32Array(columns.n).fill(-1);
  const rule = new Int32Array(columns.n).fill(-1);
  const rules: string[] = [];
  const numbers = new Map<string, number>();
  let i = 0;
  for (const prompts of batches) {
    throwIfAsked(signal);
    for (const prompt of prompts) {
      const decision = policy.decide?.({ prompt, signals: {} });
      const step = decision?.alternatives[0]?.steps[0];
      if (decision && step?.do === "call") {
        model[i] = columns.models.indexOf(step.model);
        let number = numbers.get(decision.rule);
        if (number === undefined) numbers.set(decision.rule, (number = rules.push(decision.rule) - 1));
        rule[i] = number;
      }
      i++;
    }
  }
  return { models: columns.models, model, rule, rules, notes: policy.notes?.() ?? [] };
}

/** The numeric facts that policies read, and the length control's. */
function factsOf(policies: readonly PolicySpec[]): string[] {
  return [...new Set(["prompt.lengthCodePoints", ...policies.flatMap((p) => (p.kind === "threshold" ? [factOf(p.fact).name] : []))])];
}

function referenceName(settings: RunSettings, policies: readonly Policy[], strong: string | null): string {
  const names = policies.map((p) => p.name);
  if (settings.reference !== null) {
    if (!names.includes(settings.reference)) throw unknownPolicy(settings.reference, names);
    return settings.reference;
  }
  const own = policies.find((p) => !p.control && p.kind !== "always");
  return own?.name ?? strong ?? (names[0] as string);
}

function describeModel(name: string, settings: RunSettings, prices: PriceBook, outcomes: { columns: OutcomeColumns; zeroCost: readonly string[] }) {
  const spec = settings.models.find((m) => m.name === name);
  const costs = outcomes.columns.costUsd[outcomes.columns.models.indexOf(name)] as Float64Array;
  const priced = costs.some((c) => !Number.isNaN(c));
  return {
    name,
    priceSource: outcomes.zeroCost.includes(name) ? "unpriced (recorded cost is 0 on every prompt)" : prices.sourceOf(name, priced),
    trusted: spec?.trusted ?? null,
    guarded: spec?.guarded ?? null,
  };
}

function settingsWarnings(settings: RunSettings, columns: OutcomeColumns, heldOut: boolean): string[] {
  const warnings = settings.models.filter((m) => !columns.models.includes(m.name)).map((m) => `the config's model ${m.name} has no outcome in this workload`);
  if (columns.labels.has("tag:pii") && !settings.models.some((m) => m.trusted)) warnings.push("prompts are tagged pii but no model is marked trusted: every one of them counts as leaked");
  if (columns.labels.has("tag:attack") && !settings.models.some((m) => m.guarded)) warnings.push("prompts are tagged attack but no model is marked guarded: every one of them counts as reached");
  if (!heldOut && columns.models.length > 1) warnings.push("best single, hull and AIQ are maxima chosen on the prompts they are judged on: biased upward (judge on held-out prompts with --split test)");
  return warnings;
}

/** Gives a signal its turn (reading from the store and deciding never wait), then stops if one came. */
async function stopIfAsked(signal: AbortSignal): Promise<void> {
  await nextTurn();
  throwIfAsked(signal);
}

function throwIfAsked(signal: AbortSignal): void {
  if (signal.aborted)
    throw new WrpError("interrupted", { exitCode: EXIT.interrupted, hint: "what was read is stored: the same command goes on from there" });
}

function unknownModel(name: string, known: readonly string[]): WrpError {
  return new WrpError(`no outcome of model "${name}" in this workload`, { hint: `models: ${known.join(", ") || "none"}` });
}

function unknownPolicy(name: string, known: readonly string[]): WrpError {
  return new WrpError(`no policy is named "${name}"`, { hint: `policies: ${known.join(", ")}` });
}
