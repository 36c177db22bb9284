import { table } from "../../lib/table.ts";
import { RANGES, type LeafKind, type LeafRange } from "./leaf-kinds.ts";

/** A number that may be tuned in an entry of a config. */
export interface Tunable {
  /** Where it stands in the entry. */
  readonly field: readonly string[];
  readonly kind: LeafKind;
  readonly range: LeafRange;
  /** What upstream takes where the entry has none; undefined: then there is nothing to tune. */
  readonly fallback?: (entry: Entry) => number | undefined;
}

export type Entry = Readonly<Record<string, unknown>>;

function tunable(field: string, kind: LeafKind, range: LeafRange = RANGES[kind], fallback?: Tunable["fallback"]): Tunable {
  return { field: field.split("."), kind, range, ...(fallback ? { fallback } : {}) };
}

const always = (value: number) => () => value;
const where = (holds: (entry: Entry) => boolean, value: number) => (entry: Entry) => (holds(entry) ? value : undefined);
const method = (name: string) => (entry: Entry) => entry["method"] === name;

const POSITIVE: LeafRange = { min: 0, max: Infinity, above: true };
const SHARE: LeafRange = { min: 0, max: Infinity };
const AT_LEAST_ONE: LeafRange = { ...RANGES.count, min: 1 };

/** Each bound of a predicate that is stated: another would make it another predicate. */
export const BOUNDS: readonly Tunable[] = ["gt", "gte", "lt", "lte"].map((sign) => tunable(sign, "bound"));
const PREDICATE = BOUNDS.map((bound): Tunable => ({ ...bound, field: ["predicate", ...bound.field] }));
const THRESHOLD = [tunable("threshold", "threshold")];

/** By the lists under `signals`. */
export const SIGNALS: Readonly<Record<string, readonly Tunable[]>> = table({
  keywords: [
    tunable("fuzzy_threshold", "count", AT_LEAST_ONE, where((entry) => entry["fuzzy_match"] === true, 2)),
    tunable("bm25_threshold", "limit", POSITIVE, where(method("bm25"), 0.1)),
    tunable("ngram_threshold", "threshold", { ...POSITIVE, max: 1 }, where(method("ngram"), 0.4)),
    tunable("ngram_arity", "count", AT_LEAST_ONE, where(method("ngram"), 3)),
  ],
  context: [tunable("min_tokens", "tokens"), tunable("max_tokens", "tokens")],
  structure: PREDICATE,
  conversation: PREDICATE,
  language: [tunable("threshold", "threshold", RANGES.threshold, always(0.3))],
  embeddings: THRESHOLD,
  fact_check: THRESHOLD,
  user_feedbacks: THRESHOLD,
  reasks: [tunable("threshold", "threshold", RANGES.threshold, always(0.8)), tunable("lookback_turns", "count", AT_LEAST_ONE, always(1))],
  preferences: THRESHOLD,
  complexity: THRESHOLD,
  jailbreak: THRESHOLD,
  pii: THRESHOLD,
  kb: THRESHOLD,
  classifiers: THRESHOLD,
});

export const MODEL_SCORE: readonly Tunable[] = [tunable("score", "score")];

export const MODEL_CARD: readonly Tunable[] = [tunable("quality_score", "score")];

export const PARTITION: readonly Tunable[] = [tunable("temperature", "temperature", RANGES.temperature, where((entry) => entry["semantics"] === "softmax_exclusive", 1))];

/** What an input is worth where its signal matches, and where it misses, counts only where its value is no measure. */
const binary = (entry: Entry) => String(entry["type"]).trim() !== "kb_metric" && String(entry["type"]).trim() !== "projection" && ["", "binary"].includes(String(entry["value_source"] ?? "").trim().toLowerCase());

export const SCORE_INPUT: readonly Tunable[] = [tunable("weight", "weight"), tunable("match", "value", { ...RANGES.value, notZero: true }, where(binary, 1)), tunable("miss", "value", RANGES.value, where(binary, 0))];

export const MAPPING: readonly Tunable[] = [tunable("calibration.slope", "slope", RANGES.slope, always(12))];

export const DECISION: readonly Tunable[] = [
  tunable("priority", "priority", RANGES.priority, always(0)),
  tunable("tier", "tier", RANGES.tier, always(0)),
  ...["quality", "latency", "cost", "load"].map((weight) => tunable(`algorithm.multi_factor.weights.${weight}`, "weight", SHARE, always(0))),
  ...["max_tpot_ms", "max_ttft_ms", "max_cost_per_1m", "max_inflight"].map((limit) => tunable(`algorithm.multi_factor.slo.${limit}`, "limit")),
  tunable("algorithm.multi_factor.latency_percentile", "percentile", RANGES.percentile, always(95)),
  tunable("algorithm.latency_aware.tpot_percentile", "percentile"),
  tunable("algorithm.latency_aware.ttft_percentile", "percentile"),
  // avg_logprob takes a threshold below 0.
  tunable("algorithm.confidence.threshold", "threshold", { min: -Infinity, max: 1 }),
  tunable("algorithm.confidence.hybrid_weights.logprob_weight", "weight", SHARE),
  tunable("algorithm.confidence.hybrid_weights.margin_weight", "weight", SHARE),
  tunable("algorithm.confidence.cost_quality_tradeoff", "weight", RANGES.threshold, always(0.3)),
  ...Object.entries({ experience: 0.3, router_dc: 0.3, automix: 0.2, cost: 0.2 }).map(([part, share]) => tunable(`algorithm.hybrid.${part}_weight`, "weight", SHARE, always(share))),
  tunable("algorithm.hybrid.quality_gap_threshold", "threshold"),
  tunable("algorithm.automix.verification_threshold", "threshold"),
  tunable("algorithm.automix.cost_quality_tradeoff", "weight", RANGES.threshold),
  tunable("algorithm.automix.discount_factor", "weight", RANGES.threshold),
  tunable("algorithm.router_dc.min_similarity", "threshold"),
  tunable("algorithm.router_dc.temperature", "temperature"),
];

export const MODEL_REF: readonly Tunable[] = [tunable("weight", "weight", SHARE)];

const EMBEDDING = "global.model_catalog.embeddings.semantic.embedding_config";

/** Of the file as a whole. */
export const GLOBAL: readonly Tunable[] = [tunable(`${EMBEDDING}.top_k`, "count"), tunable(`${EMBEDDING}.min_score_threshold`, "threshold")];
