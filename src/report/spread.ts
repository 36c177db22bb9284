import type { OutcomeColumns } from "../model/columns.ts";
import type { Report } from "../model/report.ts";
import { varianceComponents } from "../stats/variance-components.ts";

type Spread = Report["models"][number]["spread"];

/** How a model's answers to one prompt differ, and how prompts do, over all prompts read; nothing where it was asked once. */
export function spreadOf({ models, samples, cluster }: OutcomeColumns, name: string): { spread?: NonNullable<Spread> } {
  const own = samples?.models[models.indexOf(name)];
  if (!samples || !own) return {};
  const of = (values: Float64Array) => {
    const found = varianceComponents(values, samples.perPrompt, cluster);
    const bounds = (ci: readonly [number, number] | null): [number, number] | null => ci && [ci[0], ci[1]];
    return found && { ...found, withinSd: { ...found.withinSd, ci: bounds(found.withinSd.ci) }, betweenSd: { ...found.betweenSd, ci: bounds(found.betweenSd.ci) } };
  };
  return { spread: { answersPerPrompt: samples.perPrompt, quality: of(own.quality), costUsd: of(own.costUsd), latencyMs: of(own.latencyMs) } };
}
