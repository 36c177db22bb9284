import { withAnswers } from "../evaluate/answered.ts";
import { assembled, basedOn } from "../evaluate/based.ts";
import { throughCache } from "../evaluate/cached.ts";
import { calledBy } from "../evaluate/called-by.ts";
import type { ExplainedPolicy } from "../evaluate/decide.ts";
import { decideLearned, isFitted } from "../evaluate/decide-learned.ts";
import { columnsUnder, gather, promptsAgain } from "../evaluate/gather.ts";
import type { Parts } from "../evaluate/parts.ts";
import { storedModels } from "../evaluate/stored-outputs.ts";
import { takeDecisions } from "../evaluate/take-decisions.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { PolicySpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { SignalReadings } from "../model/signal.ts";
import { withRemotes } from "../outcomes/remote-columns.ts";
import { priceBook } from "../pool/price-book.ts";
import { comparedPrompts, type Compared } from "../report/compared.ts";
import { buildPolicy, type Policy, type RouterContext } from "../router/index.ts";
import type { Estimates } from "../router/learned/learned.ts";
import { isUnpriced, knobValues } from "../router/learned/knob-choices.ts";
import { design } from "../stats/design.ts";
import { random } from "../stats/random.ts";
import type { Figures } from "./goals.ts";
import { MOST_BREAKS, type FurtherBreaks } from "./space.ts";
import { SignalMemory } from "./signal-memory.ts";
import { figuresOf } from "./trial-figures.ts";

/** What a trial came to; `why` where its policy cannot be, and has no figures. */
export interface TrialOutcome {
  readonly figures: Figures;
  readonly why?: string;
}

/** Judges policies that differ in their numbers on the prompts of the training part. */
export interface TrialJudge {
  readonly columns: OutcomeColumns;
  readonly context: RouterContext;
  /** Prompts that figures stand on. */
  readonly prompts: number;
  /** Break points of numbers that the policy's kind cannot tell from columns alone. */
  breaksOf(spec: PolicySpec): FurtherBreaks;
  judge(spec: PolicySpec): Promise<TrialOutcome>;
}

export type TrialParts = Pick<Parts, "store" | "workload" | "settings" | "wrpVersion" | "clockMs" | "now" | "signal" | "concurrency" | "withContent" | "signalModels" | "vectors" | "artefacts" | "opened" | "placeOf" | "graderNeeds">;

/**
 * Gathers the outcomes of the training part once, and what decisions are made from (vectors and what was fitted, in folds; signals), so that a
 * trial computes nothing but decisions and means.
 *
 * @param metrics the figures that trials are asked for
 */
export async function* trialJudge(spec: PolicySpec, metrics: readonly string[], parts: TrialParts): AsyncGenerator<{ readonly type: "read" | "deciding"; readonly prompts: number }, TrialJudge> {
  const { settings, store } = parts;
  const outcomes = await basedOn(yield* gather(parts, priceBook(settings.models)), () => promptsAgain(parts), parts);
  if (outcomes.basis !== "outcomes") throw new WrpError("nothing to tune on: no prompt has graded outcomes of several models", { hint: "wrp tune compares what models answered; a log of one answer a prompt tells of no other" });
  const { columns } = outcomes;
  const { context } = assembled(outcomes, { settings, fitted: null }, parts.placeOf);
  const base = buildPolicy(spec, context);
  if (base.online || base.open) throw new WrpError(`policies of kind ${base.kind} cannot be tuned`, { hint: base.online ? "what they choose hangs on all that they chose before" : "wrp sees their decisions, not their numbers" });
  const plain = withRemotes(columns);
  const compared = comparedPrompts(plain, settings.missing);
  const units = design(Int32Array.from(compared.at, (i) => columns.cluster[i] as number), columns.clusters, new Int32Array(compared.n), random(settings.seed, "units"));
  const models = parts.signalModels ? storedModels(parts.signalModels, store) : null;

  let prompts: readonly Prompt[] = [];
  if (!base.replay && !base.plays && !isFitted(base)) {
    const all: Prompt[] = [];
    for await (const batch of promptsAgain(parts)) all.push(...batch);
    prompts = all;
  }
  const memory = new SignalMemory(prompts, models);
  const expected = isFitted(base) ? yield* expectedBy(base, columns, outcomes.repriced, parts) : null;

  async function decided(policy: Policy): Promise<ExplainedPolicy> {
    const { name, kind, control, hindsight, description } = policy;
    const shown = { name, kind, control, hindsight, description };
    const choice = (model: Int32Array): ExplainedPolicy => ({ ...shown, decisions: { form: "choice", model }, rules: null });
    if (policy.plays) return choice(new Int32Array(columns.n).fill(-1));
    if (policy.learned && expected) return choice(policy.learned.choose(columns.models, expected));
    if (policy.replay) return { ...shown, decisions: policy.replay(policy.hindsight ? columnsUnder(settings.missing, columns) : columns), rules: null };
    const take = takeDecisions(columns.n, columns.models);
    const readings = policy.reads ? await memory.read(policy.reads) : null;
    const own = prompts.map((prompt, i) => policy.decide?.({ prompt, signals: {}, ...(readings ? { readings: readings[i] as SignalReadings } : {}) }));
    const cache = policy.caches ? throughCache(policy.caches, columns, models?.encoder ?? null) : null;
    for (const [i, decision] of (cache ? await cache.answer(0, prompts, own) : own).entries()) if (decision) take.add(i, ...calledBy(decision));
    return { ...shown, decisions: { form: "choice", model: take.stored.model }, rules: { ...take.stored, notes: [] } };
  }

  async function figures(one: PolicySpec): Promise<Figures> {
    const policy = buildPolicy(one, context);
    const answered = await withAnswers(plain, [policy], [await decided(policy)], () => [prompts], settings, false);
    const on: Compared = answered.columns === plain ? compared : comparedPrompts(answered.columns, settings.missing);
    return figuresOf(on, units, answered.columns, (answered.decided[0] as ExplainedPolicy).decisions, metrics);
  }

  return {
    columns,
    context,
    prompts: compared.n,
    breaksOf(one) {
      const knob = buildPolicy(one, context).learned?.knob;
      if (!knob || !expected || isUnpriced(expected)) return new Map();
      return new Map([[knob.name, knobValues(knob, expected, MOST_BREAKS)]]);
    },
    async judge(one) {
      try {
        return { figures: await figures(one) };
      } catch (error) {
        if (!(error instanceof WrpError)) throw error;
        return { figures: Object.fromEntries(metrics.map((metric) => [metric, null])), why: error.message };
      }
    },
  };
}

/** What a learned policy expects of the training part's prompts, each by what was fitted on others of them. */
async function* expectedBy(policy: Policy & { readonly learned: NonNullable<Policy["learned"]> }, columns: OutcomeColumns, repriced: Parameters<typeof decideLearned>[2]["repriced"], parts: TrialParts): AsyncGenerator<{ readonly type: "deciding"; readonly prompts: number }, Estimates> {
  const { vectors, artefacts = new Map(), opened = new Map() } = parts;
  if (!vectors) throw new Error("a learned policy has vectors");
  const steps = decideLearned([policy], columns, { ...parts, repriced, learning: { encoder: vectors, artefacts, opened, trained: null } }, []);
  for (;;) {
    const step = await steps.next();
    if (step.done) return (step.value.get(policy) as { readonly expected: Estimates }).expected;
    yield { type: "deciding", prompts: step.value.prompts };
  }
}
