import { yamlFlag } from "../../lib/yaml-flag.ts";
import type { OutcomeColumns } from "../../model/columns.ts";
import type { Played } from "../loops/played.ts";
import { walked } from "../loops/walk.ts";
import type { Candidate, Selection } from "./algorithms/algorithm.ts";
import { cascadeOf } from "./algorithms/confidence.ts";
import { confidenceWalk } from "./algorithms/confidence-walk.ts";
import { hybrid } from "./algorithms/hybrid.ts";
import { latencyAware } from "./algorithms/latency-aware.ts";
import { multiFactor } from "./algorithms/multi-factor.ts";
import { ratingsPlay } from "./algorithms/ratings.ts";
import { staticChoice } from "./algorithms/static.ts";
import { decisionCacheOf, isCache, type CacheStore, type DecisionCache } from "./cache/settings.ts";
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
  /** Where the decision is one and the model is not: why, and among which. `calls`: how many of them are called, `some` in their order. */
  readonly open: { readonly algorithm: string; readonly why: string; readonly calls: "one" | "some" | "all" | "several"; readonly models: readonly string[]; readonly loop?: LoopOf } | null;
  /** A text that answers in place of a model (plugin fast_response). */
  readonly answer: string | null;
  /** How an earlier answer may be given again (plugin response_cache); null where none is. */
  readonly cache: DecisionCache | null;
  /** The plugins that are not turned off, in the file's order. */
  readonly plugins: readonly string[];
  /** What upstream would do beside this that is not evaluated. */
  readonly notes: readonly string[];
}

/** How its calls are played over outcomes, and by what; null where outcomes do not tell it. @param inPool a model's name in the run */
type LoopOf = (inPool: (model: string) => string) => { readonly plays: (columns: OutcomeColumns) => Played; readonly by: string } | null;

/** Algorithms that call several models for one answer, or one several times. */
const LOOPERS: ReadonlySet<string> = new Set(["ratings", "remom", "fusion", "workflows"]);

/** Why algorithms choose what a config alone does not tell. */
const UNTOLD: Readonly<Record<string, string>> = {
  router_dc: "it compares embeddings of the prompt and of the models' descriptions, by the router's own embedder",
  automix: "it goes by what the router learned of answers that were verified",
  knn: "it needs the artefact that it was trained to",
  kmeans: "it needs the artefact that it was trained to",
  svm: "it needs the artefact that it was trained to",
  mlp: "it needs the artefact that it was trained to",
  prompt: "it asks a model which one to take",
  remom: "it calls models in rounds and makes one answer of theirs",
  fusion: "it calls a panel of models and makes one answer of theirs",
  workflows: "it calls models as its workflow says",
};

/** Said of one prompt, which has no history; over a workload, the cache is kept. */
export const MAY_BE_CACHED = "an earlier answer in the response cache may answer in place of the model";

const ON_THE_WAY: ReadonlySet<string> = new Set(["hallucination", "header_mutation", "image_gen", "memory", "rag", "request_params", "context_compression", "response_jailbreak", "router_replay", "system_prompt", "tool_selection", "tools"]);

/**
 * What a decision leads to, as far as the config alone says; the same for every prompt.
 *
 * @param store where answers are kept; null: nowhere
 */
export function outcomeOf(winner: Pick<Judged, "decision"> | null, config: VsrConfig, recipe: VsrRecipe, store: CacheStore | null): Outcome {
  const decision = winner?.decision ?? null;
  const plain = { lora: null, useReasoning: false, reasoningEffort: null, selection: null, open: null, answer: null, cache: null };
  if (!decision) return { ...plain, decision: null, model: config.defaultModel || null, plugins: [], notes: ["no decision matched: the default model"] };
  const plugins = decision.plugins.flatMap((plugin) => (isOff(plugin) ? [] : [plugin.type]));
  const answer = decision.plugins.find((plugin) => plugin.type === "fast_response" && !isOff(plugin));
  const cache = decisionCacheOf(decision, store, config.global);
  const notes = [...(cache ? [MAY_BE_CACHED] : []), ...pluginNotes(decision)];
  if (answer) return { ...plain, decision: decision.name, model: null, answer: String(setting(answer, "message") ?? ""), plugins, notes: pluginNotes(decision) };
  const [first] = decision.modelRefs;
  if (!first) return { ...plain, decision: decision.name, model: config.defaultModel || null, cache, plugins, notes: ["the decision names no model: the default model", ...notes] };
  const alone = decision.modelRefs.length === 1 && !LOOPERS.has(decision.algorithm?.type ?? "");
  const { selection, open, said } = alone ? { selection: null, open: null, said: [] } : select(decision, config, recipe);
  if (open) return { ...plain, decision: decision.name, model: null, open, cache, plugins, notes };
  const ref = decision.modelRefs.find(({ model }) => model === selection?.model) ?? first;
  return {
    decision: decision.name,
    model: ref.model,
    lora: ref.lora_name || null,
    useReasoning: ref.use_reasoning ?? false,
    reasoningEffort: ref.use_reasoning ? ref.reasoning_effort || config.defaultEffort || null : null,
    selection: selection && { algorithm: decision.algorithm?.type || "static", why: selection.why, scores: selection.scores },
    open: null,
    answer: null,
    cache,
    plugins,
    notes: [...said, ...notes],
  };
}

