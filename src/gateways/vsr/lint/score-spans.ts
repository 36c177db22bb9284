import { unknownReadings } from "../../../router/vsr/readings.ts";
import { reachableSignals, vsrEngine } from "../../../router/vsr/engine.ts";
import type { VsrRecipe } from "../../../router/vsr/shape.ts";
import type { Span } from "../../../router/vsr/span.ts";
import type { LintSource } from "./source.ts";

/** What each score of a recipe can be at most and at least, whatever its signals say (facts: applyProjections); none where nothing is evaluated. */
export function scoreSpans({ config }: LintSource, recipe: VsrRecipe): ReadonlyMap<string, Span> {
  const engine = vsrEngine(config, recipe);
  const readings = unknownReadings(reachableSignals(engine, config));
  // What no signal defines is unknown as well.
  const unknown = new Set([...readings.unknown, ...engine.reads]);
  for (const { inputs } of recipe.scores) for (const { kb, metric, type } of inputs) if (type.trim().toLowerCase() === "kb_metric") unknown.add(`kb_metric:${kb}:${metric}`.toLowerCase());
  return engine.evaluate({ ...readings, unknown })?.scores ?? new Map();
}
