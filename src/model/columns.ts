import type { Confidence } from "./answer.ts";
import { giverAt, type Path } from "./path.ts";

/**
 * A workload's outcomes as columns, one entry per prompt: what replay, metrics and reports compute on.
 * Prompt texts are not here; they stay in the store.
 */
export interface OutcomeColumns {
  /** Number of prompts. */
  readonly n: number;
  readonly models: readonly string[];
  readonly ids: readonly string[];
  /** First 64 bits of each prompt's content hash: the same for the same prompt in any workload. */
  readonly promptHash: BigUint64Array;
  /** [model][prompt] grade in [0,1]; NaN is a gap. */
  readonly quality: readonly Float64Array[];
  /** [model][prompt] USD of the call; NaN is a gap. */
  readonly costUsd: readonly Float64Array[];
  /** [model][prompt] milliseconds; NaN is a gap. Empty array where no model has any. */
  readonly latencyMs: readonly Float64Array[];
  readonly ttftMs: readonly Float64Array[];
  /** [model][prompt] 1 where the call failed. */
  readonly failed: readonly Uint8Array[];
  /** [model][prompt] 1 the answer declined, 0 it did not; NaN is a gap, also of every prompt that deserves nothing known. Empty array where no model has any. */
  readonly declined: readonly Float64Array[];
  /** What stop rules of cascades go by, [model][prompt] by measure; NaN is a gap, a measure that no answer has is absent. */
  readonly measures?: ReadonlyMap<Measure, readonly Float64Array[]>;
  /** [prompt] what a right answer does, as `DESERVED` numbers it; 0: nobody says. */
  readonly deserved: Uint8Array;
  /** [prompt] pieces of personal data that were found in it, 0 where its text is not known; absent where none was looked for or found. */
  readonly entities?: Float64Array;
  /** Resampling unit: connected duplicates and sessions, numbered from 0. */
  readonly cluster: Int32Array;
  readonly clusters: number;
  /** Dataset of each prompt, an index into `datasets`. */
  readonly stratum: Int32Array;
  readonly datasets: readonly string[];
  /** Numeric facts by name (`prompt.lengthCodePoints`, `meta.x`); NaN is a gap. */
  readonly facts: ReadonlyMap<string, Float64Array>;
  /** Text labels by name (`dataset`, `meta.subject`, `tag:pii`), as an index into `values`; -1 is a gap. */
  readonly labels: ReadonlyMap<string, LabelColumn>;
  /** Model that a live router logged; -1 where none is. */
  readonly chosen: Int32Array;
  /** Where models were asked several times: what the figures above are means of. */
  readonly samples?: SampleColumns | undefined;
  /**
   * Live routers that answered themselves: no models, so nothing that chooses among models sees them. For a report, their figures stand in
   * the tables behind those of the models (`withRemotes`), in this order.
   */
  readonly remotes?: readonly RemoteOutcomes[];
  /** Ways of several calls to one answer, of policies that make them: their figures stand in the tables behind those of live routers, in this order. */
  readonly paths?: readonly Path[];
  /** How many of the tables' last columns hold what policies' caches answered, a column a policy. */
  readonly cached?: number;
}

/** What may be known of an answer besides its figures: how sure the model was, and its length in code points (gathered only for policies that read it). */
export type Measure = keyof Confidence | "length";

/** The name that policies' own texts go by, among the models of a policy. */
export const ANSWERED = "answered without a model";

/** The name that answers go by which policies' caches gave again. */
export const CACHED = "answered by the cache";

/** Whether a column of the tables holds texts that a policy gave in place of a model's answer, a column a text, or what its cache answered: those stand last. */
export function isAnswered({ models, remotes = [], paths = [] }: Pick<OutcomeColumns, "models" | "remotes" | "paths">, m: number): boolean {
  return m >= models.length + remotes.length + paths.length;
}

export function isCached({ quality, cached = 0 }: Pick<OutcomeColumns, "quality" | "cached">, m: number): boolean {
  return m >= quality.length - cached;
}

/** Who answers, by the place in the tables: a model, a live router, of a path whoever it ends with, a cache, or nobody. */
export function nameOfPlace(columns: Pick<OutcomeColumns, "models" | "remotes" | "paths" | "quality" | "cached">, m: number): string {
  const { models, remotes = [] } = columns;
  const giver = giverAt(columns, m);
  return models[giver] ?? remotes[giver - models.length]?.name ?? (isCached(columns, m) ? CACHED : ANSWERED);
}

/** What a live router's own calls came to, one entry per prompt. */
export interface RemoteOutcomes {
  readonly name: string;
  /** As the tables of models; NaN is a gap. */
  readonly quality: Float64Array;
  readonly costUsd: Float64Array;
  readonly latencyMs: Float64Array;
  readonly ttftMs: Float64Array;
  readonly failed: Uint8Array;
  readonly declined: Float64Array;
  /** Who answered, as the router calls it. */
  readonly served: LabelColumn;
  /** What the router says it decided by. */
  readonly decision: LabelColumn;
}

