import type { SignalReadings, SignalSpec, SignalSpecs } from "../../model/signal.ts";
import type { VsrConfig } from "./config.ts";
import { applyComposers, applyTopK, compileComposer } from "./output-policies.ts";
import { applyPartitions, keyedPartition } from "./partitions.ts";
import { applyProjections, IMPOSSIBLE, readyProjections } from "./projections.ts";
import { winners, type Judged } from "./ranking.ts";
import { ReadingState, type Assumed } from "./reading-state.ts";
import { compileRule, evaluateRule, NO_RULES, type DomainCategories } from "./rule-tree.ts";
import { LEAF_TYPES, leafNameOf, signalNameOf } from "./signal-kinds.ts";
import type { RuleNode, VsrRecipe } from "./shape.ts";
import { signalSettings, type Manifests } from "./signal-settings.ts";
import type { Span } from "./span.ts";

/** What a recipe makes of signals, under what is assumed of those that nobody knows. */
export interface Evaluation {
  readonly state: ReadingState;
  readonly scores: ReadonlyMap<string, Span>;
  /** Every decision in the file's order. */
  readonly judged: readonly Judged[];
  /** The decisions that may be chosen; null stands for none, which leaves the default model. One: it is decided. */
  readonly winners: readonly (Judged | null)[];
}

/** A recipe made ready for many prompts. */
export interface Engine {
  readonly recipe: VsrRecipe;
  /** What rules and projections read, as `type:name`. */
  readonly reads: readonly string[];
  /** Names by `type:name` of which at most one matches, whatever signals say. */
  readonly exclusive: readonly Exclusive[];
  /** Undefined where what is assumed cannot be. */
  evaluate(readings: SignalReadings, assumed?: Assumed): Evaluation | undefined;
}

interface Exclusive {
  readonly keys: readonly string[];
  /** Only where the signal of this key is unknown as a whole. */
  readonly whileUnknown?: string;
}

const NOTHING_ASSUMED: Assumed = new Map();

/** Signals → partitions → composers → top-k of the embeddings → projections → rule trees → the order of those that match, as upstream's pipeline goes. */
export function vsrEngine(config: VsrConfig, recipe: VsrRecipe): Engine {
  const { signals, partitions, scores, mappings, decisions, strategy } = recipe;
  const embeddings = (signals["embeddings"] ?? []).map(({ name }) => name);
  const domains: DomainCategories = new Map((signals["domains"] ?? []).map((spec) => [spec.name, textsOf(spec["mmlu_categories"])]));
  const composers = new Map((signals["complexity"] ?? []).flatMap(({ name, composer }): [string, RuleNode][] => (composer ? [[name, composer]] : [])));
  const typeOf = (member: string) => (embeddings.includes(member) ? "embedding" : "domain");
  const reads = readsOf(recipe, composers);
  const keyed = partitions.map((partition) => keyedPartition(partition, typeOf));
  const composed = [...composers].map(([name, node]) => compileComposer(name, node, domains));
  const candidates = embeddings.map((name) => `embedding:${name}`);
  const projections = readyProjections(scores, mappings);
  const ruled = decisions.map((decision) => ({ decision, rule: decision.rules ? compileRule(decision.rules, domains) : null }));
  return {
    recipe,
    reads,
    exclusive: [
      ...partitions.map(({ members, default: fallback }) => ({ keys: [...new Set([...members, fallback])].filter((name) => name !== "").map((name) => `${typeOf(name)}:${name}`) })),
      ...(config.embeddingTopK === 1 ? [{ keys: candidates }] : []),
      ...(signals["complexity"] ?? []).map(({ name }) => ({ keys: ["hard", "medium", "easy"].map((level) => `complexity:${name}:${level}`), whileUnknown: `complexity:${name}` })),
      ...mappings.filter(({ method }) => method !== "multi_emit").map(({ outputs }) => ({ keys: outputs.map(({ name }) => `projection:${name}`) })),
    ],
    evaluate(readings, assumed = NOTHING_ASSUMED) {
      const state = new ReadingState(readings, assumed);
      applyPartitions(keyed, state);
      applyComposers(composed, state);
      applyTopK(config.embeddingTopK, candidates, state);
      const projected = applyProjections(projections, state);
      if (projected === IMPOSSIBLE) return undefined;
      const judged = ruled.map(({ decision, rule }) => ({ decision, result: rule ? evaluateRule(rule, state) : NO_RULES }));
      return { state, scores: projected, judged, winners: winners(judged, strategy) };
    },
  };
}

