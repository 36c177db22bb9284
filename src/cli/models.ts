import { readFileSync } from "node:fs";
import type { Config, ConfigModel, ModelSpec } from "../model/config.ts";
import { unknownName, WrpError, type Place } from "../model/errors.ts";
import type { ShippedProfile } from "../model/profile.ts";
import { isGpuPrice } from "../pool/gpu-price.ts";
import { at, backendOf, liveSpecOf } from "./backends.ts";
import type { LoadedConfig } from "./load-config.ts";
import { isProfileFile, readProfile } from "./profile-file.ts";

/** The config's models with the profiles that they name filled in. Throws WrpError on one that is unknown or cannot be read. */
export function modelsOf({ config, folder, placeAt }: Pick<LoadedConfig, "config" | "folder" | "placeAt">): ModelSpec[] {
  return (config.models ?? []).map((model, k) => modelOf(model, { backends: config.backends ?? {}, folder }, (key) => placeAt(["models", k, key])));
}

/** The profiles that come with wrp, by name. */
export function shippedProfiles(): Readonly<Record<string, ShippedProfile>> {
  return JSON.parse(readFileSync(new URL("../../datasets/profiles.json", import.meta.url), "utf8")) as Record<string, ShippedProfile>;
}

/** What a model may name: backends, and files relative to a folder. */
interface Nameable {
  readonly backends: Config["backends"] & object;
  readonly folder: string;
}

/** A model with the profile or backend that it names filled in. Throws WrpError on one that is unknown or cannot be read. */
export function modelOf({ live, ...configured }: ConfigModel, { backends, folder }: Nameable, placeOf: (key: "simulated" | "live" | "price") => Place | undefined): ModelSpec {
  const model = withProbedRate(withProfile(configured, folder, placeOf("simulated")));
  if (live === undefined) {
    if (isGpuPrice(model.price) && model.price.outputTokensPerSecond === undefined)
      throw new WrpError(`model "${model.name}" is paid by the GPU hour, and nothing tells its output tokens per second`, { hint: "state price.outputTokensPerSecond: only a live model's is measured", ...at(placeOf("price")) });
    return model;
  }
  if (model.simulated) throw new WrpError(`model "${model.name}" is both simulated and live`, { hint: "give one of them a name of its own", ...at(placeOf("live")) });
  return { ...model, live: liveSpecOf(backendOf({ ...configured, live }, backends, placeOf("live"))) };
}

function withProfile({ simulated, ...model }: Omit<ConfigModel, "live">, folder: string, place: Place | undefined): ModelSpec {
  if (simulated === undefined) return model;
  const { profile: name, ...own } = typeof simulated === "string" ? { profile: simulated } : simulated;
  if (name === undefined) return { ...model, simulated: own };
  const { price, ...profile } = isProfileFile(name) ? readProfile(name, folder, place) : shippedProfile(name, place);
  return { ...model, ...(model.price === undefined && price ? { price } : {}), simulated: { ...profile, ...own } };
}

/** A profile by wrp pool probe has measured what a price by the GPU hour needs; what the price states stands. */
function withProbedRate(model: ModelSpec): ModelSpec {
  const { price, simulated } = model;
  if (!isGpuPrice(price) || price.outputTokensPerSecond !== undefined || simulated?.outputTokensPerSecond === undefined) return model;
  return { ...model, price: { ...price, outputTokensPerSecond: simulated.outputTokensPerSecond, rateFrom: "as its profile has it" } };
}

function shippedProfile(name: string, place: Place | undefined): ShippedProfile {
  const shipped = shippedProfiles();
  const found = Object.hasOwn(shipped, name) ? shipped[name] : undefined;
  if (!found) throw unknownName("profile", name, Object.keys(shipped), place);
  return found;
}
