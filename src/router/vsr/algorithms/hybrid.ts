import type { VsrAlgorithm } from "../shape.ts";
import type { Candidate, Selection } from "./algorithm.ts";

type Settings = Partial<NonNullable<VsrAlgorithm["hybrid"]>>;

/** What each part is learned from: none of it stands in a config. */
const LEARNED: readonly { readonly key: "experience_weight" | "router_dc_weight" | "automix_weight"; readonly weight: number; readonly from: string }[] = [
  { key: "experience_weight", weight: 0.3, from: "experience (ratings from feedback)" },
  { key: "router_dc_weight", weight: 0.3, from: "router_dc (embeddings of the prompt and of models)" },
  { key: "automix_weight", weight: 0.2, from: "automix (verified answers)" },
];

const COST_WEIGHT = 0.2;

/**
 * A weighted mean of three learned scores, times a bonus for cheapness (upstream pkg/selection/hybrid.go). What a part says of a model lies
 * from 0 to 1, so any part that counts may put any model first: then nothing is chosen, and `open` names those parts. Where none counts,
 * every model scores 1/n and the bonus alone decides.
 */
export function hybrid(candidates: readonly Candidate[], settings: Settings): { readonly selection: Selection } | { readonly open: readonly string[] } {
  const open = LEARNED.flatMap(({ key, weight, from }) => ((settings[key] ?? weight) > 0 ? [from] : []));
  if (open.length > 0) return { open };
  const weight = settings.cost_weight ?? COST_WEIGHT;
  const prices = candidates.flatMap(({ promptPer1M = 0 }) => (promptPer1M > 0 ? [promptPer1M] : []));
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  // The request's own weight of cost is the decision's again, hence the square.
  const bonus = ({ promptPer1M = 0 }: Candidate) => (weight > 0 && high > low && promptPer1M > 0 ? (1 - (promptPer1M - low) / (high - low)) * weight * weight : 0);
  const scores = candidates.map((one) => (1 / candidates.length) * (1 + bonus(one)));
  const best = scores.indexOf(Math.max(...scores));
  return { selection: { model: (candidates[best] as Candidate).name, score: scores[best] as number, confidence: 0.5, scores: Object.fromEntries(candidates.map(({ name }, k) => [name, scores[k] as number])), why: "no learned part counts: the cheapest input" } };
}
