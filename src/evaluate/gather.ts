import pLimit from "p-limit";
import { sameAnswer } from "../grade/normalize.ts";
import { recordedGrade } from "../grade/recorded.ts";
import type { Answer } from "../model/answer.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Deserved } from "../model/deserved.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import { ColumnsBuilder, type RemoteAnswer } from "../outcomes/columns.ts";
import { isPassing } from "../outcomes/errors.ts";
import { modelFigures } from "../outcomes/figures.ts";
import type { OutcomeStore, SavedCounts } from "../outcomes/store.ts";
import type { PriceBook } from "../pool/price-book.ts";
import { priced } from "../pool/priced.ts";
import { recordedBackend } from "../pool/recorded.ts";
import { repricing } from "../pool/replaced-prices.ts";
import { simulatedBackend } from "../pool/simulated.ts";
import type { MissingRule } from "../report/input.ts";
import { factOf, type ModelFigures } from "../router/index.ts";
import { withTokens } from "../signals/tokens.ts";
import type { Workload } from "../workload/workload.ts";
import { asker } from "./ask.ts";
import type { LiveAsker, LiveTally } from "./ask-live.ts";
import type { Compared } from "./grading.ts";
import { factsRead, readsTokens } from "./facts-read.ts";
import { liveGrading, type LiveGrading } from "./live-grading.ts";
import { gpuRates, gpuWarnings } from "./gpu-rates.ts";
import { liveModels } from "./live-models.ts";
import { deserving } from "./deserving.ts";
import { zeroCostWarning } from "./describe.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts } from "./parts.ts";
import { remoteAnswers } from "./remote-answers.ts";
import { entityCounter } from "./sensitive.ts";
import { replacedWarnings } from "./replaced-prices.ts";
import type { Silent } from "./silent.ts";

/** A workload's outcomes, gathered. */
export type Gathered = ReturnType<typeof gather> extends AsyncGenerator<unknown, infer R> ? R : never;

/** Reads the workload (from the store where it is there, else from its files, storing it) into columns; `again` has only the store. */
export async function* gather(
  parts: Pick<Parts, "store" | "workload" | "settings" | "clockMs" | "signal" | "concurrency" | "live" | "graderNeeds" | "encoder" | "withContent" | "tokens"> & { readonly again?: boolean },
  prices: PriceBook,
) {
  const { store, workload, clockMs, signal, withContent } = parts;
  const known = store.findWorkload(workload.hash);
  // Imported without its texts, it is good for what was decided on it, not for new questions: the files have the texts.
  const stored = known && (known.texts || parts.again) ? known : null;
  const writer = stored ? null : store.writeWorkload({ hash: workload.hash, name: workload.name, files: workload.files });
  const pour = await pourInto(parts, prices);
  let storeMs = 0;
  try {
    for await (const prompts of stored ? store.readPrompts(workload.hash) : workload.batches()) {
      await stopIfAsked(signal);
      const from = clockMs();
      writer?.append(withContent === false ? await withTokens(prompts, parts.tokens) : prompts);
      storeMs += clockMs() - from;
      await pour.add(prompts);
      yield { type: "read" as const, prompts: pour.builder.size, stored: stored !== null };
    }
    await pour.done();
    await stopIfAsked(signal); // calls that were stopped leave gaps: no report stands on those
  } catch (error) {
    if (!signal.aborted) parts.live?.stop(isPassing(error));
    await pour.left();
    writer?.abandon();
    throw error;
  }
  const summary = stored?.summary ?? workload.summary();
  const from = clockMs();
  const recorded = writer?.finish(summary) ?? { answersNew: 0, answersKnown: pour.answers(), gradesNew: 0, gradesKnown: pour.grades() };
  storeMs += clockMs() - from;
  const { columns, zeroCost, chosen, rates } = pour.finish();
  const repriced = pour.repriced();
  return {
    columns,
    repriced,
    /** Of live models that are paid by the GPU hour. */
    rates,
    /** Models that were answered or simulated, also those not asked for. */
    seen: pour.seen(),
    /** What a live router chose, also models without an outcome. */
    chosen,
    summary,
    saved: [recorded, ...pour.kept()].reduce(sum),
    storeMs,
    zeroCost,
    duplicates: pour.builder.duplicates,
    /** What a baseline must agree with. */
    comparability: { graders: pour.builder.graders(), simulated: pour.simulated() },
    live: pour.live(),
    /** Of a run that calls. */
    silent: parts.live ? silentOf(pour.live(), parts.settings.missing) : [],
    judge: pour.judge(),
    compared: pour.compared(),
    embedder: parts.live?.embedder?.tally() ?? null,
    warnings: [...zeroCost.map(zeroCostWarning), ...gpuWarnings(rates), ...replacedWarnings(repriced), ...pour.warnings()],
  };
}

