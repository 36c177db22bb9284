import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument, type Document } from "yaml";
import { condition } from "../lib/cel.ts";
import { configSchema, type Config, type PolicySpec } from "../model/config.ts";
import { telling, WrpError, type Place, type Tell } from "../model/errors.ts";
import { factOf, policyName } from "../router/index.ts";
import { issuesOf, SCHEMA_CODES } from "./config-issues.ts";
import { usableConfig } from "./usable-config.ts";
import { yamlPlaces } from "./yaml-places.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** The file as the user named it; null where there is none. */
  readonly file: string | null;
  /** What relative paths in it are relative to. */
  readonly folder: string;
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
  if (!existsSync(path)) return file === undefined ? { loaded: none, wrong: [], leftOut: [] } : unreadable(new WrpError("no such config", { place: { file: name }, code: "no-such-file" }));
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return unreadable(new WrpError(`cannot be read: ${(error as Error).message}`, { place: { file: name }, code: "unreadable", cause: error }));
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const places = yamlPlaces(document, lines, name);
  const broken = document.errors.map(({ message, pos }) => new WrpError(message, { place: places.atOffset(pos[0]), code: "yaml" }));
  if (broken.length > 0) return { ...unreadable(broken[0] as WrpError), wrong: broken };
  const value = valueOf(document, name);
  if (value instanceof WrpError) return unreadable(value);

  const wrong: WrpError[] = [];
  for (const issue of configSchema.safeParse(value).error?.issues ?? [])
    for (const { message, hint, code, path: at, isKey } of issuesOf(issue, value, configSchema))
      wrong.push(new WrpError(message, { code, ...(hint === null ? {} : { hint }), place: isKey ? places.ofKey(at) : places.of(at) }));
  const { config, pathInFile } = usableConfig(value);
  const placeAt = (at: readonly PropertyKey[]) => places.of(pathInFile(at));
  const placeOf: LoadedConfig["placeOf"] = (spec, at = []) => {
    const k = config.policies?.indexOf(spec) ?? -1;
    return k < 0 ? undefined : placeAt(["policies", k, ...at]);
  };
  const sound = soundConfig(config, placeAt, (error) => void wrong.push(error));
  const leftOut = (config.policies ?? []).filter((spec) => !sound.policies?.includes(spec));
  return { loaded: { config: sound, file: name, folder: dirname(path), placeAt, placeOf }, wrong: wrong.toSorted(byPlace), leftOut };
}

/** No config at all: everything is left to flags and defaults. */
export function noConfig(cwd: string): LoadedConfig {
  return { config: {}, file: null, folder: cwd, placeAt: () => undefined, placeOf: () => undefined };
}

/** Tells what the schema cannot say (conditions that can be read, facts that exist, names given once), and leaves out what it told of. */
function soundConfig(config: Config, placeAt: (path: readonly PropertyKey[]) => Place, tell: Tell): Config {
  const { where, reference, policies = [], models = [] } = config;
  const faulty = new Set<unknown>();
  const about = (part: unknown): Tell => (error) => {
    faulty.add(part);
    tell(error);
  };
  if (where !== undefined) telling(about(where), () => condition(where, placeAt(["where"])));
  const policyNames = new Set<string>();
  for (const [k, spec] of policies.entries()) {
    if (spec.kind === "threshold") telling(about(spec), () => factOf(spec.fact, placeAt(["policies", k, "fact"])));
    if (spec.kind === "rules") for (const [r, rule] of spec.rules.entries()) telling(about(spec), () => condition(rule.when, placeAt(["policies", k, "rules", r, "when"])));
    const name = policyName(spec);
    if (policyNames.has(name)) about(spec)(new WrpError(`two policies are named "${name}"`, { place: placeAt(["policies", k]), code: "repeated-name", hint: "give each policy its own name; single models are policies too" }));
    policyNames.add(name);
  }
  const modelNames = new Set<string>();
  for (const [k, model] of models.entries()) {
    if (modelNames.has(model.name)) about(model)(new WrpError(`two models are named "${model.name}"`, { place: placeAt(["models", k]), code: "repeated-name" }));
    modelNames.add(model.name);
  }
  if (faulty.size === 0) return config;
  const { where: _where, reference: _reference, ...rest } = config;
  return {
    ...rest,
    ...(where === undefined || faulty.has(where) ? {} : { where }),
    ...(config.policies ? { policies: policies.filter((spec) => !faulty.has(spec)) } : {}),
    ...(config.models ? { models: models.filter((model) => !faulty.has(model)) } : {}),
    ...(reference === undefined || policies.some((spec) => faulty.has(spec)) ? {} : { reference }), // it may name one that is left out
  };
}

/** The document as plain values, or what keeps it from being that (aliases that unfold without end). */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    return new WrpError((error as Error).message, { place: { file }, code: "yaml", cause: error });
  }
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
