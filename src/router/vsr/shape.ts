import { z } from "zod";
import { yamlFlag } from "../../lib/yaml-flag.ts";

/**
 * What of a `config.yaml` (v0.3) of vLLM Semantic Router the engine reads. Fields that it does not know pass, as upstream's loader lets
 * them; a null is a field that is not there; any scalar is a text where a text stands.
 */

const text = z.union([z.string(), z.number(), z.boolean()], { error: "must be a text" }).transform(String).nullish().transform((value) => value ?? "");
const number = z.number().nullish().transform((value) => value ?? undefined);
const flag = z.preprocess(yamlFlag, z.boolean().nullish()).transform((value) => value ?? undefined);
const list = <T extends z.ZodType>(of: T) => z.array(of).nullish().transform((value) => value ?? []);
const part = <T extends z.ZodRawShape>(shape: T) => z.looseObject(shape);
const maybe = <T extends z.ZodType>(of: T) => of.nullish().transform((value) => value ?? undefined);

const bounds = part({ gt: number, gte: number, lt: number, lte: number });

/** A node of a rule tree: a leaf (`type`, `name`) or an operator over conditions. */
export interface RuleNode {
  readonly type: string;
  readonly name: string;
  readonly label: string;
  readonly predicate?: Bounds | undefined;
  readonly on_error: string;
  readonly operator: string;
  readonly conditions: readonly RuleNode[];
}

export interface Bounds {
  readonly gt?: number | undefined;
  readonly gte?: number | undefined;
  readonly lt?: number | undefined;
  readonly lte?: number | undefined;
}

const ruleNode: z.ZodType<RuleNode> = z.lazy(() =>
  part({ type: text, name: text, label: text, predicate: maybe(bounds), on_error: text, operator: text, conditions: list(ruleNode) }),
) as z.ZodType<RuleNode>;

const modelRef = part({ model: text, lora_name: text, weight: number, use_reasoning: flag, reasoning_effort: text });

const algorithm = part({
  type: text,
  on_error: text,
  multi_factor: maybe(
    part({
      weights: maybe(part({ quality: number, latency: number, cost: number, load: number })),
      slo: maybe(part({ max_tpot_ms: number, max_ttft_ms: number, max_cost_per_1m: number, max_inflight: number })),
      latency_percentile: number,
      on_no_candidates: text,
    }),
  ),
  latency_aware: maybe(part({ tpot_percentile: number, ttft_percentile: number })),
  ratings: maybe(part({ max_concurrent: number, on_error: text })),
  hybrid: maybe(part({ experience_weight: number, router_dc_weight: number, automix_weight: number, cost_weight: number })),
  confidence: maybe(
    part({
      confidence_method: text,
      threshold: number,
      hybrid_weights: maybe(part({ logprob_weight: number, margin_weight: number })),
      escalation_order: text,
      cost_quality_tradeoff: number,
      on_error: text,
      token_filter: text,
    }),
  ),
});

const decision = part({
  name: text,
  description: text,
  priority: number,
  tier: number,
  rules: maybe(ruleNode),
  modelRefs: list(modelRef),
  algorithm: maybe(algorithm),
  plugins: list(part({ type: text, configuration: z.unknown().optional() })),
});

/** Of a complexity signal, the rules that it holds under, too. */
const signal = part({ name: text, composer: maybe(ruleNode) });

const projections = part({
  partitions: list(part({ name: text, semantics: text, temperature: number, members: list(text), default: text })),
  scores: list(
    part({
      name: text,
      method: text,
      inputs: list(part({ type: text, name: text, kb: text, metric: text, weight: number, value_source: text, match: number, miss: number })),
    }),
  ),
  mappings: list(
    part({
      name: text,
      source: text,
      method: text,
      calibration: maybe(part({ method: text, slope: number })),
      outputs: list(part({ name: text, gt: number, gte: number, lt: number, lte: number })),
    }),
  ),
});

const routing = part({
  strategy: text,
  modelCards: list(part({ name: text, param_size: text, quality_score: number, loras: list(part({ name: text })) })),
  signals: maybe(z.record(z.string(), list(signal))),
  projections: maybe(projections),
  decisions: list(decision),
});

const pricing = part({ currency: text, prompt_per_1m: number, cached_input_per_1m: number, cache_write_per_1m: number, completion_per_1m: number });

export const vsrShape = part({
  version: text,
  providers: maybe(
    part({
      defaults: maybe(part({ default_model: text, default_reasoning_effort: text })),
      models: list(part({ name: text, reasoning_family: text, pricing: maybe(pricing) })),
    }),
  ),
  routing: maybe(routing),
  entrypoints: list(part({ model_names: list(text), recipe: text })),
  recipes: list(part({ name: text, description: text, routing: maybe(routing) })),
  global: maybe(
    z.looseObject({
      router: maybe(part({ strategy: text })),
      model_catalog: maybe(z.looseObject({ embeddings: maybe(z.looseObject({ semantic: maybe(z.looseObject({ embedding_config: maybe(z.looseObject({ top_k: number })) })) })) })),
    }),
  ),
});

export type VsrFile = z.infer<typeof vsrShape>;
export type VsrRouting = NonNullable<VsrFile["routing"]>;
export type VsrDecision = VsrRouting["decisions"][number];
export type VsrAlgorithm = NonNullable<VsrDecision["algorithm"]>;
export type VsrProjections = z.infer<typeof projections>;
export type Partition = VsrProjections["partitions"][number];
export type Score = VsrProjections["scores"][number];
export type Mapping = VsrProjections["mappings"][number];
export type ProviderModel = NonNullable<VsrFile["providers"]>["models"][number];

/** A routing profile: what decides for one set of requested model names. */
export interface VsrRecipe {
  readonly name: string;
  /** Where it stands in the file: `["routing"]`. */
  readonly path: readonly (string | number)[];
  /** `priority` unless it says `confidence`. */
  readonly strategy: string;
  readonly signals: NonNullable<VsrRouting["signals"]>;
  readonly partitions: readonly Partition[];
  readonly scores: readonly Score[];
  readonly mappings: readonly Mapping[];
  readonly decisions: readonly VsrDecision[];
}
