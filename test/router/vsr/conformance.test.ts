import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { readVsrConfig, recipeOf } from "../../../src/router/vsr/config.ts";
import { vsrEngine } from "../../../src/router/vsr/engine.ts";
import { latencyAware, latencyPercentile } from "../../../src/router/vsr/algorithms/latency-aware.ts";
import { multiFactor } from "../../../src/router/vsr/algorithms/multi-factor.ts";
import type { Selection } from "../../../src/router/vsr/algorithms/algorithm.ts";
import { callCost, type TokenRates } from "../../../src/router/vsr/pricing.ts";
import { matchedRules, type RuleResult } from "../../../src/router/vsr/rule-tree.ts";
import { cases, given, hasVectors } from "./vectors.ts";

/** Beyond this, numbers of two implementations differ. */
const DIGITS = 12;

/** Every signal that a case may name: the engine asks whether a leaf's signal is defined. */
function configOf(routing: Record<string, unknown>, decisions: readonly { readonly modelRefs: readonly { readonly model: string }[] }[], topK?: number) {
  const models = [...new Set(decisions.flatMap(({ modelRefs }) => modelRefs.map(({ model }) => model)))].map((name) => ({ name }));
  const text = stringify({ providers: { models }, routing: { ...routing, decisions }, ...(topK === undefined ? {} : { global: { model_catalog: { embeddings: { semantic: { embedding_config: { top_k: topK } } } } } }) }, { aliasDuplicateObjects: false });
  const config = readVsrConfig(text, "case.yaml");
  return vsrEngine(config, recipeOf(config, {}));
}

interface EngineCase {
  readonly id: string;
  readonly strategy: string | null;
  readonly decisions: readonly { readonly name: string; readonly rules?: unknown; readonly modelRefs: readonly { readonly model: string }[] }[];
  readonly domains: readonly { readonly name: string; readonly mmlu_categories: readonly string[] }[];
  readonly matched: Record<string, string[]>;
  readonly signal_confidences: Record<string, number>;
  readonly signal_values: Record<string, number>;
  readonly signal_errors: Record<string, unknown>;
  readonly expect: { readonly decision: string | null; readonly confidence: number; readonly matched_rules: readonly string[] | null };
}

const LISTS: Record<string, string> = { keyword: "keywords", event: "events", authz: "role_bindings", embedding: "embeddings", domain: "domains", user_feedback: "user_feedbacks", reask: "reasks", preference: "preferences", classifier: "classifiers" };

function signalsNamed(decisions: readonly unknown[]): Record<string, { name: string; role?: string }[]> {
  const lists = new Map<string, Set<string>>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (typeof value !== "object" || value === null) return;
    const { type, name, conditions } = value as { type?: string; name?: string; conditions?: unknown };
    if (type !== undefined && name !== undefined && type !== "projection") lists.set(LISTS[type] ?? type, (lists.get(LISTS[type] ?? type) ?? new Set()).add(type === "complexity" ? name.replace(/:[a-z]+$/, "") : name));
    visit(conditions);
  };
  for (const decision of decisions) visit((decision as { rules?: unknown }).rules);
  return Object.fromEntries([...lists].map(([list, names]) => [list, [...names].map((name) => ({ name, ...(list === "role_bindings" ? { role: name } : {}) }))]));
}

describe.skipIf(!hasVectors("decision_engine.jsonl"))("decisions as upstream's engine makes them", () => {
  test.each(cases<EngineCase>("decision_engine.jsonl").map((one) => [one.id, one] as const))("%s", (_, one) => {
    const engine = configOf({ strategy: one.strategy, signals: { ...signalsNamed(one.decisions), domains: one.domains } }, one.decisions);
    const evaluation = engine.evaluate(given({ matched: one.matched, confidences: one.signal_confidences, values: one.signal_values, errors: Object.keys(one.signal_errors) }));
    expect(evaluation?.winners).toHaveLength(1);
    const winner = evaluation?.winners[0] ?? null;
    expect(winner?.decision.name ?? "").toBe(one.expect.decision ?? "");
    if (!winner) return;
    expect(winner.result.confidence.lo).toBeCloseTo(one.expect.confidence, DIGITS);
    expect(winner.result.confidence.hi).toBe(winner.result.confidence.lo);
    expect("rule" in winner.result ? matchedRules(winner.result as RuleResult) : []).toEqual(one.expect.matched_rules ?? []);
  });
});

