import { z } from "zod";
import type { SignalReadings } from "../model/signal.ts";
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
