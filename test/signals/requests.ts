import { compileSignals } from "../../src/signals/index.ts";
import type { Tell } from "../../src/model/errors.ts";
import type { SignalReadings } from "../../src/model/signal.ts";
import { requestOf, type WrittenRequest } from "./vectors.ts";

type Fields = { readonly name: string } & Readonly<Record<string, unknown>>;

/** Signals of one type, read of one request. */
export function read(type: string, rules: readonly Fields[], request: WrittenRequest | string, { tell, settings }: { readonly tell?: Tell; readonly settings?: Readonly<Record<string, unknown>> } = {}): SignalReadings {
  const specs = rules.map((fields, i) => ({ name: fields.name, fields, path: `routing.signals.${type}[${i}]`, ...(settings ? { settings } : {}) }));
  return compileSignals(new Map([[type, specs]]), tell ? { tell } : {})(requestOf(typeof request === "string" ? { text: request } : request));
}

/** What is told of a rule that is wrong. */
export function problems(type: string, ...rules: readonly Fields[]): readonly string[] {
  const told: string[] = [];
  read(type, rules, "", { tell: (error) => void told.push(error.message) });
  return told;
}

/** The names that one type matched. */
export function matched(type: string, rules: readonly Fields[], request: WrittenRequest | string, options: { readonly settings?: Readonly<Record<string, unknown>> } = {}): readonly string[] {
  return read(type, rules, request, options).matched.get(type) ?? [];
}
