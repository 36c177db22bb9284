import type { LiveSpec, ModelSpec } from "../model/config.ts";
import type { RunSettings } from "./parts.ts";

export type LiveModelSpec = ModelSpec & { readonly live: LiveSpec };

/** The live models that a run asks. */
export function liveModels({ models, only }: Pick<RunSettings, "models" | "only">): LiveModelSpec[] {
  return models.flatMap((model) => (model.live && (only?.includes(model.name) ?? true) ? [{ ...model, live: model.live }] : []));
}
