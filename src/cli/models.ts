import { readFileSync } from "node:fs";
import type { Config, ConfigModel, ModelSpec } from "../model/config.ts";
import { unknownName, WrpError, type Place } from "../model/errors.ts";
import type { ShippedProfile } from "../model/profile.ts";
import { at, backendOf, liveSpecOf } from "./backends.ts";
import type { LoadedConfig } from "./load-config.ts";

/** The config's models with the shipped profiles that they name filled in. Throws WrpError on an unknown profile. */
export function modelsOf({ config, placeAt }: Pick<LoadedConfig, "config" | "placeAt">): ModelSpec[] {
  return (config.models ?? []).map((model, k) => modelOf(model, config.backends ?? {}, (key) => placeAt(["models", k, key])));
}

/** The profiles that come with wrp, by name. */
export function shippedProfiles(): Readonly<Record<string, ShippedProfile>> {
  return JSON.parse(readFileSync(new URL("../../datasets/profiles.json", import.meta.url), "utf8")) as Record<string, ShippedProfile>;
}

/** A model with the profile or backend that it names filled in. Throws WrpError on an unknown one. */
export function modelOf({ live, ...configured }: ConfigModel, backends: Config["backends"] & object, placeOf: (key: "simulated" | "live") => Place | undefined): ModelSpec {
  const model = withProfile(configured, placeOf("simulated"));
  if (live === undefined) return model;
  if (model.simulated) throw new WrpError(`model "${model.name}" is both simulated and live`, { hint: "give one of them a name of its own", ...at(placeOf("live")) });
  return { ...model, live: liveSpecOf(backendOf({ ...configured, live }, backends, placeOf("live"))) };
}

function withProfile({ simulated, ...model }: Omit<ConfigModel, "live">, place: Place | undefined): ModelSpec {
  if (simulated === undefined) return model;
  const { profile: name, ...own } = typeof simulated === "string" ? { profile: simulated } : simulated;
  if (name === undefined) return { ...model, simulated: own };
  const shipped = shippedProfiles();
  const base = Object.hasOwn(shipped, name) ? shipped[name] : undefined;
  if (!base) throw unknownName("profile", name, Object.keys(shipped), place);
  const { price, ...profile } = base;
  return { ...model, ...(model.price === undefined && price ? { price } : {}), simulated: { ...profile, ...own } };
}