/** What the models are worth on a training part, and what came of calling them. */
export interface Fit {
  readonly figures: readonly ModelFigures[];
  readonly columns: OutcomeColumns;
  readonly live: readonly LiveTally[];
  readonly compared: Compared | null;
}

/** What the models are worth on the training part: read, but not stored (what is simulated is kept, as anywhere). */
export async function fitOn(workload: Workload, parts: Pick<Parts, "store" | "settings" | "concurrency" | "signal" | "live" | "graderNeeds" | "encoder" | "tokens">, prices: PriceBook): Promise<Fit> {
  // Nothing is fitted on what a live router answers.
  const pour = await pourInto({ ...parts, settings: { ...parts.settings, remotes: [] } }, prices);
  try {
    for await (const prompts of workload.batches()) {
      await stopIfAsked(parts.signal);
      await pour.add(prompts);
    }
    await pour.done();
    await stopIfAsked(parts.signal);
  } catch (error) {
    if (!parts.signal.aborted) parts.live?.stop(isPassing(error));
    await pour.left();
    throw error;
  }
  const { columns } = pour.finish();
  return { figures: figuresUnder(parts.settings.missing, columns), columns, live: pour.live(), compared: pour.compared() };
}

/** The run's prompts again, with their texts: from the store, or from the files where the store is given none. */
export function promptsAgain({ store, workload, withContent }: Pick<Parts, "store" | "workload" | "withContent">): Iterable<readonly Prompt[]> | AsyncIterable<readonly Prompt[]> {
  return withContent === false ? workload.batches() : store.readPrompts(workload.hash);
}

/** What a model is worth under the run's rule for failed calls. */
export function figuresUnder(missing: MissingRule, columns: OutcomeColumns): ModelFigures[] {
  return modelFigures(columnsUnder(missing, columns));
}

/** The columns under the run's rule for failed calls: a gap, or a refusal of quality 0. */
export function columnsUnder(missing: MissingRule, columns: OutcomeColumns): OutcomeColumns {
  if (missing === "gap") return columns;
  return { ...columns, quality: columns.quality.map((column, m) => column.map((q, i) => ((columns.failed[m] as Uint8Array)[i] === 1 ? 0 : q))) };
}

