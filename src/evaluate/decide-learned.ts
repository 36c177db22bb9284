import { rowProducts } from "../lib/row-products.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { Policy } from "../router/index.ts";
import type { Asked, Estimates, FitTools, Learned, Training } from "../router/learned/learned.ts";
import { foldsOf } from "../stats/folds.ts";
import { random } from "../stats/random.ts";
import { rowsAt } from "../stats/rows.ts";
import { columnsUnder, promptsAgain } from "./gather.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { LearningParts, Parts } from "./parts.ts";
import { promptVectors, type PromptVectors } from "./prompt-vectors.ts";
import { storedEncoder } from "./stored-outputs.ts";
import type { Deciding } from "./through-session.ts";

type LearnedPolicy = Policy & { readonly learned: Learned };

/** Whether a policy is fitted first. */
export function isFitted(policy: Policy): policy is LearnedPolicy {
  return policy.learned !== undefined;
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
 * undecided. Policies that estimate alike are fitted once.
 */
export async function* decideLearned(
  policies: readonly LearnedPolicy[],
  columns: OutcomeColumns,
  parts: Pick<Parts, "store" | "workload" | "settings" | "signal" | "withContent"> & { readonly learning: LearningParts },
): AsyncGenerator<Deciding, ReadonlyMap<Policy, StoredDecisions>> {
  const { settings, signal, store } = parts;
  const { trained } = parts.learning;
  const encoder = storedEncoder(parts.learning.encoder, store);
  const own = columnsUnder(settings.missing, columns);
  const vectors = yield* readVectors(columns, policies[0] as LearnedPolicy, parts);
  const heldOut = trained && { columns: columnsUnder(settings.missing, trained.columns), vectors: yield* told(promptVectors(trained.workload.batches(), trained.columns.n, encoder, signal), trained.columns.n) };
  const rounds = heldOut ? [heldOutRound(own, vectors, heldOut)] : foldRounds(own, vectors, settings.seed, settings.learning?.folds ?? 0);

  const products: FitTools["products"] = async (a, b) => {
    await stopIfAsked(signal);
    return rowProducts(a, b);
  };
  const estimates = new Map<string, Estimates>();
  for (const [r, { training, asked }] of rounds.entries()) {
    if (training.rows.count === 0 || asked.length === 0) continue;
    const known = knownAt(columns, vectors, asked);
    for (const { learned } of policies.filter((policy, k) => policies.findIndex((other) => estimatorOf(other) === estimatorOf(policy)) === k)) {
      const key = JSON.stringify(learned.estimator);
      if (!estimates.has(key)) estimates.set(key, { quality: gaps(columns), costUsd: gaps(columns) });
      const fitted = await learned.fit(training, { products, random: random(settings.seed, "fit", key, r) });
      scatter(await learned.estimate(fitted, known, { products }), asked, estimates.get(key) as Estimates);
    }
  }

  const sizes = rounds.map(({ training }) => training.rows.count);
  const fewest = Math.min(...sizes);
  const notes = [splitInWords(sizes, heldOut !== null, parts.learning.encoder.name), ...textless(vectors, "")].concat(heldOut ? textless(heldOut.vectors, " of the training part") : []);
  return new Map(
    policies.map((policy) => {
      const model = policy.learned.choose(columns.models, estimates.get(estimatorOf(policy)) ?? { quality: gaps(columns), costUsd: gaps(columns) });
      return [policy, { models: columns.models, model, ...reasons(model, vectors, rounds), notes: [...notes, ...policy.learned.remarks(fewest)] }];
    }),
  );
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

function foldRounds(columns: OutcomeColumns, vectors: PromptVectors, seed: number, wanted: number): Round[] {
  const { fold, folds } = foldsOf(columns.cluster, columns.clusters, wanted, random(seed, "folds"));
  const readable = places(columns.n, (i) => vectors.known[i] === 1);
  return Array.from({ length: folds }, (_, f) => ({
    training: trainingAt(columns, columns.models, vectors, readable.filter((i) => fold[i] !== f)),
    asked: readable.filter((i) => fold[i] === f),
    rule: `fitted without fold ${f + 1} of ${folds}, where this prompt is`,
  }));
}

function heldOutRound(columns: OutcomeColumns, vectors: PromptVectors, trained: { readonly columns: OutcomeColumns; readonly vectors: PromptVectors }): Round {
  const readable = places(trained.columns.n, (i) => trained.vectors.known[i] === 1);
  return {
    training: trainingAt(trained.columns, columns.models, trained.vectors, readable),
    asked: places(columns.n, (i) => vectors.known[i] === 1),
    rule: "fitted on the training part",
  };
}

/** The outcomes of these models; one that the columns lack has none. */
function trainingAt(columns: OutcomeColumns, models: readonly string[], vectors: PromptVectors, at: readonly number[]): Training {
  const pick = (table: readonly Float64Array[]) =>
    models.map((name) => {
      const column = table[columns.models.indexOf(name)];
      return Float64Array.from(at, (i) => column?.[i] ?? NaN);
    });
  return { ...knownAt(columns, vectors, at), quality: pick(columns.quality), costUsd: pick(columns.costUsd) };
}

function knownAt({ facts }: OutcomeColumns, { rows }: PromptVectors, at: readonly number[]): Asked {
  return { rows: rowsAt(rows, at), facts: new Map([...facts].map(([name, values]) => [name, Float64Array.from(at, (i) => values[i] as number)])) };
}

function scatter(from: Estimates, at: readonly number[], into: Estimates): void {
  for (const figure of ["quality", "costUsd"] as const)
    for (const [m, column] of into[figure].entries()) for (const [k, i] of at.entries()) column[i] = from[figure][m]?.[k] ?? NaN;
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
  const prompts = low === high ? `${low}` : `${low} to ${high}`;
  const how = heldOut ? `fitted on the ${prompts} prompts of the training part` : `fitted in ${sizes.length} folds, each prompt decided by what was fitted on the ${prompts} of the other folds`;
  return `${how}, by vectors of ${embedder}; no prompt, duplicate or session is on both sides; intervals are given the fitted routers`;
}

/** @param where they are, in words that follow "prompts" */
export function textless({ known }: Pick<PromptVectors, "known">, where: string): string[] {
  const without = known.reduce((sum, one) => sum + (one === 1 ? 0 : 1), 0);
  return without === 0 ? [] : [`${without} of ${known.length} prompts${where} have no text here, so nothing is learned or decided of them`];
}

function gaps({ models, n }: OutcomeColumns): Float64Array[] {
  return models.map(() => new Float64Array(n).fill(NaN));
}

function places(n: number, has: (i: number) => boolean): number[] {
  return Array.from({ length: n }, (_, i) => i).filter(has);
}
