import type { OutcomeColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { Repriced } from "../pool/replaced-prices.ts";
import type { Policy } from "../router/index.ts";
import type { Asked, Estimates, Learned, Training } from "../router/learned/learned.ts";
import { foldsOf } from "../stats/folds.ts";
import { random } from "../stats/random.ts";
import { columnsUnder, promptsAgain } from "./gather.ts";
import { fitted, stoppableProducts } from "./fitting.ts";
import type { LearningParts, Parts } from "./parts.ts";
import { decideGiven, type GivenPolicy } from "./decide-given.ts";
import { checkEncoder, choiceOf, decideTrained, type TrainedPolicy } from "./decide-trained.ts";
import { promptVectors, type PromptVectors } from "./prompt-vectors.ts";
import { LearnedOverhead } from "./learned-overhead.ts";
import { copiesAsked, CopyEstimates } from "./copy-estimates.ts";
import type { PerturbedPrompts } from "./perturbed-prompts.ts";
import { checkShots, shotsInWords, withFewShots } from "./few-shots.ts";
import { alikeNote, knownAt, readablePlaces, textless, trainingAt } from "./training.ts";
import { expectationOf, gaps, scatter } from "./learned-estimates.ts";
import { storedEncoder } from "./stored-outputs.ts";
import type { Deciding } from "./through-session.ts";

type LearnedPolicy = Policy & { readonly learned: Learned };

/** Whether a policy is fitted first. */
export function isFitted(policy: Policy): policy is LearnedPolicy {
  return policy.learned !== undefined;
}

function isGiven(policy: LearnedPolicy): policy is GivenPolicy {
  return policy.given !== undefined;
}

function isTrained(policy: LearnedPolicy): policy is TrainedPolicy["policy"] {
  return policy.trained !== undefined;
}

/** What a policy decided, on the workload and ([perturbation][copy]) on copies of its prompts. */
interface LearnedDecisions {
  readonly stored: StoredDecisions;
  readonly copies: readonly Int32Array[];
  /** What it chose by. */
  readonly expected: Estimates;
  readonly overhead: NonNullable<Report["timing"]["overhead"]>[number];
}

/** Prompts that are decided by what is fitted on others. */
interface Round {
  readonly training: Training;
  /** Places of those that are decided. */
  readonly asked: readonly number[];
  /** Why a prompt of the round goes where it goes. */
  readonly rule: string;
}

/**
 * Learned policies over the workload, each prompt decided by what was fitted on others: on the training part where there is one, else on
 * the other folds. Duplicates and the turns of a session are on one side. A prompt without a text, or with nothing to be fitted on, stays
 * undecided. Policies that estimate alike are fitted once. A perturbed copy is decided by what decides its prompt.
 */
export async function* decideLearned(
  policies: readonly LearnedPolicy[],
  columns: OutcomeColumns,
  parts: Pick<Parts, "store" | "workload" | "settings" | "signal" | "withContent" | "clockMs"> & { readonly learning: LearningParts; readonly repriced: readonly Repriced[] },
  perturbed: readonly PerturbedPrompts[],
): AsyncGenerator<Deciding, ReadonlyMap<Policy, LearnedDecisions>> {
  const { settings, signal, store } = parts;
  const { trained, artefacts, opened } = parts.learning;
  const overhead = new LearnedOverhead(parts.clockMs);
  const timed = overhead.timed(parts.learning.encoder);
  const encoder = storedEncoder(timed, store);
  const own = columnsUnder(settings.missing, columns);
  const vectors = yield* readVectors(columns, policies[0] as LearnedPolicy, { ...parts, learning: { ...parts.learning, encoder: timed } });
  const alike = alikeNote(vectors, columns.promptHash);
  const fittedHere = policies.filter((policy) => !policy.trained && !policy.given);
  const heldOut = trained && fittedHere.length > 0 && { columns: columnsUnder(settings.missing, trained.columns), vectors: yield* told(promptVectors(trained.workload.batches(), trained.columns.n, encoder, signal), trained.columns.n) };
  const shots = settings.learning?.shots ?? [];
  checkShots(shots, columns.models);
  const trainingOf: TrainingOf = (from, read, at) => withFewShots(trainingAt(from, columns.models, read, at), shots, columns.models, from, at, settings.seed);
  const rounds = fittedHere.length === 0 ? [] : heldOut ? [heldOutRound(vectors, heldOut, trainingOf)] : foldRounds(own, vectors, settings.seed, settings.learning?.folds ?? 0, trainingOf);

  const asCopies = await copiesAsked(perturbed, columns, encoder, signal);
  const copies = new CopyEstimates(asCopies, columns.models);
  const products = stoppableProducts(signal);
  const estimates = new Map<string, Estimates>();
  const searched = new Map<string, { readonly setting: string; readonly value: number }[]>();
  for (const [r, { training, asked }] of rounds.entries()) {
    if (training.rows.count === 0 || asked.length === 0) continue;
    const known = knownAt(columns, vectors, asked);
    for (const { learned } of fittedHere.filter((policy, k) => fittedHere.findIndex((other) => estimatorOf(other) === estimatorOf(policy)) === k)) {
      const key = JSON.stringify(learned.estimator);
      if (!estimates.has(key)) estimates.set(key, { quality: gaps(columns), costUsd: gaps(columns) });
      const tables = await fitted(learned, training, { seed: settings.seed, round: r, products });
      const found = learned.searched?.(tables);
      if (found) searched.set(key, [...(searched.get(key) ?? []), found]);
      scatter(await overhead.of(key, asked.length, () => learned.estimate(tables, known, { products })), asked, estimates.get(key) as Estimates);
      await copies.add(key, asked, (some) => learned.estimate(tables, some, { products }));
    }
  }

  const decided = new Map<Policy, LearnedDecisions>();
  const readable = readablePlaces(vectors);
  /** Takes what a policy of a file decided, and lets it choose on the copies. */
  const keep = async (policy: LearnedPolicy, { stored, expected }: Pick<LearnedDecisions, "stored" | "expected">, chosen: (asked: Asked) => Promise<{ readonly model: Int32Array }>) => {
    const onCopies: Int32Array[] = [];
    for (const copy of asCopies) onCopies.push((await chosen(copy.asked)).model);
    decided.set(policy, { stored: { ...stored, notes: [...stored.notes, ...textless(vectors, ""), ...alike] }, expected, copies: onCopies, overhead: overhead.each(policy.name, readable.length, [policy.name]) });
  };
  for (const policy of policies) {
    if (isGiven(policy)) {
      const one = await overhead.of(policy.name, readable.length, () => decideGiven(policy, columns, knownAt(columns, vectors, readable), readable, { products, opened }));
      await keep(policy, one, (asked) => choiceOf(policy.learned, {}, policy.given.models, asked, columns.models, { products, opened }));
    }
    if (!isTrained(policy)) continue;
    const artefact = artefacts.get(policy.trained.hash);
    if (!artefact) throw new Error(`the file of ${policy.name} was not read`);
    checkEncoder(policy.name, policy.trained, encoder);
    const one = await decideTrained({ policy, artefact }, columns, vectors, knownAt(columns, vectors, readable), readable, { workload: parts.workload.name, allowSeen: settings.learning?.allowSeen === true, repriced: parts.repriced, measured: (work) => overhead.of(policy.name, readable.length, work) }, { products });
    await keep(policy, one, (asked) => choiceOf(policy.learned, artefact.fitted, artefact.card.models.map(({ name }) => name), asked, columns.models, { products }, parts.repriced));
  }
  if (fittedHere.length === 0) return decided;

  const sizes = rounds.map(({ training }) => training.rows.count);
  const fewest = Math.min(...sizes);
  const notes = [splitInWords(sizes, heldOut !== null, parts.learning.encoder.name), ...shotsInWords(shots, columns.models, rounds.map(({ training }) => training)), ...textless(vectors, ""), ...alike].concat(heldOut ? textless(heldOut.vectors, " of the training part") : []);
  for (const policy of fittedHere) {
    const expected = estimates.get(estimatorOf(policy)) ?? { quality: gaps(columns), costUsd: gaps(columns) };
    const { choose, remarks } = policy.learned;
    const model = await overhead.of(policy.name, readable.length, () => choose(columns.models, expected));
    const stored = { models: columns.models, model, ...reasons(model, vectors, rounds), notes: [...notes, ...chosenInWords(searched.get(estimatorOf(policy))), ...(fewest > 0 ? remarks(fewest) : [])], expectation: expectationOf(policy.learned, columns.models, expected) };
    decided.set(policy, { stored, expected, copies: copies.choose(estimatorOf(policy), policy.learned), overhead: overhead.each(policy.name, readable.length, [estimatorOf(policy), policy.name]) });
  }
  return decided;
}

function estimatorOf({ learned }: LearnedPolicy): string {
  return JSON.stringify(learned.estimator);
}

/** Vectors of the run's prompts. Throws WrpError where nothing is there to make them. */
export async function* readVectors(columns: OutcomeColumns, { name }: Policy, parts: Pick<Parts, "store" | "workload" | "signal" | "withContent"> & { readonly learning?: LearningParts | undefined }): AsyncGenerator<Deciding, PromptVectors> {
  if (!parts.learning) throw noLongerStored(name, "made its vectors");
  return yield* told(promptVectors(promptsAgain(parts), columns.n, storedEncoder(parts.learning.encoder, parts.store), parts.signal), columns.n);
}

/** @param did what the models did that are not there */
export function noLongerStored(policy: string, did: string): WrpError {
  return new WrpError(`what policy "${policy}" decided is no longer stored, and it cannot be decided again without the models that ${did}`, { hint: "run wrp eval again" });
}

async function* told(reading: AsyncGenerator<number, PromptVectors>, of: number): AsyncGenerator<Deciding, PromptVectors> {
  for (;;) {
    const step = await reading.next();
    if (step.done) return step.value;
    yield { type: "deciding", policy: "learned policies", prompts: step.value, of };
  }
}

/** The training that the prompts at these places are. */
type TrainingOf = (columns: OutcomeColumns, vectors: PromptVectors, at: readonly number[]) => Training;

function foldRounds(columns: OutcomeColumns, vectors: PromptVectors, seed: number, wanted: number, trainingOf: TrainingOf): Round[] {
  const { fold, folds } = foldsOf(columns.cluster, columns.clusters, wanted, random(seed, "folds"));
  const readable = readablePlaces(vectors);
  return Array.from({ length: folds }, (_, f) => ({
    training: trainingOf(columns, vectors, readable.filter((i) => fold[i] !== f)),
    asked: readable.filter((i) => fold[i] === f),
    rule: `fitted without fold ${f + 1} of ${folds}, where this prompt is`,
  }));
}

function heldOutRound(vectors: PromptVectors, trained: { readonly columns: OutcomeColumns; readonly vectors: PromptVectors }, trainingOf: TrainingOf): Round {
  const readable = readablePlaces(trained.vectors);
  return {
    training: trainingOf(trained.columns, trained.vectors, readable),
    asked: readablePlaces(vectors),
    rule: "fitted on the training part",
  };
}

function reasons(model: Int32Array, { known }: PromptVectors, rounds: readonly Round[]): Pick<StoredDecisions, "rule" | "rules"> {
  const rules = [...rounds.map(({ rule }) => rule), "its text is not here", "nothing to be fitted on"];
  const rule = new Int32Array(model.length);
  for (const [r, { asked }] of rounds.entries()) for (const i of asked) rule[i] = r;
  for (let i = 0; i < model.length; i++) if ((model[i] as number) < 0) rule[i] = rounds.length + (known[i] === 1 ? 1 : 0);
  return { rule, rules };
}

function splitInWords(sizes: readonly number[], heldOut: boolean, embedder: string): string {
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  if (high === 0) return heldOut ? "nothing to be fitted on: no prompt of the training part has a text here" : "nothing to be fitted on: no prompt has a text here, or all are duplicates or of one session";
  const prompts = low === high ? `${low}` : `${low} to ${high}`;
  const how = heldOut ? `fitted on the ${prompts} prompts of the training part` : `fitted in ${sizes.length} folds, each prompt decided by what was fitted on the ${prompts} of the other folds`;
  return `${how}, by vectors of ${embedder}; no prompt, duplicate or session is on both sides; intervals are given the fitted routers`;
}

function chosenInWords(searched: readonly { readonly setting: string; readonly value: number }[] = []): string[] {
  const [first] = searched;
  return first ? [`${first.setting} was chosen in a nested fold of what it was fitted on: ${searched.map(({ value }) => value).join(", ")}`] : [];
}