/** Several answers to each prompt. */
export interface SampleColumns {
  readonly perPrompt: number;
  /** [model]; null: it has one answer a prompt. */
  readonly models: readonly (ModelSamples | null)[];
}

/** One model's, at [prompt · perPrompt + sample]; NaN is a gap. */
export interface ModelSamples {
  readonly state: Uint8Array;
  readonly quality: Float64Array;
  readonly costUsd: Float64Array;
  readonly latencyMs: Float64Array;
  readonly ttftMs: Float64Array;
  /** Which of the prompt's different answers it is, numbered from 0; -1 where its text is not known. Gathered only for policies that read it. */
  readonly answer?: Int32Array;
}

/** What there is of a sample. */
export const [NO_SAMPLE, SAMPLE_ANSWERED, SAMPLE_FAILED] = [0, 1, 2];

/** Failed calls of a model, by its place in the tables: of one that was asked several times, each. */
export function failedCalls({ failed, samples }: Pick<OutcomeColumns, "failed" | "samples">, m: number): number {
  const several = samples?.models[m];
  if (several) return several.state.reduce((sum, state) => sum + (state === SAMPLE_FAILED ? 1 : 0), 0);
  return failed[m]?.reduce((sum, f) => sum + f, 0) ?? 0;
}

/** A label with more values than this is no slice. */
export const MOST_SLICE_VALUES = 100;

export interface LabelColumn {
  readonly values: readonly string[];
  readonly index: Int32Array;
}

/**
 * What a policy wants over a whole workload. `choice`: one model a prompt (-1: it did not decide).
 * `mixture`: the same probabilities for every prompt, taken as an exact expectation. `spread`: each prompt has its own, taken alike.
 */
export type Decisions =
  | { readonly form: "choice"; readonly model: Int32Array; readonly served?: Served }
  | { readonly form: "mixture"; readonly weights: Float64Array }
  | {
      readonly form: "spread";
      /** [place in the tables][prompt] probability; 0 of every place where the policy did not decide. */
      readonly weights: readonly Float64Array[];
      /** Of a policy that learns as it goes: what its probabilities are shares of. Without it, they are those of its own ways. */
      readonly replays?: Replays;
    };

/** What a policy that learns as it goes chose, order by order: its probabilities are shares of these. */
export interface Replays {
  readonly lambdaPerUsd: number;
  /** In the workload's own order; part of the shares only where there is no other. */
  readonly inOrder: Replay;
  readonly shuffled: readonly Replay[];
}

export interface Replay {
  /** [step] the prompt that came then. */
  readonly order: Int32Array;
  /** [prompt] -1: it did not decide. */
  readonly model: Int32Array;
}

/** The probability that a prompt goes to a model; of a choice 0 or 1. */
function probabilityOf(decisions: Decisions, m: number, i: number): number {
  if (decisions.form === "choice") return decisions.model[i] === m ? 1 : 0;
  return (decisions.form === "mixture" ? decisions.weights[m] : decisions.weights[m]?.[i]) ?? 0;
}

/** The probability that a prompt is given a model's answer, on whatever way. */
export function givenBy(columns: Pick<OutcomeColumns, "models" | "remotes" | "paths">, decisions: Decisions, m: number, i: number): number {
  const first = columns.models.length + (columns.remotes?.length ?? 0);
  return (columns.paths ?? []).reduce((all, { gives }, k) => (gives === m ? all + probabilityOf(decisions, first + k, i) : all), probabilityOf(decisions, m, i));
}

/** The models that a policy calls on any prompt read, by place in the tables, ascending. */
export function modelsUsed(decisions: Decisions): number[] {
  if (decisions.form === "choice") return [...new Set(decisions.model)].filter((m) => m >= 0).sort((a, b) => a - b);
  const { form, weights } = decisions;
  return [...weights.keys()].filter((m) => (form === "mixture" ? (weights[m] as number) > 0 : (weights[m] as Float64Array).some((w) => w > 0)));
}

/** Whether a policy has a model for a prompt. */
export function isDecided(decisions: Decisions, i: number): boolean {
  if (decisions.form === "choice") return (decisions.model[i] as number) >= 0;
  return decisions.form === "mixture" || decisions.weights.some((column) => (column[i] as number) > 0);
}

/** Who really answered, where the figures of a choice are a live router's own: `model` is then its place behind the models. */
export interface Served {
  /** The model of the pool; the router's own place where it served another one, or said none; -1 where it was not asked. */
  readonly model: Int32Array;
  /** Names of the pool where there are such, else the router's. */
  readonly names: LabelColumn;
  readonly decision: LabelColumn;
}
