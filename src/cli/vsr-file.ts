import { dirname, join } from "node:path";
import { setLeaves } from "../gateways/vsr/write/set-leaves.ts";
import type { PolicySpec } from "../model/config.ts";
import { WrpError, type Place } from "../model/errors.ts";
import { readTextFile } from "./text-file.ts";

/** YAML is read whole, and slowly. */
export const MOST_CONFIG_BYTES = 4 * 1024 * 1024;

/** Whether a policy flag names a config of vLLM Semantic Router: `vsr:config.yaml`. */
export function isVsrFlag(flag: string): boolean {
  return /^\s*vsr:/.test(flag);
}

/**
 * The policy with what its config file holds, and with what it sets put in, where it is of that kind. Throws WrpError where there is no
 * such file, or something cannot be set.
 *
 * @param folder what the file is relative to
 * @param placeAt where what a path leads to in the policy stands
 */
export function withVsrText<S extends PolicySpec>(spec: S, folder: string, placeAt?: (path: readonly PropertyKey[]) => Place): S {
  if (spec.kind !== "vsr" || spec.text !== undefined) return spec;
  const place = placeAt?.(["config"]);
  const config = place ? join(dirname(place.file), spec.config) : spec.config;
  const text = textOf(spec.config, folder, place);
  return { ...spec, config, text: spec.set === undefined ? text : setLeaves(text, config, spec.set, (path) => placeAt?.(["set", path]) ?? { file: config }).text };
}

function textOf(config: string, folder: string, place: Place | undefined): string {
  try {
    return readTextFile(config, folder, MOST_CONFIG_BYTES);
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    throw new WrpError(`${config}: ${error.message}`, { cause: error, code: "no-such-file", hint: "a path is relative to the config, or on the command line to the working directory", ...(place ? { place } : {}) });
  }
}