interface ProjectionCase {
  readonly id: string;
  readonly embedding_top_k: number;
  readonly signals: Record<string, { name: string }[]>;
  readonly projections: { readonly mappings: readonly { readonly outputs: readonly { readonly name: string }[] }[]; readonly partitions?: readonly { readonly members: readonly string[] }[] };
  readonly learned: { readonly matched: Record<string, string[]>; readonly confidences: Record<string, number> };
  readonly expect: { readonly matched: Record<string, string[]>; readonly signal_confidences: Record<string, number>; readonly projection_scores: Record<string, number>; readonly decision: string; readonly confidence: number };
}

/** Upstream's cases route by the bands of their first mapping. */
const BANDS = { dl: "low", dm: "mid", dh: "high" };

describe.skipIf(!hasVectors("projections.jsonl"))("projections as upstream makes them", () => {
  test.each(cases<ProjectionCase>("projections.jsonl").map((one) => [one.id, one] as const))("%s", (_, one) => {
    const outputs = one.projections.mappings.flatMap((mapping) => mapping.outputs.map(({ name }) => name));
    const decisions = Object.entries(BANDS).filter(([, band]) => outputs.includes(band)).map(([name, band]) => ({ name, rules: { operator: "AND", conditions: [{ type: "projection", name: band }] }, modelRefs: [{ model: "m" }] }));
    const engine = configOf({ signals: { ...one.signals, embeddings: [{ name: "e0" }, { name: "e1" }], domains: ["math", "law", "physics", "other"].map((name) => ({ name })), complexity: [{ name: "x0" }] }, projections: one.projections }, decisions, one.embedding_top_k);
    const computed = (type: string) => one.expect.matched[type] ?? [];
    const stated = Object.entries(one.expect.signal_confidences).filter(([key]) => /^(keyword|structure):/.test(key));
    const values = structureValues(one);
    const evaluation = engine.evaluate(
      given({ matched: { ...one.learned.matched, keyword: computed("keyword"), structure: computed("structure") }, confidences: { ...one.learned.confidences, ...Object.fromEntries(stated) }, values }),
    );
    if (!evaluation) throw new Error("nothing was assumed");
    for (const type of ["embedding", "domain", "complexity", "projection"]) expect(evaluation.state.names(type).toSorted(), type).toEqual(computed(type).toSorted());
    for (const [name, score] of Object.entries(one.expect.projection_scores)) expect(evaluation.scores.get(name)?.lo, name).toBeCloseTo(score, DIGITS);
    for (const [key, confidence] of Object.entries(one.expect.signal_confidences)) if (/^(projection|domain|embedding):/.test(key)) expect(evaluation.state.stated().get(key)?.lo, key).toBeCloseTo(confidence, DIGITS);
    expect(evaluation.winners[0]?.decision.name).toBe(one.expect.decision);
    expect(evaluation.winners[0]?.result.confidence.lo).toBeCloseTo(one.expect.confidence, DIGITS);
  });
});

/** The one structure rule of these cases counts question marks. */
function structureValues(one: ProjectionCase): Record<string, number> {
  return { "structure:s0": ((one as unknown as { text: string }).text.match(/\?/g) ?? []).length };
}

interface Expected {
  readonly error?: string;
  readonly model: string;
  readonly score: number;
  readonly confidence: number;
  readonly all_scores: Record<string, number> | null;
}

function expectSelection(selection: Selection | null, wanted: Expected): void {
  if (wanted.error !== undefined) return expect(selection).toBeNull();
  expect(selection?.model).toBe(wanted.model);
  expect(selection?.score).toBeCloseTo(wanted.score, DIGITS);
  expect(selection?.confidence).toBeCloseTo(wanted.confidence, DIGITS);
  expect(Object.keys(selection?.scores ?? {}).toSorted()).toEqual(Object.keys(wanted.all_scores ?? {}).toSorted());
  for (const [name, score] of Object.entries(wanted.all_scores ?? {})) expect(selection?.scores?.[name]).toBeCloseTo(score, DIGITS);
}

