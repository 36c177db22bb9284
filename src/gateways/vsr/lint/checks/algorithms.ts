import type { VsrDecision } from "../../../../router/vsr/shape.ts";
import { ALGORITHMS } from "../../../../router/vsr/reject.ts";
import { nearest } from "../../../../model/nearest.ts";
import { fieldsIn, numberIn, partAt, textIn, valueAt, type Fields } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import type { LintSource, Path } from "../source.ts";

const ESCALATIONS = ["size", "cost", "automix", "declared"];
const METHODS = ["avg_logprob", "margin", "hybrid", "self_verify", "automix_entailment"];
const ON_NO_CANDIDATES = ["cheapest", "first", "fail"];
/** Algorithms that choose one of a decision's models. */
const SELECTORS: ReadonlySet<string> = new Set(["latency_aware", "multi_factor", "hybrid", "router_dc", "automix", "knn", "kmeans", "svm", "mlp", "prompt"]);

/** Algorithms of decisions (facts 1.9). */
export const algorithms: Family = {
  rules: {
    "unknown-escalation-order": { severity: "warning", summary: "an escalation_order that is none (size, cost, automix, declared)" },
    "unknown-confidence-method": { severity: "warning", summary: "a confidence_method that is none" },
    "avg-logprob-trap": { severity: "warning", summary: "avg_logprob with a threshold of 0 or less, or the default -1: the value is within [0, 1], so the first answer is always taken" },
    "never-accepts": { severity: "warning", summary: "a confidence threshold above 1: every answer is escalated" },
    "input-price-only": { severity: "note", summary: "multi_factor looks at prompt_per_1m alone: what an answer costs does not count" },
    "missing-quality": { severity: "warning", summary: "multi_factor counts a model without quality_score as quality 0" },
    "negative-weight": { severity: "warning", summary: "a negative weight of multi_factor counts 0" },
    "unreachable-slo": { severity: "warning", summary: "no candidate keeps max_cost_per_1m: on_no_candidates decides every prompt" },
    "unknown-fallback": { severity: "warning", summary: "an on_no_candidates that is none (cheapest, first, fail)" },
    "no-percentile": { severity: "warning", summary: "latency_aware without a percentile takes the first model" },
    "percentile-range": { severity: "warning", summary: "a percentile outside (0, 100]" },
    "no-choice": { severity: "note", summary: "an algorithm that chooses among one model: it is not run" },
    "other-algorithm": { severity: "warning", summary: "settings of an algorithm other than the decision's: they are not looked at" },
  },
  check(source, say) {
    for (const recipe of source.recipes) for (const [k, decision] of recipe.decisions.entries()) if (decision.algorithm) checkAlgorithm(decision, [...recipe.path, "decisions", k], source, say);
  },
};

function checkAlgorithm(decision: VsrDecision, path: Path, source: LintSource, say: Say): void {
  const algorithm = fieldsIn(valueAt(source.raw, [...path, "algorithm"]));
  const type = textIn(algorithm, "type");
  const at = [...path, "algorithm"];
  for (const other of ALGORITHMS) if (other !== type && algorithm[other] !== undefined && algorithm[other] !== null) say("other-algorithm", [...at, other], `algorithm ${type === "" ? "has no type" : `is ${type}`}: its ${other} settings are not looked at`, `type: ${other}, or drop them`, { key: true });
  if (SELECTORS.has(type) && decision.modelRefs.length === 1) say("no-choice", [...at, "type"], `decision "${decision.name}" has one model: ${type} has nothing to choose, and is not run`, "give it more modelRefs, or drop the algorithm");
  if (type === "confidence") checkConfidence(partAt(algorithm, type), algorithm[type] === undefined ? at : [...at, type], say);
  if (type === "multi_factor" && decision.modelRefs.length > 1) checkMultiFactor(decision, partAt(algorithm, type), [...at, type], source, say);
  if (type === "latency_aware" && decision.modelRefs.length > 1) {
    const settings = partAt(algorithm, type);
    if ((numberIn(settings, "tpot_percentile") ?? 0) <= 0 && (numberIn(settings, "ttft_percentile") ?? 0) <= 0) say("no-percentile", at, `decision "${decision.name}": latency_aware without a percentile takes the first model, "${decision.modelRefs[0]?.model}"`, "set tpot_percentile, ttft_percentile or both");
    for (const field of ["tpot_percentile", "ttft_percentile"]) checkPercentile(settings, field, [...at, type], say);
  }
}

