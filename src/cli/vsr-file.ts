import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { setLeaves } from "../gateways/vsr/write/set-leaves.ts";
import type { PolicySpec } from "../model/config.ts";
import { telling, WrpError, type Place } from "../model/errors.ts";
import { readVsrConfig } from "../router/vsr/config.ts";
import { manifestPaths, type Manifests } from "../router/vsr/signal-settings.ts";
import { readJsonFile } from "./json-file.ts";
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
  const manifests = manifestsOf(text, config, resolve(folder, dirname(spec.config)));
  return { ...spec, config, ...(manifests ? { manifests } : {}), text: spec.set === undefined ? text : setLeaves(text, config, spec.set, (path) => placeAt?.(["set", path]) ?? { file: config }).text };
}

/** The labels of the config's knowledge bases, by the base's name; of a manifest that is not there, nothing. Throws WrpError where one is no manifest. */
export function manifestsOf(text: string, config: string, folder: string): Manifests | undefined {
  if (!/\bkbs["']?\s*:/.test(text)) return undefined;
  const { global } = telling(() => undefined, () => readVsrConfig(text, config)) ?? {}; // what is wrong with the config is told by who builds the policy
  const found = manifestPaths(global).filter(({ path }) => existsSync(resolve(folder, path)));
  return found.length === 0 ? undefined : Object.fromEntries(found.map(({ name, path }) => [name, labelsOf(path, folder)]));
}

const MANIFEST = z.looseObject({ labels: z.record(z.string(), z.looseObject({ exemplars: z.array(z.string()).nullish() })) });

function labelsOf(path: string, folder: string): unknown {
  return readJsonFile(path, folder, MANIFEST, { what: "manifest of a knowledge base", form: '{"labels": {"NAME": {"exemplars": ["…"]}}}', maxBytes: MOST_CONFIG_BYTES }).data.labels;
}

function textOf(config: string, folder: string, place: Place | undefined): string {
  try {
    return readTextFile(config, folder, MOST_CONFIG_BYTES);
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    throw new WrpError(`${config}: ${error.message}`, { cause: error, code: "no-such-file", hint: "a path is relative to the config, or on the command line to the working directory", ...(place ? { place } : {}) });
  }
}