interface FactorCase {
  readonly id: string;
  readonly candidates: readonly { readonly name: string; readonly quality_score?: number; readonly prompt_per_1m?: number; readonly tpot_seconds_at_percentile?: number; readonly ttft_seconds_at_percentile?: number; readonly inflight?: number }[];
  readonly config: Parameters<typeof multiFactor>[1];
  readonly expect: Expected;
}

describe.skipIf(!hasVectors("multi_factor.jsonl"))("multi_factor", () => {
  test.each(cases<FactorCase>("multi_factor.jsonl").map((one) => [one.id, one] as const))("%s", (_, one) => {
    const candidates = one.candidates.map((c) => ({ name: c.name, quality: c.quality_score, promptPer1M: c.prompt_per_1m, tpotSeconds: c.tpot_seconds_at_percentile, ttftSeconds: c.ttft_seconds_at_percentile, inflight: c.inflight }));
    expectSelection(multiFactor(candidates, one.config), one.expect);
  });
});

interface LatencyCase {
  readonly id: string;
  readonly observations: readonly { readonly name: string; readonly tpot_seconds: readonly number[] | null; readonly ttft_seconds: readonly number[] | null }[];
  readonly tpot_percentile: number;
  readonly ttft_percentile: number;
  readonly percentiles: Record<string, { readonly tpot_ok: boolean; readonly tpot_p50: number; readonly ttft_ok: boolean; readonly ttft_p95: number }>;
  readonly expect: Expected;
}

describe.skipIf(!hasVectors("latency_aware.jsonl"))("latency_aware", () => {
  test.each(cases<LatencyCase>("latency_aware.jsonl").map((one) => [one.id, one] as const))("%s", (_, one) => {
    for (const { name, tpot_seconds: tpot, ttft_seconds: ttft } of one.observations) {
      const wanted = one.percentiles[name];
      if (wanted?.tpot_ok) expect(latencyPercentile(tpot ?? [], 50)).toBeCloseTo(wanted.tpot_p50, DIGITS);
      if (wanted?.ttft_ok) expect(latencyPercentile(ttft ?? [], 95)).toBeCloseTo(wanted.ttft_p95, DIGITS);
    }
    const candidates = one.observations.map(({ name, tpot_seconds: tpot, ttft_seconds: ttft }) => ({ name, tpotSeconds: latencyPercentile(tpot ?? [], one.tpot_percentile), ttftSeconds: latencyPercentile(ttft ?? [], one.ttft_percentile) }));
    expectSelection(latencyAware(candidates, { tpot_percentile: one.tpot_percentile, ttft_percentile: one.ttft_percentile }), one.expect);
  });
});

interface PriceCase {
  readonly id: string;
  readonly rates: TokenRates;
  readonly usage: { readonly prompt_tokens?: number; readonly cached_input_tokens?: number; readonly cache_write_tokens?: number; readonly completion_tokens?: number };
  readonly expect: { readonly cost: number; readonly cached: number; readonly cache_write: number; readonly standard_input: number };
}

describe.skipIf(!hasVectors("pricing.jsonl"))("what a call costs", () => {
  test.each(cases<PriceCase>("pricing.jsonl").map((one) => [one.id, one] as const))("%s", (_, { rates, usage, expect: wanted }) => {
    const cost = callCost(rates, { prompt: usage.prompt_tokens ?? 0, cached: usage.cached_input_tokens ?? 0, cacheWrite: usage.cache_write_tokens ?? 0, completion: usage.completion_tokens ?? 0 });
    expect(cost).toEqual({ standardInput: wanted.standard_input, cached: wanted.cached, cacheWrite: wanted.cache_write, costUsd: expect.closeTo(wanted.cost, DIGITS) });
  });
});
