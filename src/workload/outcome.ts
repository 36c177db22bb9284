import type { RecordedOutcome } from "../model/prompt.ts";
import type { Notes } from "./notes.ts";
import { BadRow } from "./problems.ts";

export type OutcomeDraft = { -readonly [K in keyof RecordedOutcome]: RecordedOutcome[K] };

/** An outcome of which nothing is known yet: a gap. */
export function newOutcome(model: string): OutcomeDraft {
  return {
    model,
    quality: null,
    costUsd: null,
    latencyMs: null,
    ttftMs: null,
    inputTokens: null,
    outputTokens: null,
    error: null,
    text: null,
  };
}

/**
 * Makes the fields of an outcome agree: a failed call has no quality, and quality 0 with no tokens and no cost is how
 * some files record a failed call.
 */
export function settle(outcome: OutcomeDraft, notes: Notes, promptId: string): OutcomeDraft {
  if (outcome.error === "") outcome.error = null;
  if (outcome.error !== null) outcome.quality = null;
  else if (
    outcome.inputTokens === 0 &&
    outcome.outputTokens === 0 &&
    (outcome.quality === 0 || outcome.quality === null) &&
    (outcome.costUsd === 0 || outcome.costUsd === null)
  ) {
    outcome.error = "recorded with no tokens";
    outcome.quality = null;
    outcome.costUsd = null;
    notes.add("failed-call", `${outcome.model} on ${promptId}`);
  }
  return outcome;
}

const OTHER_SCALE = "qualities are grades from 0 to 1: divide scores on another scale before importing them";

/** A grade in [0,1] from a cell; blank is a gap, true and false are 1 and 0. Throws BadRow. */
export function qualityCell(value: unknown, column: string): number | null {
  const number = numberOf(value, true);
  if (number === null || (number >= 0 && number <= 1)) return number;
  throw new BadRow(`"${column}" must be a number from 0 to 1 (got ${shown(value)})`, number > 1 ? { hint: OTHER_SCALE } : {});
}

/** A figure ≥ 0 (cost, latency, tokens) from a cell; blank is a gap. Throws BadRow. */
export function figureCell(value: unknown, column: string): number | null {
  const number = numberOf(value, false);
  if (number === null || (number >= 0 && number < Infinity)) return number;
  throw new BadRow(`"${column}" must be a number ≥ 0 (got ${shown(value)})`);
}

/** A whole number ≥ 0 from a cell; blank is a gap. Throws BadRow. */
export function countCell(value: unknown, column: string): number | null {
  const number = numberOf(value, false);
  if (number === null || (number >= 0 && Number.isSafeInteger(number))) return number;
  throw new BadRow(`"${column}" must be a whole number ≥ 0 (got ${shown(value)})`);
}

/** Whether a cell says nothing: blank, null, nan, none. */
export function isGap(value: unknown): boolean {
  if (typeof value === "string") return isGapText(value);
  return value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
}

/** A value as error messages quote it. */
export function shown(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  const json = JSON.stringify(typeof value === "string" ? value.slice(0, 100) : value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}

/** The number in a cell, `null` for a gap, NaN where there is none. */
function numberOf(value: unknown, booleans: boolean): number | null {
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return booleans ? Number(value) : Number.NaN;
  if (typeof value !== "string") return Number.NaN;
  if (value === "") return null;
  const number = Number(value);
  if (!Number.isNaN(number)) return number === 0 && value.trim() === "" ? null : isDecimal(value) ? number : Number.NaN;
  if (isGapText(value)) return null;
  if (!booleans) return Number.NaN;
  const word = value.trim().toLowerCase();
  return word === "true" ? 1 : word === "false" ? 0 : Number.NaN;
}

/** Number() also reads 0x10 and 0b1, which no data file means. */
function isDecimal(text: string): boolean {
  const second = text.trimStart().charCodeAt(1) | 32;
  return second !== 0x78 && second !== 0x62 && second !== 0x6f;
}

function isGapText(value: string): boolean {
  if (value.length > 12) return value.trim() === "";
  const word = value.trim().toLowerCase();
  return word === "" || word === "nan" || word === "none" || word === "null";
}
