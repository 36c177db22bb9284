import * as z from "zod";
import { yamlFlag } from "../lib/yaml-flag.ts";
import { WrpError, type Tell } from "../model/errors.ts";
import type { SignalModels } from "../model/signal-models.ts";
import type { SignalSpec } from "../model/signal.ts";
import type { RequestView } from "./request-view.ts";

export type { SignalSpec };

/** What was found in one request so far. */
export interface Findings {
  readonly matched: Map<string, string[]>;
  readonly confidences: Map<string, number>;
  readonly values: Map<string, number>;
  readonly errors: Set<string>;
  readonly unknown: Set<string>;
}

export type Reader = (view: RequestView, findings: Findings) => void;

/** A type of signal that needs no model. Its specs are compiled once, together, and read for each request; a spec that is wrong is told of and left out. */
export type SignalKind = (specs: readonly SignalSpec[], tell: Tell) => Reader;

/** Reads many requests at once; `findings[i]` is of `views[i]`, where what it finds is unknown no longer. */
export interface LearnedReader {
  /** True where wrp's own model or method stands in for the router's. */
  readonly surrogate: boolean;
  read(views: readonly RequestView[], findings: readonly Findings[]): Promise<void>;
}

/** A type of signal that a model reads, or the part of a type that does; null where the models given read none of these specs, which stay unknown. */
export type LearnedKind = (specs: readonly SignalSpec[], tell: Tell, models: SignalModels) => LearnedReader | null;

/** Adds to what a type matched; a name that is there already stays where it is. */
export function match(findings: Findings, type: string, name: string): void {
  const names = findings.matched.get(type);
  if (!names) findings.matched.set(type, [name]);
  else if (!names.includes(name)) names.push(name);
}

/** The fields of a spec, or undefined when they are told to be wrong. */
export function fieldsOf<T>(spec: SignalSpec, schema: z.ZodType<T>, tell: Tell): T | undefined {
  const { data, error } = schema.safeParse(spec.fields);
  for (const { path, message } of error?.issues ?? []) tell(specError(spec, z.core.toDotPath(path), message));
  return data;
}

/** What is wrong with a field of a spec. */
export function specError(spec: SignalSpec, field: string, problem: string, hint?: string): WrpError {
  return new WrpError(`${spec.path}${field === "" ? "" : `.${field}`} of signal "${spec.name}" ${problem}`, {
    code: "bad-signal",
    ...(hint === undefined ? {} : { hint }),
    ...(spec.place ? { place: spec.place } : {}),
  });
}

/** YAML's null is an absent field, and a number or boolean where a text is wanted is that text, as Go's YAML reads them. */
export const textField = z.preprocess((value) => (typeof value === "number" || typeof value === "boolean" ? String(value) : value), z.string({ error: "must be a text" }).nullish().transform((value) => value ?? ""));
export const textsField = z.array(textField, { error: "must be a list of texts" }).nullish().transform((value) => value ?? []);
export const flagField = z.preprocess(yamlFlag, z.boolean({ error: "must be true or false" }).nullish()).transform((value) => value ?? false);
export const numberField = z.number({ error: "must be a number" }).nullish().transform((value) => value ?? null);
