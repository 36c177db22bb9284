import type { VsrAlgorithm } from "../shape.ts";
import type { Candidate } from "./algorithm.ts";

type Settings = Partial<NonNullable<VsrAlgorithm["confidence"]>>;

/** What tells of an answer whether it is kept. The first three read the tokens' log-probabilities; the others ask a model. */
type Method = "avg_logprob" | "margin" | "hybrid" | "self_verify" | "automix_entailment";

/** A cascade as its config says it (upstream pkg/looper/confidence.go). */
export interface Cascade {
  /** The models in the order in which they are asked. */
  readonly order: readonly Candidate[];
  readonly method: Method;
  readonly threshold: number;
  /** `first`: whatever the first answers is kept; `none`: no answer can be, so the last one stands; `answers`: it depends on the answers. */
  readonly keeps: "first" | "none" | "answers";
}

/** A threshold of 0 is one that is not set. */
const DEFAULT_THRESHOLDS: Readonly<Record<Method, number>> = { avg_logprob: -1, margin: 0.5, hybrid: 0.5, self_verify: 0.7, automix_entailment: 0.7 };

/** What can be said of a cascade before any answer is there: all confidences of answers lie from 0 to 1. */
export function cascadeOf(candidates: readonly Candidate[], settings: Settings): Cascade {
  const method = methodOf(settings);
  const threshold = settings.threshold || DEFAULT_THRESHOLDS[method];
  const order = escalationOrder(candidates, settings);
  if (order.length === 1) return { order, method, threshold, keeps: "first" };
  // A verifier may fail, and then the next model is asked.
  if (!readsLogprobs(method)) return { order, method, threshold, keeps: threshold > 1 ? "none" : "answers" };
  return { order, method, threshold, keeps: threshold <= 0 ? "first" : threshold > mostOf(method, settings) ? "none" : "answers" };
}

/** The confidence in an answer from 0 to 1, by its mean token log-probability and the mean margin to the second likeliest token. */
export function answerConfidence(answer: { readonly averageLogprob: number; readonly averageMargin: number }, settings: Settings): number {
  const [logprob, margin] = [logprobConfidence(answer.averageLogprob), marginConfidence(answer.averageMargin)];
  const method = methodOf(settings);
  if (method === "margin") return margin;
  if (method !== "hybrid") return logprob;
  const weights = weightsOf(settings);
  return weights.logprob * logprob + weights.margin * margin;
}

/** −3 and less is 0, 0 is 1. */
export function logprobConfidence(averageLogprob: number): number {
  return Math.min(1, Math.max(0, (averageLogprob + 3) / 3));
}

/** 1 − e^(−margin/3); a margin of 0 and less is 0. */
export function marginConfidence(averageMargin: number): number {
  return averageMargin <= 0 ? 0 : Math.min(1, 1 - Math.exp(-averageMargin / 3));
}

/** Smallest first, unless `escalation_order` says cost, automix or declared; of equals, as they are declared. */
export function escalationOrder(candidates: readonly Candidate[], { escalation_order: by = "", cost_quality_tradeoff: tradeoff = 0 }: Settings): readonly Candidate[] {
  const sorted = (value: (one: Candidate) => number) => candidates.toSorted((a, b) => value(a) - value(b) || 0);
  if (by === "declared") return candidates;
  if (by === "cost") return sorted((one) => (one.unlisted ? Number.MAX_VALUE : (one.promptPer1M ?? 0)));
  if (by === "automix") return sorted(automixValue(candidates, tradeoff > 0 ? tradeoff : 0.3));
  return sorted(({ paramSize = "" }) => paramMillions(paramSize));
}

/** Quality against cheapness: quality by its score, else by its size (70B is 1), else 0.5; cheapness over the candidates with a price, else 0.5. */
function automixValue(candidates: readonly Candidate[], tradeoff: number): (one: Candidate) => number {
  const costs = candidates.flatMap(({ promptPer1M = 0 }) => (promptPer1M > 0 ? [promptPer1M] : []));
  const low = Math.min(...costs);
  const range = Math.max(...costs) - low > 0 ? Math.max(...costs) - low : 1;
  return ({ quality = 0, promptPer1M = 0, paramSize = "" }) => {
    const size = paramMillions(paramSize);
    const worth = quality > 0 && quality <= 1 ? quality : size > 0 ? 0.3 + 0.7 * Math.min(size / 70_000, 1) : 0.5;
    return (1 - tradeoff) * worth + tradeoff * (promptPer1M > 0 ? 1 - (promptPer1M - low) / range : 0.5);
  };
}

/** `8B` is 8,000 (millions), `100m` 100, `500k` 0; without a unit, billions; 0 for anything else. */
export function paramMillions(size: string): number {
  const [, digits = "", unit] = /^([0-9.]+)([bmk]?)$/.exec(size.trim().toLowerCase()) ?? [];
  const number = digits === "" ? NaN : Number(digits);
  if (Number.isNaN(number)) return 0;
  return Math.trunc(unit === "m" ? number : unit === "k" ? number / 1000 : number * 1000);
}

/** One that upstream does not know is read as the default. */
function methodOf({ confidence_method: method = "" }: Settings): Method {
  return Object.hasOwn(DEFAULT_THRESHOLDS, method) ? (method as Method) : "avg_logprob";
}

function readsLogprobs(method: Method): boolean {
  return method !== "self_verify" && method !== "automix_entailment";
}

function weightsOf({ hybrid_weights: weights }: Settings): { readonly logprob: number; readonly margin: number } {
  const given = (weight: number | undefined) => (weight !== undefined && weight > 0 ? weight : 0.5);
  return { logprob: given(weights?.logprob_weight), margin: given(weights?.margin_weight) };
}

function mostOf(method: Method, settings: Settings): number {
  const { logprob, margin } = weightsOf(settings);
  return method === "hybrid" ? logprob + margin : 1;
}