/** What decides, as `type:name`: leaves of rules and composers, inputs of scores, members of partitions. */
function readsOf({ decisions, scores, partitions, signals }: VsrRecipe, composers: ReadonlyMap<string, RuleNode>): string[] {
  const keys = new Set<string>();
  const visit = (node: RuleNode): void => {
    if (node.type !== "") keys.add(`${node.type}:${node.name}`);
    for (const condition of node.conditions) visit(condition);
  };
  for (const { rules } of decisions) if (rules) visit(rules);
  for (const composer of composers.values()) visit(composer);
  for (const { inputs } of scores) for (const { type, name } of inputs) if (type !== "kb_metric") keys.add(`${type.trim().toLowerCase()}:${name}`);
  const embeddings = new Set((signals["embeddings"] ?? []).map(({ name }) => name));
  for (const { members } of partitions) for (const name of members) keys.add(`${embeddings.has(name) ? "embedding" : "domain"}:${name}`);
  // A domain stands for its categories.
  for (const spec of signals["domains"] ?? []) if (keys.has(`domain:${spec.name}`)) for (const category of textsOf(spec["mmlu_categories"])) keys.add(`domain:${category}`);
  // A leaf that competes with others is decided by them.
  for (const name of embeddings) keys.add(`embedding:${name}`);
  return [...keys];
}

/** The specs that rules can reach (and `also` others, as `type:name`), each with its place: only those are computed, as upstream computes them. */
export function reachableSignals({ recipe, reads }: Engine, { placeOf, global }: VsrConfig, { manifests = {}, also = [] }: { readonly manifests?: Manifests | undefined; readonly also?: readonly string[] | undefined } = {}): SignalSpecs {
  const kbMetric = recipe.scores.some(({ inputs }) => inputs.some(({ type }) => type.trim().toLowerCase() === "kb_metric"));
  const read = new Set([...reads, ...also].flatMap((key) => [key, signalKeyOf(key)]));
  const specs = Object.entries(recipe.signals).flatMap(([list, all]) => {
    const type = LEAF_TYPES[list];
    if (type === undefined) return [];
    const settings = signalSettings(type, global, manifests);
    const some = all.flatMap(({ name, ...fields }, k): SignalSpec[] => {
      const path = [...recipe.path, "signals", list, k];
      const reached = read.has(`${type}:${leafNameOf(type, { ...fields, name })}`) || (type === "kb" && kbMetric);
      return reached ? [{ name, fields, path: inWords(path), place: placeOf(path), ...(settings ? { settings } : {}) }] : [];
    });
    return some.length > 0 ? [[type, some] as const] : [];
  });
  // Where a recipe lists no domains, upstream adds those that its rules name.
  const implied = (recipe.signals["domains"] ?? []).length > 0 ? [] : reads.filter((key) => key.startsWith("domain:")).map((key): SignalSpec => ({ name: key.slice("domain:".length), fields: {}, path: inWords([...recipe.path, "decisions"]) }));
  return new Map(implied.length > 0 ? [...specs, ["domain", implied]] : specs);
}

function signalKeyOf(key: string): string {
  const colon = key.indexOf(":");
  const type = key.slice(0, colon);
  return `${type}:${signalNameOf(type, key.slice(colon + 1))}`;
}

/** `routing.signals.keywords[2]` */
function inWords(path: readonly (string | number)[]): string {
  return path.map((part, k) => (typeof part === "number" ? `[${part}]` : k === 0 ? part : `.${part}`)).join("");
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
