import { z } from "zod";
import { nearest } from "../model/nearest.ts";
import type { SignalReadings, SignalSpecs } from "../model/signal.ts";
import { leafNameOf, signalNameOf } from "../router/vsr/signal-kinds.ts";
import { readJsonFile } from "./json-file.ts";

const MAX_BYTES = 16 * 1024 * 1024;

const factsSchema = z.strictObject({
  matched: z.record(z.string(), z.array(z.string())).default({}),
  confidences: z.record(z.string(), z.number()).default({}),
  values: z.record(z.string(), z.number()).default({}),
  errors: z.array(z.string()).default([]),
  unknown: z.array(z.string()).default([]),
});

const FORM = '{"matched": {"keyword": ["urgent"]}, "confidences": {"domain:law": 0.7}, "values": {}, "errors": [], "unknown": ["pii:strict"]}: what is not named did not match';

/** Signal readings as a file gives them, in place of computed ones. Throws WrpError. */
export function signalFacts(file: string, cwd: string): SignalReadings {
  const { data } = readJsonFile(file, cwd, factsSchema, { what: "set of signal readings", form: FORM, maxBytes: MAX_BYTES });
  const { matched, confidences, values, errors, unknown } = data;
  return { matched: new Map(Object.entries(matched)), confidences: new Map(Object.entries(confidences)), values: new Map(Object.entries(values)), errors: new Set(errors), unknown: new Set(unknown) };
}

/** Types whose readings may go by other names than the signals': by categories, made of others, or of a base as a whole. */
const BY_OTHER_NAMES = new Set(["domain", "projection", "kb_metric"]);

/**
 * What of the readings no policy asked reads, in words: most likely misspelt, and so without effect. No error: one file may serve several
 * configs.
 */
export function unreadFacts({ matched, confidences, values, errors, unknown }: SignalReadings, read: readonly SignalSpecs[]): string[] {
  const known = (type: string) => read.flatMap((specs) => specs.get(type) ?? []).map(({ name, fields }) => leafNameOf(type, { ...fields, name }));
  const types = [...new Set(read.flatMap((specs) => [...specs.keys()]))];
  const named = new Map([...matched].map(([type, names]) => [type, new Set(names)]));
  for (const key of [...confidences.keys(), ...values.keys(), ...errors, ...unknown]) {
    const [type, name] = [key.slice(0, Math.max(0, key.indexOf(":"))), key.slice(key.indexOf(":") + 1)];
    // A value may be of a label: the signal is the longest name that is there.
    const owner = known(type).find((one) => name === one || name.startsWith(`${one}:`));
    named.set(type, (named.get(type) ?? new Set()).add(owner ?? name));
  }
  return [...named].flatMap(([type, names]) => {
    if (BY_OTHER_NAMES.has(type)) return [];
    const there = known(type);
    if (there.length === 0) return [`nothing reads signals of type "${type}"${suggested(nearest(type, types)) || ` (read: ${types.join(", ")})`}`];
    return [...names].filter((name) => !there.includes(signalNameOf(type, name))).map((name) => `nothing reads ${type} "${name}"${suggested(nearest(name, there)) || ` (read: ${there.join(", ")})`}`);
  });
}

function suggested(near: string | null): string {
  return near === null ? "" : ` (did you mean "${near}"?)`;
}
