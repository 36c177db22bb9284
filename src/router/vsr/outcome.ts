import type { Candidate, Selection } from "./algorithms/algorithm.ts";
import { latencyAware } from "./algorithms/latency-aware.ts";
import { multiFactor } from "./algorithms/multi-factor.ts";
import { staticChoice } from "./algorithms/static.ts";
import type { VsrConfig } from "./config.ts";
import type { Judged } from "./ranking.ts";
import type { VsrDecision, VsrRecipe } from "./shape.ts";

/** What happens to a prompt of a decision. */
export interface Outcome {
  /** Null where none matched. */
  readonly decision: string | null;
  /** The model called, by its name in the config; null where nothing is called, or no model is named. */
  readonly model: string | null;
  readonly lora: string | null;
  readonly useReasoning: boolean;
  /** Of the model, where it reasons; null: its own default. */
  readonly reasoningEffort: string | null;
  /** How the model was chosen among several; null where there was one. */
  readonly selection: { readonly algorithm: string; readonly why: string; readonly scores: Readonly<Record<string, number>> | null } | null;
  /** A text that answers in place of a model (plugin fast_response). */
  readonly answer: string | null;
  /** The plugin response_cache, which is not kept here: how it would look for an earlier answer, and for whom it keeps it; null where it is off. */
  readonly cache: { readonly mode: string; readonly scope: string } | null;
  /** The plugins in the file's order. */
  readonly plugins: readonly string[];
  /** What upstream would do beside this that is not evaluated. */
  readonly notes: readonly string[];
}

/** Algorithms that call several models for one answer. */
const LOOPERS: ReadonlySet<string> = new Set(["confidence", "ratings", "remom", "fusion", "workflows"]);

const CACHES: ReadonlySet<string> = new Set(["response_cache", "response-cache", "semantic_cache", "semantic-cache"]);

export const NO_CACHE = "a hit in the response cache would answer in place of the model: no cache is kept here, every prompt is a miss";

/** Plugins that change what a model is asked or what of its answer is passed on, not which model. */
const ON_THE_WAY: ReadonlySet<string> = new Set(["hallucination", "header_mutation", "image_gen", "memory", "rag", "request_params", "context_compression", "response_jailbreak", "router_replay", "system_prompt", "tool_selection", "tools"]);

/** What a decision leads to, as far as the config alone says; the same for every prompt. */
export function outcomeOf(winner: Pick<Judged, "decision"> | null, config: VsrConfig, recipe: VsrRecipe): Outcome {
  const decision = winner?.decision ?? null;
  const plain = { lora: null, useReasoning: false, reasoningEffort: null, selection: null, answer: null, cache: null };
  if (!decision) return { ...plain, decision: null, model: config.defaultModel || null, plugins: [], notes: ["no decision matched: the default model"] };
  const plugins = decision.plugins.map(({ type }) => type);
  const answer = decision.plugins.find((plugin) => plugin.type === "fast_response" && setting(plugin, "enabled") !== false);
  const notes = pluginNotes(decision);
  if (answer) return { ...plain, decision: decision.name, model: null, answer: String(setting(answer, "message") ?? ""), plugins, notes };
  const [first] = decision.modelRefs;
  if (!first) return { ...plain, decision: decision.name, model: config.defaultModel || null, plugins, notes: ["the decision names no model: the default model", ...notes] };
  const { selection, said } = decision.modelRefs.length === 1 ? { selection: null, said: [] } : select(decision, config, recipe);
  const ref = decision.modelRefs.find(({ model }) => model === selection?.model) ?? first;
  return {
    decision: decision.name,
    model: ref.model,
    lora: ref.lora_name || null,
    useReasoning: ref.use_reasoning ?? false,
    reasoningEffort: ref.use_reasoning ? ref.reasoning_effort || config.defaultEffort || null : null,
    selection: selection && { algorithm: decision.algorithm?.type || "static", why: selection.why, scores: selection.scores },
    answer: null,
    cache: cacheOf(decision),
    plugins,
    notes: [...looperNotes(decision), ...said, ...notes],
  };
}

/** The algorithm's choice among several; where an algorithm is not evaluated, the first, as upstream takes it where a selector is not at hand. */
function select(decision: VsrDecision, config: VsrConfig, recipe: VsrRecipe): { selection: Selection; said: readonly string[] } {
  const { algorithm, modelRefs } = decision;
  const type = algorithm?.type || "static";
  const candidates = modelRefs.map(({ model }): Candidate => ({ name: model, quality: config.qualityOf.get(model), promptPer1M: config.models.get(model)?.pricing?.prompt_per_1m }));
  const first = (why: string): Selection => ({ model: (candidates[0] as Candidate).name, score: 0, confidence: 0, scores: null, why });
  switch (type) {
    case "static":
      return { selection: staticChoice(candidates, (model) => domainScore(decision.name, model, recipe)), said: [] };
    case "multi_factor":
      return { selection: multiFactor(candidates, algorithm?.multi_factor ?? {}) ?? first("every candidate is over a limit: the first"), said: ["latency and load are not measured here: as upstream does without measures, they count 0 and break no limit"] };
    case "latency_aware":
      return { selection: latencyAware(candidates, algorithm?.latency_aware ?? {}), said: ["latency is not measured here: the first candidate, as upstream takes it without measures"] };
    default:
      return { selection: first(`${type} is not evaluated: the first candidate`), said: LOOPERS.has(type) ? [] : [`algorithm ${type} is not evaluated: the first candidate, as upstream takes it where the selector is not at hand`] };
  }
}

function looperNotes({ algorithm }: VsrDecision): string[] {
  const type = algorithm?.type ?? "";
  return LOOPERS.has(type) ? [`algorithm ${type} calls several models, which is not evaluated: the first candidate alone`] : [];
}

function cacheOf({ plugins }: VsrDecision): Outcome["cache"] {
  const cache = plugins.find((plugin) => CACHES.has(plugin.type) && setting(plugin, "enabled") !== false);
  return cache ? { mode: String(setting(cache, "mode") ?? "semantic"), scope: String(setting(cache, "scope") ?? "") } : null;
}

function pluginNotes({ plugins }: VsrDecision): string[] {
  return plugins.flatMap((plugin) => {
    if (setting(plugin, "enabled") === false) return [];
    if (CACHES.has(plugin.type)) return [NO_CACHE];
    return ON_THE_WAY.has(plugin.type) || plugin.type === "fast_response" ? [] : [`plugin ${plugin.type} is not known here, and not evaluated`];
  });
}

function domainScore(domain: string, model: string, { signals }: VsrRecipe): number | undefined {
  const spec = signals["domains"]?.find(({ name }) => name === domain);
  const scores = Array.isArray(spec?.["model_scores"]) ? (spec["model_scores"] as { readonly model?: unknown; readonly score?: unknown }[]) : [];
  const found = scores.find((one) => one.model === model)?.score;
  return typeof found === "number" ? found : undefined;
}

function setting({ configuration }: VsrDecision["plugins"][number], name: string): unknown {
  return typeof configuration === "object" && configuration !== null ? (configuration as Readonly<Record<string, unknown>>)[name] : undefined;
}
