import type { SignalReadings, SignalSpecs } from "../../model/signal.ts";
import { cacheStoreOf, type CacheStore } from "./cache/settings.ts";
import { readVsrConfig, recipeOf } from "./config.ts";
import { reachableSignals, vsrEngine, type Engine, type Evaluation } from "./engine.ts";
import { isOnTheWay, MAY_BE_CACHED, outcomeOf, type Outcome } from "./outcome.ts";
import { dearestModel, statedPrice, type StatedPrice } from "./pricing.ts";
import { settle, type Settled } from "./settle.ts";
import type { Manifests } from "./signal-settings.ts";
import { traceOf, type VsrTrace } from "./trace.ts";
import type { VsrRecipe } from "./shape.ts";

/** Which part of a config routes. */
export interface VsrChoice {
  readonly recipe?: string | undefined;
  readonly entrypoint?: string | undefined;
  /** What the manifests of its knowledge bases hold, by the base's name. */
  readonly manifests?: Manifests | undefined;
  /** Signals read beside those that rules can reach, as `type:name`. */
  readonly also?: readonly string[] | undefined;
}

/** A config of vLLM Semantic Router at work. */
export interface VsrRouter {
  readonly recipe: VsrRecipe;
  /** What it has to know of a prompt. */
  readonly signals: SignalSpecs;
  /** What may come out, each decision's once, whatever the prompt. */
  readonly outcomes: readonly Outcome[];
  /** Models that may be called, by their names in the config. */
  readonly models: readonly string[];
  /** What the config says that those cost. */
  readonly prices: ReadonlyMap<string, StatedPrice>;
  /** Where answers are kept to be given again; null: nowhere. */
  readonly store: CacheStore | null;
  /** The model that upstream counts savings against; null where nothing is priced. */
  readonly dearest: string | null;
  /** What upstream would do that is not evaluated, by decision. */
  readonly notes: readonly string[];
  /** What is called, or answers, whatever unknown signals say; outcomes that call the same model in the same way are one. */
  route(readings: SignalReadings): Settled<Outcome>;
  trace(readings: SignalReadings): VsrTrace;
}

/** Reads a config and makes a recipe of it ready. Throws WrpError where upstream would not load it, or the recipe is not there. */
export function vsrRouter(text: string, file: string, choice: VsrChoice): VsrRouter {
  const config = readVsrConfig(text, file);
  const recipe = recipeOf(config, choice);
  const engine = vsrEngine(config, recipe);
  const store = cacheStoreOf(config.global);
  const outcomes = new Map([null, ...recipe.decisions].map((decision) => [decision?.name ?? null, outcomeOf(decision && { decision }, config, recipe, store)]));
  const names = new Map([...outcomes.values()].map((one) => [one, called(one)]));
  const models = [...new Set([...outcomes.values()].flatMap(({ model, open }) => model ?? open?.models ?? []))];
  const dearest = dearestModel(config.models.values());
  const outcome = (name: string | null) => outcomes.get(name) as Outcome;
  return {
    recipe,
    signals: reachableSignals(engine, config, choice),
    outcomes: [...outcomes.values()],
    models,
    store,
    prices: new Map([...models, ...(dearest === null ? [] : [dearest])].flatMap((name) => {
      const provider = config.models.get(name);
      const stated = provider && statedPrice(provider, file);
      return stated ? [[name, stated] as const] : [];
    })),
    dearest,
    notes: [...environmentNotes(config.ofEnvironment), ...notesOf([...outcomes.values()])],
    route: (readings) => settle(engine, readings, (winner) => outcome(winner?.decision.name ?? null), (one) => names.get(one) as string, 2),
    trace(readings) {
      const settled = settle(engine, readings, (winner) => outcome(winner?.decision.name ?? null), ({ decision }) => decision ?? "");
      return traceOf(recipe, evaluated(engine, readings), readings, settled, dearest);
    },
  };
}

function environmentNotes(texts: number): string[] {
  return texts === 0 ? [] : [`${texts} ${texts === 1 ? "text of the config refers" : "texts of the config refer"} to the environment of the router ($NAME), which is not known: taken as written (wrp check lists them)`];
}

/** What holds for every prompt of a decision; what caches answer is counted prompt by prompt. */
function notesOf(outcomes: readonly Outcome[]): string[] {
  const decided = outcomes.filter(({ decision }) => decision !== null);
  const by = new Map<string, string[]>();
  for (const { decision, notes } of decided) for (const note of notes) if (note !== MAY_BE_CACHED) by.set(note, [...(by.get(note) ?? []), `"${decision}"`]);
  const reasoning = [...new Set(decided.flatMap(({ model, useReasoning }) => (useReasoning && model !== null ? [model] : [])))];
  const passing = [...new Set(outcomes.flatMap(({ plugins }) => plugins.filter(isOnTheWay)))].toSorted();
  return [
    ...(passing.length > 0 ? [`the plugins ${passing.join(", ")} do not route: what they change of requests and answers is not evaluated`] : []),
    ...[...by].map(([note, decisions]) => `${decisions.length === 1 ? "decision" : "decisions"} ${decisions.join(", ")}: ${note}`),
    ...(reasoning.length > 0 ? [`it asks ${reasoning.join(", ")} to reason: outcomes are taken as they are recorded, whatever the model was asked`] : []),
  ];
}

/** Two outcomes of the same name make no difference to what is answered. Each decision has its answers kept apart. */
function called({ decision, model, lora, useReasoning, reasoningEffort, open, answer, cache, plugins }: Outcome): string {
  return JSON.stringify([model, lora, useReasoning, reasoningEffort, open, answer, plugins, cache && decision]);
}

function evaluated(engine: Engine, readings: SignalReadings): Evaluation {
  const evaluation = engine.evaluate(readings);
  if (!evaluation) throw new Error("nothing was assumed, and yet it cannot be");
  return evaluation;
}

