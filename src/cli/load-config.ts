import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { condition } from "../lib/cel.ts";
import { configSchema, policyKinds, type Config, type PolicySpec } from "../model/config.ts";
import { WrpError, type Place } from "../model/errors.ts";
import { factOf } from "../router/index.ts";
import { gateOf } from "./gates.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** What relative paths in it are relative to. */
  readonly folder: string;
  /** Where each of its policies stands. */
  readonly places: ReadonlyMap<PolicySpec, Place>;
  /** Where what a path leads to stands in the file, or the nearest thing around it that does. */
  placeAt(path: readonly PropertyKey[]): Place | undefined;
}

export const DEFAULT_CONFIG = "wrp.yaml";

/** Reads the config named, or wrp.yaml of this folder where there is one; none for `false`. Throws WrpError with file, line and value. */
export function loadConfig(file: string | false | undefined, cwd: string): LoadedConfig {
  if (file === false) return { config: {}, folder: cwd, places: new Map(), placeAt: () => undefined };
  const name = file ?? DEFAULT_CONFIG;
  const path = resolve(cwd, name);
  if (!existsSync(path)) {
    if (file === undefined) return { config: {}, folder: cwd, places: new Map(), placeAt: () => undefined };
    throw new WrpError("no such config", { place: { file: name } });
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new WrpError(`cannot be read: ${(error as Error).message}`, { place: { file: name }, cause: error });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) throw new WrpError(broken.message, { place: { file: name, line: lines.linePos(broken.pos[0]).line } });
  const value: unknown = document.toJS() ?? {};
  const parsed = configSchema.safeParse(value);
  if (parsed.success) {
    checkConfig(parsed.data, placeAt);
    return { config: parsed.data, folder: dirname(path), places: new Map(parsed.data.policies?.map((spec, k) => [spec, placeAt(["policies", k])])), placeAt };
  }

  const [first, ...more] = parsed.error.issues.map((issue) => ({
    message: describe(issue, value),
    line: lineOf(issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] as string] : issue.path),
  }));
  throw new WrpError(first?.message ?? "does not fit the schema", {
    place: { file: name, ...(first?.line === undefined ? {} : { line: first.line }) },
    hint: more.length > 0 ? `and ${more.map((m) => `line ${m.line ?? "?"}: ${m.message}`).join("; ")}` : "wrp schema config prints what a config may hold",
  });

  function placeAt(keys: readonly PropertyKey[]): Place {
    const line = lineOf(keys);
    return { file: name, ...(line === undefined ? {} : { line }) };
  }

  function lineOf(keys: readonly PropertyKey[]): number | undefined {
    for (let depth = keys.length; depth >= 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  }
}

/** What the schema cannot say: conditions that can be read, facts that exist, names given once. Throws WrpError. */
function checkConfig(config: Config, placeAt: (path: readonly PropertyKey[]) => Place): void {
  if (config.where !== undefined) condition(config.where, placeAt(["where"]));
  for (const [k, spec] of (config.policies ?? []).entries()) {
    if (spec.kind === "threshold") factOf(spec.fact, placeAt(["policies", k, "fact"]));
    if (spec.kind === "rules") for (const [r, rule] of spec.rules.entries()) condition(rule.when, placeAt(["policies", k, "rules", r, "when"]));
  }
  for (const [k, gate] of (config.gates ?? []).entries()) located(placeAt(["gates", k]), () => gateOf(gate));
  const names = new Set<string>();
  for (const [k, { name, simulated }] of (config.models ?? []).entries()) {
    if (names.has(name)) throw new WrpError(`two models are named "${name}"`, { place: placeAt(["models", k]) });
    names.add(name);
    const slices = typeof simulated === "object" && typeof simulated.quality === "object" ? simulated.quality.slices : undefined;
    if (Array.isArray(slices)) for (const [j, { when }] of slices.entries()) condition(when, placeAt(["models", k, "simulated", "quality", "slices", j, "when"]));
  }
}

/** Runs `work`; an error of the user's gets the place it is about. */
function located<T>(place: Place, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    throw new WrpError(error.message, { place, cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}

function describe(issue: z.core.$ZodIssue, root: unknown): string {
  const where = issue.path.length > 0 ? `"${issue.path.map(String).join(".")}" ` : "";
  if (issue.code === "unrecognized_keys") return `${where}unknown key ${issue.keys.map((k) => `"${k}"`).join(", ")}`;
  if (issue.code === "invalid_union" && "discriminator" in issue)
    return `${where}is no known kind of policy (got ${shown(at(root, issue.path))}); known: ${policyKinds().join(", ")}`;
  if (issue.code === "invalid_type") return `${where}must be ${article(issue.expected)} (got ${shown(at(root, issue.path))})`;
  return `${where}${issue.message} (got ${shown(at(root, issue.path))})`;
}

function article(type: string): string {
  return type === "boolean" ? "true or false" : `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;
}

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