/** A workload that is read from the store. */
export function storedWorkload(store: OutcomeStore, hash: string): Workload {
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

/** Answers and grades prompts batch by batch into columns; every answer once a prompt and model, shared by all policies. */
export async function pourInto(
  { settings, store, concurrency, signal, live: host, graderNeeds, encoder, tokens: memo }: Pick<Parts, "settings" | "concurrency" | "signal" | "live" | "graderNeeds" | "encoder" | "tokens"> & { readonly store: Pick<OutcomeStore, "keptAnswers" | "liveAnswers" | "findOutputs" | "saveOutputs"> },
  prices: PriceBook,
) {
  const wanted = (name: string) => settings.only?.includes(name) ?? true;
  const recorded = recordedBackend(prices.tokens);
  const replaced = repricing(settings.replaced ?? []);
  const simulated = new Map(
    settings.models.flatMap(({ name, simulated: profile }) =>
      profile && wanted(name) ? [[name, asker(simulatedBackend(name, profile, settings.seed), store)] as const] : [],
    ),
  );
  const asked = new Map<string, LiveAsker>();
  const called = liveModels(settings);
  const grading = called.length > 0 ? await liveGrading({ settings, store, signal, live: host, graderNeeds, encoder }) : null;
  for (const { name, live } of called) asked.set(name, (grading as LiveGrading).asker(name, live));
  const remotes = new Map(called.flatMap(({ name, remote }) => (remote ? [[name, remoteAnswers(remote, settings)] as const] : [])));
  const counted = new Set([...asked.keys()].filter((name) => prices.hourly.has(name) && !replaced.isAnew(name)));
  const builder = new ColumnsBuilder(factsRead(settings.policies).map((name) => ({ name, read: (prompt: Prompt) => factOf(name).read(prompt, {}) })), {
    samples: settings.repeat ?? 1,
    failureIsZero: settings.missing === "failure-is-refusal",
    lengths: settings.policies.some((policy) => policy.kind === "cascade" && policy.stop === "answerLength"),
    sameness: settings.policies.some((policy) => policy.kind === "cascade" && policy.stop === "selfConsistency") ? sameAnswer : undefined,
    counted,
  });
  const samples = [...Array(settings.repeat ?? 1).keys()];
  const worth = deserving(settings);
  const entities = settings.sensitive ? await entityCounter(settings.sensitive) : null;
  let textless = 0;
  const limit = pLimit(concurrency);
  const tokens = simulated.size > 0 || (asked.size > 0 && host !== undefined) || readsTokens(settings.policies);
  const seen = new Set<string>();
  const ahead: { readonly from: number; readonly all: Promise<readonly Batch[]> }[] = [];
  let answers = 0;
  let grades = 0;

  const answersOf = async (model: string, prompts: readonly Prompt[], deserved: readonly Deserved[] | null, sample: number | null) => {
    const own = simulated.get(model);
    const answered = own ? (await own.answer(prompts, model, sample ?? 0)).map((answer) => answer && priced(answer, prices.tokens.get(model))) : await recorded.answer(prompts, model);
    // A simulated answer has no words, and its grade is drawn.
    const declined = own || !deserved ? null : answered.map((answer, k) => (answer && deserved[k] ? worth.recorded(prompts[k] as Prompt, answer) : null));
    return { model, sample, answered, graded: answered.map((answer) => (answer ? recordedGrade(answer) : null)), declined, kept: own !== undefined };
  };

  /** Calls wait for each other by their own limits, so no turn is needed here. Graded once all models have answered. */
  const liveAnswersOf = async (prompts: readonly Prompt[], deserved: readonly Deserved[] | null): Promise<Batch[]> => {
    const got = await Promise.all([...asked].flatMap(([model, own]) => (remotes.has(model) ? [0] : samples).map(async (sample) => ({ model, own, sample, said: await own.ask(prompts, signal, sample) }))));
    return Promise.all(
      got.map(async ({ model, own, sample, said }) => {
        const [graded, declined] = [await own.grade(prompts, said), deserved && own.declined(said, deserved)];
        const read = remotes.get(model);
        if (!read) return { model, sample, answered: said.map((one) => one?.answer ?? null), graded, declined, kept: true };
        const routings = own.routings(said);
        return { model, sample, remote: said.map((one, k) => one && read(one.answer, routings[k] ?? null)), answered: [], graded, declined, kept: true };
      }),
    );
  };

  return {
    builder,
    /** What tokens cost by the hour is known only now: all that is stored tells it. */
    finish() {
      const rates = gpuRates(prices.hourly, asked);
      return { ...builder.finish(new Set([...prices.free, ...replaced.free]), new Map(rates.flatMap(({ model, usdPerToken }) => (usdPerToken === null ? [] : [[model, usdPerToken * replaced.factorOf(model)]])))), rates };
    },
    /** What came of prices that are replaced. */
    repriced: () => replaced.found(),
    /** Every model that a prompt has an outcome of, also those not asked for. */
    seen: () => [...seen, ...simulated.keys(), ...[...asked.keys()].filter((name) => !remotes.has(name))],
    /** Recorded ones. */
    answers: () => answers,
    grades: () => grades,
    judge: () => grading?.judge() ?? null,
    compared: () => grading?.compared() ?? null,
    warnings: () => [...(textless > 0 ? [`${textless} prompts have no text here: whether they hold personal data (sensitive) is not known, and only tags count`] : []), ...(grading?.warnings() ?? [])],
    /** What came of the live models. */
    live: () => [...asked.values()].map((own) => own.tally()),
    /** What names the simulated models' answers. */
    simulated: () => Object.fromEntries([...simulated].map(([name, own]) => [name, own.source])),
    /** What the simulated and live models' answers added to the store, or found there. */
    kept: () => [...simulated.values(), ...asked.values()].map((own) => own.counts()),
    async add(read: readonly Prompt[]): Promise<void> {
      const prompts = tokens ? await withTokens(read, memo) : read;
      const names = new Set<string>();
      for (const prompt of prompts) for (const { model } of prompt.outcomes) names.add(model);
      for (const name of names) {
        seen.add(name);
        if (simulated.has(name)) throw recordedAnd("simulated", name);
        if (asked.has(name)) throw recordedAnd("live", name);
      }
      if (settings.only) for (const name of names) if (!settings.only.includes(name)) names.delete(name);
      const each = prompts.map(worth.of);
      const deserved = each.some((one) => one !== null) ? each : null;
      const from = builder.size;
      builder.addPrompts(prompts);
      if (entities) {
        const found = prompts.map(entities);
        textless += found.filter((one) => one === null).length;
        builder.addEntities(from, found);
      }
      if (deserved) builder.addDeserved(from, deserved);
      const drawn = [...simulated.keys()].flatMap((model) => samples.map((sample) => [model, sample] as const));
      const own = Promise.all([...[...names].map((model) => [model, null] as const), ...drawn].map(([model, sample]) => limit(() => answersOf(model, prompts, deserved, sample))));
      if (asked.size === 0) return put(from, await own);
      const all = Promise.all([own, liveAnswersOf(prompts, deserved)]).then(([recordedOnes, live]) => [...recordedOnes, ...live]);
      all.catch(() => undefined); // heard when its turn comes
      ahead.push({ from, all });
      if (ahead.length > AHEAD) await putFirst();
    },
    /** Waits for what is still asked. To be called when all is read. */
    async done(): Promise<void> {
      while (ahead.length > 0) await putFirst();
    },
    /** Waits until nothing is asked any more, whatever becomes of it: after an interrupt, calls in flight may end. */
    async left(): Promise<void> {
      await Promise.allSettled(ahead.map(({ all }) => all));
    },
  };

  async function putFirst(): Promise<void> {
    const { from, all } = ahead.shift() as (typeof ahead)[number];
    put(from, await all);
  }

  function put(from: number, batches: readonly Batch[]): void {
    for (const { model, sample, answered, graded, declined, kept, remote } of batches) {
      if (remote) builder.addRemote(model, from, remote, graded, declined);
      else builder.addAnswers(model, from, counted.has(model) ? answered : replaced.at(model, answered), graded, sample);
      if (declined && !remote) builder.addDeclined(model, from, declined);
      if (kept) continue;
      for (const answer of answered) if (answer) answers++;
      for (const grade of graded) if (grade !== null) grades++;
    }
  }
}

/** One model's answers to a batch of prompts. */
interface Batch {
  readonly model: string;
  /** Which of several answers to each prompt; null: recorded. */
  readonly sample: number | null;
  readonly answered: readonly (Answer | null)[];
  /** A live router's, instead. */
  readonly remote?: readonly (RemoteAnswer | null)[];
  readonly graded: readonly (number | null)[];
  /** Null: no prompt of the batch deserves anything known, or nobody can tell. */
  readonly declined: readonly (boolean | null)[] | null;
  /** The store has them from elsewhere than the workload. */
  readonly kept: boolean;
}

/** While a few slow calls of a batch are waited for, those of so many later ones go on. */
const AHEAD = 3;

/** Models without an answer, unless every prompt has a failure that counts. */
function silentOf(tallies: readonly LiveTally[], missing: MissingRule): Silent[] {
  return tallies
    .filter(({ heard, missing: lacking, lastFailure }) => !heard && !(missing === "failure-is-refusal" && lacking.size === 0 && lastFailure !== null))
    .map(({ model, missing: lacking, lastFailure }) => ({ model, why: [...lacking.keys()].at(-1) ?? lastFailure }));
}

function sum(a: SavedCounts, b: SavedCounts): SavedCounts {
  return {
    answersNew: a.answersNew + b.answersNew,
    answersKnown: a.answersKnown + b.answersKnown,
    gradesNew: a.gradesNew + b.gradesNew,
    gradesKnown: a.gradesKnown + b.gradesKnown,
  };
}

function recordedAnd(kind: "simulated" | "live", name: string): WrpError {
  return new WrpError(`model "${name}" is ${kind} in the config, but this workload has recorded outcomes of it`, {
    hint: `a ${kind} answer never stands in for a recorded one: give the ${kind} model a name of its own`,
  });
}
