import type { Usage } from "../../model/live.ts";
import { quoted, wordsOf } from "../backend-words.ts";
import { kindOfReport } from "../failure-kind.ts";
import { StreamError } from "../protocol.ts";

export type Fields = Readonly<Record<string, unknown>>;

const NONE: readonly Fields[] = [];

export const NO_USAGE: Usage = { inputTokens: null, cachedInputTokens: null, cacheWriteTokens: null, outputTokens: null, reasoningTokens: null };

/** The JSON object of an event. Throws `StreamError` where it is none. */
export function fieldsOfEvent(data: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new StreamError("malformed", `an event is not JSON: ${quoted(data.slice(0, 2000))}`);
  }
  const fields = fieldsOf(value);
  if (!fields) throw new StreamError("malformed", `an event is not a JSON object: ${quoted(data.slice(0, 2000))}`);
  return fields;
}

export function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The objects of a list; none where it is no list. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf).filter((one) => one !== null) : NONE;
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A number of tokens; null where it is none. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** The sum of what is known; null where nothing is. */
export function sumOf(...counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

/** What was counted before, with what is counted now over it. */
export function counted(before: Usage, now: Usage): Usage {
  return {
    inputTokens: now.inputTokens ?? before.inputTokens,
    cachedInputTokens: now.cachedInputTokens ?? before.cachedInputTokens,
    cacheWriteTokens: now.cacheWriteTokens ?? before.cacheWriteTokens,
    outputTokens: now.outputTokens ?? before.outputTokens,
    reasoningTokens: now.reasoningTokens ?? before.reasoningTokens,
  };
}

/** An error that the backend reports within an answer. `error` is an object, or only words. */
export function reported(error: unknown): StreamError {
  return new StreamError(kindOfReport(error, null), `the backend reported an error: ${quoted((wordsOf(error) ?? JSON.stringify(error)).slice(0, 2000))}`);
}

/** The body with the settings' own fields over it; what is null there is left out, and so is what is undefined. */
export function withSettings(body: Fields, own: Fields | undefined): Fields {
  return Object.fromEntries(Object.entries({ ...body, ...own }).filter(([name, value]) => value !== undefined && !(value === null && own !== undefined && name in own)));
}
