import { dirname, join } from "node:path";
import type { PolicySpec } from "../model/config.ts";
import { WrpError, type Place } from "../model/errors.ts";
import { readTextFile } from "./text-file.ts";

/** YAML is read whole, and slowly. */
export const MAX_VSR_BYTES = 4 * 1024 * 1024;

/** Whether a policy flag names a config of vLLM Semantic Router: `vsr:config.yaml`. */
export function isVsrFlag(flag: string): boolean {
  return /^\s*vsr:/.test(flag);
}

/**
 * The policy with what its config file holds, where it is of that kind. Throws WrpError where there is no such file.
 *
 * @param folder what the file is relative to
 * @param place where the policy names it
 */
export function withVsrText<S extends PolicySpec>(spec: S, folder: string, place?: Place): S {
  if (spec.kind !== "vsr" || spec.text !== undefined) return spec;
  try {
    return { ...spec, config: place ? join(dirname(place.file), spec.config) : spec.config, text: readTextFile(spec.config, folder, MAX_VSR_BYTES) };
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    throw new WrpError(`${spec.config}: ${error.message}`, { cause: error, code: "no-such-file", hint: "a path is relative to the config, or on the command line to the working directory", ...(place ? { place } : {}) });
  }
}
