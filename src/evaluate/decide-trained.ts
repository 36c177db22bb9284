import type { OutcomeColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import type { Tensors } from "../model/tensor.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { Repriced } from "../pool/replaced-prices.ts";
import type { Policy } from "../router/index.ts";
import type { Artefact, ArtefactCard } from "../router/learned/artefact.ts";
import type { Asked, EstimateTools, Estimates, Learned } from "../router/learned/learned.ts";
import { decidedAt } from "./learned-estimates.ts";
import type { PromptVectors } from "./prompt-vectors.ts";

/** A policy that was fitted before, with what its file holds. */
export interface TrainedPolicy {
  readonly policy: Policy & { readonly learned: Learned; readonly trained: ArtefactCard };
  readonly artefact: Artefact;
}

/** What a policy would choose that was fitted before, and what it expects of each model here. */
export interface TrainedChoice {
  readonly model: Int32Array;
  readonly estimates: Estimates;
}

/**
 * Over these models: one that it knows nothing of is never chosen, one that it knows and that is not here neither.
 *
 * @param known the models that it estimates, in its order
 * @param repriced expected costs are scaled by what these prices change, where that is known
 */
export async function choiceOf(learned: Learned, fitted: Tensors, known: readonly string[], asked: Asked, models: readonly string[], tools: EstimateTools, repriced: readonly Repriced[] = []): Promise<TrainedChoice> {
  const of = await learned.estimate(fitted, asked, tools);
  const here = (table: readonly Float64Array[]) => models.map((name) => table[known.indexOf(name)] ?? new Float64Array(asked.rows.count).fill(NaN));
  const costUsd = here(of.costUsd).map((column, m) => {
    const ratio = repriced.find(({ model }) => model === models[m])?.ratio ?? NaN;
    return Number.isNaN(ratio) ? column : column.map((usd) => usd * ratio);
  });
  const estimates = { quality: here(of.quality), costUsd };
  return { model: learned.choose(models, estimates), estimates };
}

/** Throws WrpError where a policy was trained on vectors of another encoder. */
export function checkEncoder(name: string, { encoder }: ArtefactCard, own: { readonly id: string; readonly name: string }): void {
  if (encoder.id !== own.id) throw new WrpError(`policy "${name}" was trained on vectors of ${encoder.name}, and those here are of ${own.name === encoder.name ? "another version of it" : own.name}`, { hint: "set embedder: in wrp.yaml to the one that it was trained with, or train it again" });
}

/** On what terms a trained policy decides. */
interface TrainedTerms {
  /** What the workload is called. */
  readonly workload: string;
  readonly allowSeen: boolean;
  readonly repriced: readonly Repriced[];
  /** Does the work of estimating and choosing. */
  readonly measured: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * A trained policy over the workload. Throws WrpError where it was trained on some of these prompts, their duplicates or their sessions,
 * unless that is allowed: then its notes say so.
 */
export async function decideTrained(trained: TrainedPolicy, columns: OutcomeColumns, vectors: PromptVectors, asked: Asked, at: readonly number[], { workload, allowSeen, repriced, measured }: TrainedTerms, tools: EstimateTools): Promise<{ readonly stored: StoredDecisions; readonly expected: Estimates }> {
  const { policy, artefact } = trained;
  const { card } = artefact;
  const seen = seenCount(artefact, columns, vectors);
  if (seen > 0 && !allowSeen)
    throw new WrpError(`policy "${policy.name}" was trained on ${seen} of these ${columns.n} prompts (or their duplicates, or their sessions): figures on them would not be held out`, {
      hint: "train with --split train and judge with --split test, or judge on other data; --allow-seen judges it all the same, and the report says so",
    });
  const choice = await measured(() => choiceOf(policy.learned, artefact.fitted, card.models.map(({ name }) => name), asked, columns.models, tools, repriced));
  const missing = card.models.filter(({ name }) => !columns.models.includes(name)).map(({ name }) => name);
  const unknown = columns.models.filter((name) => !card.models.some((model_) => model_.name === name));
  const { decisions, expected } = decidedAt(choice, policy.learned, columns, at, [`as ${card.policy.kind} that was trained on ${card.trainedOn.workload}`, "its text is not here", "no estimate tells"]);
  const stored = {
    ...decisions,
    notes: [
      `trained before on ${card.trainedOn.prompts} prompts of ${card.trainedOn.workload} (artefact ${card.hash.slice(0, 12)}, by wrp ${card.wrpVersion}), by vectors of ${card.encoder.name}; intervals are given the fitted router`,
      ...(card.trainedOn.workload === workload ? [] : [`transfer: it was trained on ${card.trainedOn.workload} and is judged on ${workload}: its figures are of how well it carries over`]),
      ...(seen > 0 ? [`it was trained on ${seen} of the ${columns.n} prompts here (or their duplicates, or their sessions): its figures are not held out`] : []),
      ...(missing.length > 0 ? [`it knows ${missing.join(", ")} too, of which there are no outcomes here: it chooses among the others`] : []),
      ...(unknown.length > 0 ? [`it was not trained on ${unknown.join(", ")}, and never chooses ${unknown.length === 1 ? "it" : "them"}`] : []),
      ...repriced.filter((one) => columns.models.includes(one.model) && !unknown.includes(one.model)).map(scaledInWords),
      ...policy.learned.remarks(card.trainedOn.prompts),
    ],
  };
  return { stored, expected };
}

/** How far a price that is replaced reaches what was expected at the old one. */
function scaledInWords({ model, to, ratio }: Repriced): string {
  if (Number.isNaN(ratio)) return `what it expects ${model} to cost stays as at its training: nothing here tells what the replaced price changes`;
  const exact = to === "free" || "factor" in to;
  return `what it expects ${model} to cost is times ${exact ? ratio : `${ratio.toPrecision(3)}, the ratio of its mean costs here at the two prices`} (--price)`;
}

/** How many prompts are of a cluster that holds one it was trained on, or are of a session that one was of. */
function seenCount({ seen }: Artefact, { promptHash, cluster, clusters, n }: OutcomeColumns, { session }: PromptVectors): number {
  const [prompts, sessions] = [new Set(seen.prompts), new Set(seen.sessions)];
  const touched = new Uint8Array(clusters);
  for (let i = 0; i < n; i++) if (prompts.has(promptHash[i] as bigint) || (session[i] !== 0n && sessions.has(session[i] as bigint))) touched[cluster[i] as number] = 1;
  return cluster.reduce((sum, c) => sum + (touched[c] as number), 0);
}
