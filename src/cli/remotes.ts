import type { RunSettings } from "../evaluate.ts";
import type { PolicySpec, RemoteSpec } from "../model/config.ts";
import { WrpError, type Place } from "../model/errors.ts";
import { isSecretHeader } from "../pool/kept-headers.ts";
import { policyName } from "../router/index.ts";
import { at, backendOf, liveSpecOf, type ModelBackend } from "./backends.ts";
import type { LoadedConfig } from "./load-config.ts";

type RemotePolicy = Extract<PolicySpec, { kind: "remote" }>;

/** What a router that chooses for itself is asked for, where its policy names no model. */
const AUTO = "auto";

/** The live routers among policies, with the backends that they name filled in. Throws WrpError on an unknown one. */
export function remotesOf(policies: readonly PolicySpec[], loaded: Pick<LoadedConfig, "config" | "placeOf">): RemoteSpec[] {
  return policies.flatMap((spec) => (spec.kind === "remote" ? [remoteOf(spec, loaded.config.backends ?? {}, (key) => loaded.placeOf(spec, [key]))] : []));
}

/** One of them. Throws WrpError where its backend is unknown, or its header may hold a secret. */
export function remoteOf(spec: RemotePolicy, backends: NonNullable<LoadedConfig["config"]["backends"]>, placeOf: (key: "live" | "chosenBy") => Place | undefined): RemoteSpec {
  const { serves = {}, price, chosenBy } = spec;
  if (chosenBy !== undefined && isSecretHeader(chosenBy)) throw new WrpError(`a header named "${chosenBy}" may hold a secret: it is never stored`, { hint: "chosenBy names the response header that says which model was chosen: x-vsr-selected-model", ...at(placeOf("chosenBy")) });
  return {
    name: policyName(spec),
    live: liveSpecOf(remoteBackend(spec, backends, placeOf("live"))),
    serves,
    ...(price === undefined ? {} : { price }),
    ...(chosenBy === undefined ? {} : { chosenBy: chosenBy.toLowerCase() }),
  };
}

/** The backend of a live router. Throws WrpError on an unknown one. */
export function remoteBackend(spec: RemotePolicy, backends: NonNullable<LoadedConfig["config"]["backends"]>, place: Place | undefined): ModelBackend {
  const live = typeof spec.live === "string" ? { backend: spec.live } : spec.live;
  return backendOf({ name: policyName(spec), live: { model: AUTO, ...live } }, backends, place);
}

/** The policy of the run that a live router is. */
export function policyOf({ policies }: Pick<RunSettings, "policies">, name: string): RemotePolicy {
  return policies.find((spec): spec is RemotePolicy => spec.kind === "remote" && policyName(spec) === name) as RemotePolicy;
}
