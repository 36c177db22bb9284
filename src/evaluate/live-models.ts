import type { LiveSpec, ModelSpec, RemoteSpec } from "../model/config.ts";
import { dearestPrice } from "../pool/remote.ts";
import type { RunSettings } from "./parts.ts";

export type LiveModelSpec = ModelSpec & {
  readonly live: LiveSpec;
  /** The live router that this is, where it is one. It is asked like a model, and is none: its price is the most that it may cost. */
  readonly remote?: RemoteSpec;
};

/** The live models that a run asks, and the live routers. */
export function liveModels({ models, only, remotes = [] }: Pick<RunSettings, "models" | "only" | "remotes">): LiveModelSpec[] {
  return [
    ...models.flatMap((model) => (model.live && (only?.includes(model.name) ?? true) ? [{ ...model, live: model.live }] : [])),
    ...remotes.map((remote) => {
      const price = dearestPrice(remote, models);
      return { name: remote.name, live: remote.live, remote, ...(price === undefined ? {} : { price }) };
    }),
  ];
}