/** The algorithm's choice among several, or why the config alone does not tell it. */
function select(decision: VsrDecision, config: VsrConfig, recipe: VsrRecipe): { readonly selection: Selection | null; readonly open: Outcome["open"]; readonly said: readonly string[] } {
  const { algorithm, modelRefs } = decision;
  const type = algorithm?.type || "static";
  const candidates = modelRefs.map(({ model }) => candidateOf(model, config));
  const models = candidates.map(({ name }) => name);
  const chosen = (selection: Selection, ...said: string[]) => ({ selection, open: null, said });
  const open = (why: string, calls: NonNullable<Outcome["open"]>["calls"] = "one", order = models, loop?: LoopOf) => ({ selection: null, open: { algorithm: type, why, calls, models: order, ...(loop ? { loop } : {}) }, said: [] });
  const first = (why: string, model = models[0] as string): Selection => ({ model, score: 0, confidence: 0, scores: null, why });
  switch (type) {
    case "static":
      return chosen(staticChoice(candidates, (model) => domainScore(decision.name, model, recipe)));
    case "multi_factor":
      return chosen(multiFactor(candidates, algorithm?.multi_factor ?? {}) ?? first("every candidate is over a limit: the first"), "latency and load are not measured here: as upstream does without measures, they count 0 and break no limit");
    case "latency_aware":
      return chosen(latencyAware(candidates, algorithm?.latency_aware ?? {}), "latency is not measured here: the first candidate, as upstream takes it without measures");
    case "hybrid": {
      const found = hybrid(candidates, algorithm?.hybrid ?? {});
      return "selection" in found ? chosen(found.selection) : open(`it weighs ${found.open.join(", ")}, which the router learns and the config does not hold`);
    }
    case "confidence": {
      const { order, method, threshold, keeps } = cascadeOf(candidates, algorithm?.confidence ?? {});
      const names = order.map(({ name }) => name);
      const loop: LoopOf = (inPool) => {
        const walk = confidenceWalk(candidates, algorithm?.confidence ?? {}, inPool);
        return walk && { plays: (columns) => walked(columns, walk), by: "the confidences that are recorded of answers" };
      };
      if (keeps === "first") return chosen(first(`the first of the cascade ${names.join(", ")}`, names[0]), `threshold ${threshold} of ${method} keeps any answer that comes with log-probabilities, since confidences lie from 0 to 1: ${names.slice(1).join(", ")} ${names.length === 2 ? "is" : "are"} never asked`);
      if (keeps === "none") return open(`threshold ${threshold} of ${method} keeps no answer: all of ${names.join(", ")} are called, and the last answers`, "all", names, loop);
      return open(`it asks ${names.join(", then ")} until the confidence in an answer (${method}) reaches ${threshold}, which only answers tell`, "some", names, loop);
    }
    case "ratings":
      return open(`it calls all of ${models.join(", ")}, whose answers are choices of one response: the first is judged`, "all", models, (inPool) => ({ plays: ratingsPlay(models.map(inPool), algorithm?.ratings ?? {}), by: "the outcomes of all that are called" }));
    default:
      return open(UNTOLD[type] ?? "it is not known here", LOOPERS.has(type) ? "several" : "one");
  }
}

function candidateOf(model: string, { models, qualityOf, sizeOf }: VsrConfig): Candidate {
  return { name: model, quality: qualityOf.get(model), promptPer1M: models.get(model)?.pricing?.prompt_per_1m, paramSize: sizeOf.get(model), unlisted: !models.has(model) && !sizeOf.has(model) };
}

/** Whether a plugin changes what a model is asked or what of its answer is passed on, not which model. */
export function isOnTheWay(plugin: string): boolean {
  return ON_THE_WAY.has(plugin);
}

function pluginNotes({ plugins }: VsrDecision): string[] {
  return plugins.flatMap((plugin) => {
    if (isOff(plugin)) return [];
    return isCache(plugin.type) || isOnTheWay(plugin.type) || plugin.type === "fast_response" ? [] : [`plugin ${plugin.type} is not known here, and not evaluated`];
  });
}

function domainScore(domain: string, model: string, { signals }: VsrRecipe): number | undefined {
  const spec = signals["domains"]?.find(({ name }) => name === domain);
  const scores = Array.isArray(spec?.["model_scores"]) ? (spec["model_scores"] as { readonly model?: unknown; readonly score?: unknown }[]) : [];
  const found = scores.find((one) => one.model === model)?.score;
  return typeof found === "number" ? found : undefined;
}

function isOff(plugin: VsrDecision["plugins"][number]): boolean {
  return yamlFlag(setting(plugin, "enabled")) === false;
}

function setting({ configuration }: VsrDecision["plugins"][number], name: string): unknown {
  return typeof configuration === "object" && configuration !== null ? (configuration as Readonly<Record<string, unknown>>)[name] : undefined;
}
