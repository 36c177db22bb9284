import { WrpError, unknownName, type Place, type Tell } from "../../model/errors.ts";
import { leafNameOf, LEAF_TYPES, signalNameOf } from "./signal-kinds.ts";
import type { RuleNode, VsrFile, VsrRecipe } from "./shape.ts";

/** Selectors and loopers that a decision may name. */
export const ALGORITHMS = ["static", "latency_aware", "multi_factor", "hybrid", "router_dc", "automix", "knn", "kmeans", "svm", "mlp", "prompt", "confidence", "ratings", "remom", "fusion", "workflows"];

/** What was an algorithm once. */
const MOVED: Readonly<Record<string, string>> = {
  elo: "it moved to global.router.learning.adaptation",
  rl_driven: "it moved to global.router.learning.adaptation",
  thompson: "it moved to global.router.learning.adaptation",
  gmtrouter: "it can no longer be chosen",
  session_aware: "it moved to global.router.learning.protection",
};

const LEAF_TYPE_NAMES = [...Object.values(LEAF_TYPES), "projection"];

type PlaceOf = (path: readonly PropertyKey[]) => Place;
type Path = readonly (string | number)[];

type Say = (message: string, path: Path, hint?: string) => void;
type Once = (what: string, names: readonly string[], pathOf: (k: number) => Path) => void;

/** Tells of everything that upstream's loader rejects: names given twice or not defined, models, tiers, strategies, algorithms, recipes and entrypoints. */
export function rejectAsUpstream(source: VsrFile, recipes: readonly VsrRecipe[], placeOf: PlaceOf, tell: Tell): void {
  const say: Say = (message, path, hint) => tell(new WrpError(message, { place: placeOf(path), code: "vsr-rejects", hint: hint ?? "vLLM Semantic Router would not load this file" }));
  const models = new Set([...(source.providers?.models ?? []).map(({ name }) => name), ...(source.routing?.modelCards ?? []).flatMap(({ name, loras }) => [name, ...loras.map((lora) => lora.name)])]);
  const once: Once = (what, names, pathOf) => {
    for (const [k, name] of names.entries()) if (names.indexOf(name) < k) say(`two ${what} are named "${name}"`, pathOf(k));
  };
  once("models", (source.providers?.models ?? []).map(({ name }) => name), (k) => ["providers", "models", k, "name"]);
  once("recipes", source.recipes.map(({ name }) => name.trim()), (k) => ["recipes", k, "name"]);
  for (const [k, { name, routing }] of source.recipes.entries()) {
    if (name.trim() === "") say("a recipe has no name", ["recipes", k]);
    if (name.trim() === "default" && (source.routing?.decisions.length ?? 0) > 0) say('the recipe "default" stands beside a top-level routing', ["recipes", k, "name"]);
    if ((routing?.modelCards.length ?? 0) > 0) say("a recipe has modelCards: they stand under the top-level routing, for all recipes", ["recipes", k, "routing", "modelCards"]);
  }
  once("entrypoints", source.entrypoints.flatMap(({ model_names }) => model_names), () => ["entrypoints"]);
  for (const [k, { recipe, model_names }] of source.entrypoints.entries()) {
    if (!recipes.some(({ name }) => name === recipe.trim())) tell(unknownName("recipe", recipe, recipes.map(({ name }) => name), placeOf(["entrypoints", k, "recipe"])));
    if (model_names.length === 0) say("an entrypoint has no model_names", ["entrypoints", k]);
  }
  for (const recipe of recipes) rejectRecipe(recipe, models, { placeOf, tell, say, once });
}

interface Told {
  readonly placeOf: PlaceOf;
  readonly tell: Tell;
  readonly say: Say;
  readonly once: Once;
}

