import { existsSync, lstatSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Document } from "yaml";
import { condition } from "../lib/cel.ts";
import { configSchema, type Config, type PolicySpec } from "../model/config.ts";
import { placed, telling, WrpError, type Place, type Tell } from "../model/errors.ts";
import { factOf, factsNamed, policyName, vsrOf } from "../router/index.ts";
import { issuesOf, SCHEMA_CODES } from "./config-issues.ts";
import { gateOf } from "./gates.ts";
import { modelOf } from "./models.ts";
import { remoteOf } from "./remotes.ts";
import { usableConfig } from "./usable-config.ts";
import { withPolicyFile } from "./policy-file.ts";
import { yamlDocument } from "../lib/yaml-document.ts";
import { readTextFile } from "./text-file.ts";

/** YAML is read whole, and slowly: ten thousand models with their prices are a megabyte. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

export interface LoadedConfig {
  readonly config: Config;
  /** The file as the user named it; null where there is none. */
  readonly file: string | null;
  /** What relative paths in it are relative to. */
  readonly folder: string;
  /** What those of flags are relative to. */
  readonly cwd: string;
  /** Where what a path leads to stands in the file, or the nearest thing around it that does. */
  placeAt(path: readonly PropertyKey[]): Place | undefined;
  /** Where a policy stands, or what a path leads to in it; undefined for one that is not in the file. */
  placeOf(spec: PolicySpec, path?: readonly PropertyKey[]): Place | undefined;
}

/** Reads the config named, or wrp.yaml of this folder where there is one; none for `false`. Throws WrpError with file, line and value. */
export function loadConfig(file: string | false | undefined, cwd: string): LoadedConfig {
  const { loaded, wrong } = readConfig(file, cwd);
  const [first, ...others] = wrong;
  if (!first) return loaded;
  const { message, place, code, cause } = first;
  const near = first.hint?.startsWith("did you mean") ? `${first.hint} ` : "";
  const hint = others.length > 0 ? near + alsoWrong(others) : (first.hint ?? (SCHEMA_CODES.has(code ?? "") ? "wrp schema config prints what a config may hold" : undefined));
  throw new WrpError(message, { all: wrong, cause, ...(hint === undefined ? {} : { hint }), ...(place ? { place } : {}), ...(code === undefined ? {} : { code }) });
}

/** A config with all that is wrong with it. */
interface ReadConfig {
  /** What can be used. */
  readonly loaded: LoadedConfig;
  /** In the file's order. */
  readonly wrong: readonly WrpError[];
  /** Policies that fit the schema and yet cannot be used. */
  readonly leftOut: readonly PolicySpec[];
}

/** Reads a config as `loadConfig` does, but goes on with what can be used of it. */
export function readConfig(file: string | false | undefined, cwd: string): ReadConfig {
  const none = noConfig(cwd);
  if (file === false) return { loaded: none, wrong: [], leftOut: [] };
  const name = file ?? "wrp.yaml";
  const path = resolve(cwd, name);
  const unreadable = (error: WrpError) => ({ loaded: { ...none, file: name, folder: dirname(path) }, wrong: [error], leftOut: [] });
  // A link that leads nowhere was meant to be a config.
  if (!existsSync(path) && file === undefined && !isLink(path)) return { loaded: none, wrong: [], leftOut: [] };
  if (!existsSync(path) && file !== undefined) return unreadable(new WrpError("no such config", { place: { file: name }, code: "no-such-file" }));
  let text: string;
  try {
    text = readTextFile(name, cwd, MAX_CONFIG_BYTES);
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    return unreadable(new WrpError(error.message, { code: "unreadable", cause: error, place: error.place ?? { file: name }, ...(error.hint === undefined ? {} : { hint: error.hint }) }));
  }
  const { document, places, errors } = yamlDocument(text, name, { hint: "the file must be YAML: wrp schema config prints what it may hold" });
  if (!document || errors.length > 0) return { ...unreadable(errors[0] as WrpError), wrong: errors };
  const value = valueOf(document, name);
  if (value instanceof WrpError) return unreadable(value);

  const wrong: WrpError[] = [];
  for (const issue of configSchema.safeParse(value).error?.issues ?? [])
    for (const { message, hint, code, path: at, isKey } of issuesOf(issue, value, configSchema))
      wrong.push(new WrpError(message, { code, ...(hint === null ? {} : { hint }), place: isKey ? places.ofKey(at) : places.of(at) }));
  const { config: usable, pathInFile } = usableConfig(value);
  const placeIn = (at: readonly PropertyKey[]) => places.of(pathInFile(at));
  const config = withFiles(usable, dirname(path), placeIn);
  const { sound, pathIn } = soundConfig(config, dirname(path), placeIn, (error) => void wrong.push(error));
  const placeOf: LoadedConfig["placeOf"] = (spec, at = []) => {
    const k = config.policies?.indexOf(spec) ?? -1;
    return k < 0 ? undefined : placeIn(["policies", k, ...at]);
  };
  const leftOut = (config.policies ?? []).filter((spec) => !sound.policies?.includes(spec));
  return { loaded: { config: sound, file: name, folder: dirname(path), cwd, placeAt: (at) => placeIn(pathIn(at)), placeOf }, wrong: wrong.toSorted(byPlace), leftOut };
}

