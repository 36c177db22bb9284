import type { Document } from "yaml";
import type { z } from "zod";
import { yamlDocument } from "../../lib/yaml-document.ts";
import { raise, unknownName, WrpError, type Place } from "../../model/errors.ts";
import { environmentTexts, withDollars } from "./environment.ts";
import { rejectAsUpstream } from "./reject.ts";
import { vsrShape, type ProviderModel, type VsrFile, type VsrRecipe, type VsrRouting } from "./shape.ts";

/** The recipe that the top-level `routing` is, unless `recipes` names one so. */
export const DEFAULT_RECIPE = "default";

type Path = readonly (string | number)[];

/** A `config.yaml` of vLLM Semantic Router as its loader takes it. */
export interface VsrConfig {
  /** As the user named it. */
  readonly file: string;
  /** Empty where none is set. */
  readonly defaultModel: string;
  readonly defaultEffort: string;
  readonly models: ReadonlyMap<string, ProviderModel>;
  readonly qualityOf: ReadonlyMap<string, number>;
  /** `8B`, by model with a card; empty where the card has none. */
  readonly sizeOf: ReadonlyMap<string, string>;
  readonly recipes: readonly VsrRecipe[];
  readonly entrypoints: VsrFile["entrypoints"];
  /** How many embedding signals may match at a time; 0: any number. */
  readonly embeddingTopK: number;
  /** How many texts that decide where requests go refer to the environment of the router, which is not known. */
  readonly ofEnvironment: number;
  /** `global` as it stands: what holds for all signals of a type. */
  readonly global: unknown;
  /** Where what a path leads to stands in the file, with line and column. */
  placeOf(path: Path): Place;
}

/** Reads a config. Throws WrpError with file and line for what upstream's loader rejects; what that accepts in silence passes. */
export function readVsrConfig(text: string, file: string): VsrConfig {
  const { document, places, errors } = yamlDocument(text, file, { merge: true, hint: "a config of vLLM Semantic Router is YAML" });
  if (!document || errors[0]) throw errors[0];
  const parsed = vsrShape.safeParse(withDollars(valueOf(document, file)));
  if (!parsed.success) throw misfit(parsed.error.issues, places.of);
  const source = parsed.data;
  const recipes = recipesOf(source);
  rejectAsUpstream(source, recipes, places.of, raise);
  return configOf(source, recipes, file, places.of);
}

/** What a file of the right shape says. */
export function configOf(source: VsrFile, recipes: readonly VsrRecipe[], file: string, placeOf: VsrConfig["placeOf"]): VsrConfig {
  return {
    file,
    defaultModel: source.providers?.defaults?.default_model ?? "",
    defaultEffort: source.providers?.defaults?.default_reasoning_effort ?? "",
    models: new Map((source.providers?.models ?? []).map((model) => [model.name, model])),
    qualityOf: new Map((source.routing?.modelCards ?? []).flatMap(({ name, quality_score }) => (quality_score === undefined ? [] : [[name, quality_score]]))),
    sizeOf: new Map((source.routing?.modelCards ?? []).map(({ name, param_size }) => [name, param_size])),
    recipes,
    entrypoints: source.entrypoints,
    ofEnvironment: environmentTexts(source).length,
    embeddingTopK: source.global?.model_catalog?.embeddings?.semantic?.embedding_config?.top_k ?? 1,
    global: source.global,
    placeOf,
  };
}

/** The recipe by its name, by a model name that clients ask for, or the default one. Throws WrpError. */
export function recipeOf({ recipes, entrypoints, file }: VsrConfig, { recipe, entrypoint }: { readonly recipe?: string | undefined; readonly entrypoint?: string | undefined }): VsrRecipe {
  const names = recipes.map(({ name }) => name);
  if (recipe !== undefined && entrypoint !== undefined) throw new WrpError("a recipe and an entrypoint: give one", { place: { file } });
  const found = entrypoints.find(({ model_names }) => entrypoint !== undefined && model_names.includes(entrypoint));
  if (entrypoint !== undefined && !found) throw unknownName("entrypoint", entrypoint, entrypoints.flatMap(({ model_names }) => model_names), { file });
  const name = recipe ?? found?.recipe ?? DEFAULT_RECIPE;
  const chosen = recipes.find((one) => one.name === name);
  if (!chosen) throw unknownName("recipe", name, names, { file });
  return chosen;
}

/** The routing profiles of a file: those under `recipes`, and its top-level `routing`. */
export function recipesOf({ routing, recipes, global }: VsrFile): VsrRecipe[] {
  const profile = (name: string, path: Path, of: VsrRouting | undefined): VsrRecipe => ({
    name,
    path,
    strategy: of?.strategy || (global?.router?.strategy ?? ""),
    signals: of?.signals ?? {},
    partitions: of?.projections?.partitions ?? [],
    scores: of?.projections?.scores ?? [],
    mappings: of?.projections?.mappings ?? [],
    decisions: of?.decisions ?? [],
  });
  const named = recipes.map((recipe, k) => profile(recipe.name.trim(), ["recipes", k, "routing"], recipe.routing));
  return named.some(({ name }) => name === DEFAULT_RECIPE) ? named : [profile(DEFAULT_RECIPE, ["routing"], routing), ...named];
}

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof ReferenceError)) throw error;
    throw new WrpError("is nested or aliased beyond what a config can hold", { place: { file }, code: "yaml", cause: error });
  }
}

function misfit(issues: readonly z.core.$ZodIssue[], placeOf: (path: readonly PropertyKey[]) => Place): WrpError {
  const all = issues.map((issue) => {
    const wanted = issue.code === "invalid_type" ? `must be ${/^[aeio]/.test(issue.expected) ? "an" : "a"} ${issue.expected}` : issue.message;
    return new WrpError(`${issue.path.map(String).join(".") || "the config"} ${wanted}`, { place: placeOf(issue.path), code: "wrong-type" });
  });
  const [first] = all as [WrpError, ...WrpError[]];
  return new WrpError(first.message, { all, code: "wrong-type", hint: "vLLM Semantic Router would not load this file", ...(first.place ? { place: first.place } : {}) });
}
