import { z } from "zod";
import { WrpError } from "../model/errors.ts";
import type { SignalReadings } from "../model/signal.ts";
import { readTextFile } from "./text-file.ts";

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
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(file, cwd, MAX_BYTES));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new WrpError(`is not JSON: ${error.message}`, { place: { file }, hint: FORM, cause: error });
  }
  const parsed = factsSchema.safeParse(value);
  const issue = parsed.error?.issues[0];
  if (!parsed.success) throw new WrpError(`is no set of signal readings: ${issue?.path.length ? `${issue.path.map(String).join(".")}: ` : ""}${issue?.message}`, { place: { file }, hint: FORM });
  const { matched, confidences, values, errors, unknown } = parsed.data;
  return { matched: new Map(Object.entries(matched)), confidences: new Map(Object.entries(confidences)), values: new Map(Object.entries(values)), errors: new Set(errors), unknown: new Set(unknown) };
}
