import type { VsrAlgorithm } from "../shape.ts";
import type { Candidate, Selection } from "./algorithm.ts";

type MultiFactor = NonNullable<VsrAlgorithm["multi_factor"]>;

/**
 * A weighted mean of quality, latency, cost and load, each scaled over the candidates that keep the limits; what is not measured
 * counts 0 and breaks no limit. The cost is the input price alone, as upstream has it. Null where no candidate is left and the config
 * says to fail.
 */
export function multiFactor(candidates: readonly Candidate[], { weights, slo, on_no_candidates: otherwise }: Partial<MultiFactor>): Selection | null {
  const left = candidates.filter((one) => withinLimits(one, slo));
  if (left.length === 0) return withoutCandidates(candidates, otherwise ?? "");
  const share = shares(weights);
  const latencyOf = (one: Candidate) => one.tpotSeconds ?? one.ttftSeconds;
  const scaled = {
    quality: scaling(left.map(({ quality }) => quality)),
    latency: scaling(left.map(latencyOf)),
    cost: scaling(left.map(({ promptPer1M }) => promptPer1M)),
    load: scaling(left.map(({ inflight }) => inflight)),
  };
  const scoreOf = (one: Candidate) =>
    share.quality * scaled.quality(one.quality, false) + share.latency * scaled.latency(latencyOf(one), true) + share.cost * scaled.cost(one.promptPer1M, true) + share.load * scaled.load(one.inflight, true);
  const scores = left.map(scoreOf);
  const best = scores.indexOf(Math.max(...scores));
  const score = scores[best] as number;
  const second = Math.max(...scores.filter((_, k) => k !== best));
  return { model: (left[best] as Candidate).name, score, confidence: left.length === 1 ? 1 : sureness(score, second), scores: Object.fromEntries(left.map(({ name }, k) => [name, scores[k] as number])), why: "the highest weighted score" };
}

function sureness(best: number, second: number): number {
  return best > 0 ? Math.min(1, 0.5 + (best - second) / best) : 0.5;
}

function withinLimits({ tpotSeconds, ttftSeconds, promptPer1M, inflight }: Candidate, slo: MultiFactor["slo"]): boolean {
  const keeps = (value: number | undefined, most: number | undefined) => value === undefined || most === undefined || most <= 0 || value <= most;
  return keeps(tpotSeconds && tpotSeconds * 1000, slo?.max_tpot_ms) && keeps(ttftSeconds && ttftSeconds * 1000, slo?.max_ttft_ms) && keeps(promptPer1M, slo?.max_cost_per_1m) && keeps(inflight, slo?.max_inflight);
}

function withoutCandidates(candidates: readonly Candidate[], otherwise: string): Selection | null {
  if (otherwise === "fail") return null;
  const priceOf = ({ promptPer1M }: Candidate) => promptPer1M ?? Infinity;
  const first = candidates[0] as Candidate;
  const model = otherwise === "first" ? first : candidates.reduce((a, b) => (priceOf(b) < priceOf(a) ? b : a));
  return { model: model.name, score: 0, confidence: 0, scores: null, why: `every candidate is over a limit: the ${otherwise === "first" ? "first" : "cheapest"}` };
}

function shares(weights: MultiFactor["weights"]): { quality: number; latency: number; cost: number; load: number } {
  const given = [weights?.quality, weights?.latency, weights?.cost, weights?.load].map((weight) => Math.max(weight ?? 0, 0)) as [number, number, number, number];
  const total = given[0] + given[1] + given[2] + given[3];
  const [quality, latency, cost, load] = total > 0 ? (given.map((weight) => weight / total) as typeof given) : [0.25, 0.25, 0.25, 0.25];
  return { quality, latency, cost, load };
}

/** From 0, the least, to 1, the most; the other way round where less is better. */
function scaling(values: readonly (number | undefined)[]): (value: number | undefined, lessIsBetter: boolean) => number {
  const known = values.filter((value) => value !== undefined);
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  return (value, lessIsBetter) => {
    if (value === undefined) return 0;
    if (!(range > 0)) return 0.5;
    const at = (value - low) / range;
    return lessIsBetter ? 1 - at : at;
  };
}