/** No config at all: everything is left to flags and defaults. */
export function noConfig(cwd: string): LoadedConfig {
  return { config: {}, file: null, folder: cwd, cwd, placeAt: () => undefined, placeOf: () => undefined };
}

/** Lists of a config of which entries can be left out. */
const LISTS = ["policies", "models", "gates"] as const;

/**
 * Tells what the schema cannot say (conditions and gates that can be read, facts that exist, names given once), and leaves out what it
 * told of. `pathIn` gives the path that something left has in `config`.
 */
function soundConfig(config: Config, folder: string, placeAt: (path: readonly PropertyKey[]) => Place, tell: Tell): { sound: Config; pathIn: (path: readonly PropertyKey[]) => readonly PropertyKey[] } {
  const { where, policies = [], models = [], gates = [] } = config;
  const faulty = new Set<string>();
  /** Tells of something about this part, which is then left out. */
  const about = (...part: readonly PropertyKey[]): Tell => (error) => {
    faulty.add(part.join("."));
    tell(placed(error, placeAt(part)));
  };
  const readable = (when: string, part: readonly PropertyKey[], path: readonly PropertyKey[] = []) => telling(about(...part), () => condition(when, placeAt([...part, ...path])));
  const newName = (list: "policies" | "models", name: string, k: number, hint = {}) => {
    const first = list === "policies" ? policies.findIndex((spec) => policyName(spec) === name) : models.findIndex((model) => model.name === name);
    if (first < k) about(list, k)(new WrpError(`two ${list} are named "${name}"`, { code: "repeated-name", ...hint }));
  };

  if (where !== undefined) readable(where, ["where"]);
  for (const [k, spec] of policies.entries()) {
    for (const { fact, path } of factsNamed(spec)) telling(about("policies", k), () => factOf(fact, placeAt(["policies", k, ...path])));
    if (spec.kind === "remote") telling(about("policies", k), () => remoteOf(spec, config.backends ?? {}, (key) => placeAt(["policies", k, key])));
    if (spec.kind === "rules") for (const [r, { when }] of spec.rules.entries()) readable(when, ["policies", k], ["rules", r, "when"]);
    if (spec.kind === "vsr") telling(about("policies", k), () => vsrOf(withPolicyFile(spec, folder, (path) => placeAt(["policies", k, ...path]))));
    if (spec.kind === "trained" || spec.kind === "onnx") telling(about("policies", k), () => void withPolicyFile(spec, folder, (path) => placeAt(["policies", k, ...path])));
    newName("policies", policyName(spec), k, { hint: "give each policy its own name; single models are policies too" });
  }
  for (const [k, model] of models.entries()) {
    const { name, simulated } = model;
    newName("models", name, k);
    telling(about("models", k), () => modelOf(model, { backends: config.backends ?? {}, folder }, (key) => placeAt(["models", k, key])));
    const slices = typeof simulated === "object" && typeof simulated.quality === "object" ? simulated.quality.slices : undefined;
    if (Array.isArray(slices)) for (const [j, { when }] of slices.entries()) readable(when, ["models", k], ["simulated", "quality", "slices", j, "when"]);
  }
  for (const [k, gate] of gates.entries()) telling(about("gates", k), () => gateOf(gate));

  const kept = Object.fromEntries(LISTS.map((list) => [list, [...(config[list] ?? []).keys()].filter((k) => !faulty.has(`${list}.${k}`))]));
  const left = Object.fromEntries(LISTS.flatMap((list) => (config[list] ? [[list, kept[list]?.map((k) => config[list]?.[k])]] : []))) as Pick<Config, (typeof LISTS)[number]>;
  const { where: _where, ...rest } = config;
  return {
    sound: { ...rest, ...left, ...(where === undefined || faulty.has("where") ? {} : { where }) },
    pathIn: ([list, k, ...more]) => (list === undefined ? [] : k === undefined ? [list] : [list, kept[String(list)]?.[k as number] ?? k, ...more]),
  };
}

/** The config with the files that its policies name read; one that cannot be is told of later, with the rest. */
function withFiles(config: Config, folder: string, placeAt: (path: readonly PropertyKey[]) => Place): Config {
  if (!config.policies) return config;
  return { ...config, policies: config.policies.map((spec, k) => telling(() => undefined, () => withPolicyFile(spec, folder, (path) => placeAt(["policies", k, ...path]))) ?? spec) };
}

/** The document as plain values, or what keeps it from being that (aliases that unfold without end, nesting without end). */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    const message = error instanceof RangeError ? "is nested too deeply" : error instanceof ReferenceError ? aliasTrouble(error.message) : null;
    if (message === null) throw error;
    return new WrpError(message, { place: { file }, code: "yaml", cause: error });
  }
}

function aliasTrouble(message: string): string {
  return /excessive alias/i.test(message) ? "its aliases unfold to more than a config can hold" : `an alias cannot be resolved (${message})`;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** How many of several errors one hint spells out. */
const SPELT_OUT = 5;

function alsoWrong(others: readonly WrpError[]): string {
  const told = others.slice(0, SPELT_OUT).map(({ message, place }) => `line ${place?.line ?? "?"}: ${message}`);
  const rest = others.length - told.length;
  return `and ${told.join("; ")}${rest > 0 ? `; and ${rest} more (wrp check lists them all)` : ""}`;
}

function byPlace(a: WrpError, b: WrpError): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}