function checkConfidence(settings: Fields, path: Path, say: Say): void {
  const [method, order, threshold] = [textIn(settings, "confidence_method"), textIn(settings, "escalation_order"), numberIn(settings, "threshold")];
  const unknown = (code: string, field: string, value: string, known: readonly string[]) => {
    const near = nearest(value, known);
    if (value !== "" && !known.includes(value)) say(code, [...path, field], `${field} "${value}" is none, and upstream's loader says nothing`, `known: ${known.join(", ")}`, near === null ? {} : { replacement: near });
  };
  unknown("unknown-confidence-method", "confidence_method", method, METHODS);
  unknown("unknown-escalation-order", "escalation_order", order, ESCALATIONS);
  if ((method === "" || method === "avg_logprob") && (threshold === undefined || threshold <= 0))
    say("avg-logprob-trap", threshold === undefined ? path : [...path, "threshold"], `avg_logprob is scaled to [0, 1] before it is compared, and the threshold is ${threshold === undefined ? "the default, -1" : threshold}: the first answer is always taken`, "set a threshold within (0, 1]: (x + 3) / 3 of the mean log-probability x");
  if (threshold !== undefined && threshold > 1) say("never-accepts", [...path, "threshold"], `confidence is within [0, 1] and the threshold ${threshold}: every answer is escalated`, "set a threshold within (0, 1]");
}

function checkMultiFactor({ name, modelRefs }: VsrDecision, settings: Fields, path: Path, { config }: LintSource, say: Say): void {
  const weights = partAt(settings, "weights");
  const weight = (key: string) => Math.max(numberIn(weights, key) ?? 0, 0);
  for (const [key, value] of Object.entries(weights)) if (typeof value === "number" && value < 0) say("negative-weight", [...path, "weights", key], `weight ${key} is ${value}: upstream counts it 0`, "weights are 0 or more");
  const total = ["quality", "latency", "cost", "load"].reduce((sum, key) => sum + weight(key), 0);
  const counts = (key: string) => total === 0 || weight(key) > 0;
  const models = [...new Set(modelRefs.map(({ model }) => model))];
  const priceOf = (model: string) => config.models.get(model)?.pricing;
  if (counts("cost") && models.some((model) => (priceOf(model)?.completion_per_1m ?? 0) > 0)) say("input-price-only", "cost" in weights ? [...path, "weights", "cost"] : path, `decision "${name}": multi_factor weighs prompt_per_1m alone; completion_per_1m does not count`, "compare the policies by what answers cost: wrp eval");
  const unrated = models.filter((model) => config.qualityOf.get(model) === undefined);
  if (counts("quality") && unrated.length > 0 && unrated.length < models.length) say("missing-quality", "quality" in weights ? [...path, "weights", "quality"] : path, `decision "${name}": ${unrated.map((model) => `"${model}"`).join(", ")} ${unrated.length === 1 ? "has" : "have"} no quality_score, which counts 0`, "give the model's card a quality_score");
  const most = numberIn(partAt(settings, "slo"), "max_cost_per_1m");
  if (most !== undefined && most > 0 && models.length > 0 && models.every((model) => (priceOf(model)?.prompt_per_1m ?? 0) > most)) say("unreachable-slo", [...path, "slo", "max_cost_per_1m"], `no model of decision "${name}" costs ${most} or less per million prompt tokens: on_no_candidates decides every prompt`, "raise the limit, or add a cheaper model");
  const fallback = textIn(settings, "on_no_candidates");
  if (fallback !== "" && !ON_NO_CANDIDATES.includes(fallback)) say("unknown-fallback", [...path, "on_no_candidates"], `on_no_candidates "${fallback}" is none: upstream takes the cheapest`, `known: ${ON_NO_CANDIDATES.join(", ")}`);
  checkPercentile(settings, "latency_percentile", path, say);
}

function checkPercentile(settings: Fields, field: string, path: Path, say: Say): void {
  const value = numberIn(settings, field);
  if (value !== undefined && (value < 0 || value > 100)) say("percentile-range", [...path, field], `${field} is ${value}`, "a percentile is within (0, 100]");
}