function rejectRecipe(recipe: VsrRecipe, models: ReadonlySet<string>, told: Told): void {
  const { placeOf, tell, say, once } = told;
  const { path, signals, decisions, strategy } = recipe;
  if (!["", "priority", "confidence"].includes(strategy)) say(`strategy must be priority or confidence (got "${strategy}")`, [...path, "strategy"]);
  for (const [list, specs] of Object.entries(signals)) once(`${list} signals`, specs.map(({ name }) => name), (k) => [...path, "signals", list, k, "name"]);
  once("projection scores", recipe.scores.map(({ name }) => name), (k) => [...path, "projections", "scores", k, "name"]);
  once("decisions", decisions.map(({ name }) => name), (k) => [...path, "decisions", k, "name"]);
  rejectReasks(recipe, say);
  const defined = definedNames(recipe);
  for (const [k, { name, tier, modelRefs, algorithm, rules }] of decisions.entries()) {
    const at = [...path, "decisions", k];
    if ((tier ?? 0) < 0) say(`decision "${name}" has a negative tier (${tier})`, [...at, "tier"]);
    for (const [j, { model }] of modelRefs.entries()) if (!models.has(model)) tell(unknownName("model", model, models, placeOf([...at, "modelRefs", j, "model"])));
    const type = algorithm?.type ?? "";
    if (Object.hasOwn(MOVED, type)) say(`algorithm "${type}" cannot be chosen: ${MOVED[type]}`, [...at, "algorithm", "type"]);
    else if (type !== "" && !ALGORITHMS.includes(type)) tell(unknownName("algorithm", type, ALGORITHMS, placeOf([...at, "algorithm", "type"])));
    if (rules) rejectRule(rules, [...at, "rules"], defined, told);
  }
}

/** What upstream's validateReaskContracts refuses; 0 stands for what is not set. */
function rejectReasks({ path, signals }: VsrRecipe, say: Say): void {
  for (const [k, spec] of (signals["reasks"] ?? []).entries()) {
    const { threshold, lookback_turns: turns } = spec as { readonly threshold?: unknown; readonly lookback_turns?: unknown };
    const at = [...path, "signals", "reasks", k];
    if (typeof threshold === "number" && (threshold < 0 || threshold > 1)) say(`reask "${spec.name}": threshold must be within [0, 1] (got ${threshold})`, [...at, "threshold"]);
    if (typeof turns === "number" && turns < 0) say(`reask "${spec.name}": lookback_turns must be at least 1 (got ${turns})`, [...at, "lookback_turns"]);
  }
}

/** Leaves must name what is defined; operators are nobody's business (the engine takes an unknown one for OR). */
function rejectRule(node: RuleNode, path: Path, defined: ReadonlyMap<string, ReadonlySet<string>>, told: Told): void {
  const { placeOf, tell, say } = told;
  for (const [k, condition] of node.conditions.entries()) rejectRule(condition, [...path, "conditions", k], defined, told);
  if (node.type === "") return;
  const names = defined.get(node.type);
  if (!names) return tell(unknownName("signal type", node.type, LEAF_TYPE_NAMES, placeOf([...path, "type"])));
  const implied = node.type === "domain" && names.size === 0; // upstream then adds the domains that rules name
  if (!implied && !names.has(signalNameOf(node.type, node.name))) tell(unknownName(`${node.type} signal`, node.name, names, placeOf([...path, "name"])));
  if (node.on_error !== "" && node.type !== "classifier") say(`on_error stands on a ${node.type} leaf: only classifier leaves may have it`, [...path, "on_error"]);
}

/** What rule leaves may name, by their type. */
export function definedNames({ signals, mappings }: VsrRecipe): Map<string, ReadonlySet<string>> {
  const named = Object.entries(LEAF_TYPES).map(([list, type]) => [type, new Set((signals[list] ?? []).map((spec) => leafNameOf(type, spec)))] as const);
  return new Map([...named, ["projection", new Set(mappings.flatMap(({ outputs }) => outputs.map(({ name }) => name)))]]);
}
