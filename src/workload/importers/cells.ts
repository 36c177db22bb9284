import type { MetaValue } from "../../model/prompt.ts";
import { isGap, shown } from "../outcome.ts";
import { BadRow } from "../problems.ts";

/** A cell's text, a list's or object's as JSON; null for a gap. */
export function textCell(value: unknown): string | null {
  if (isGap(value)) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A text that may itself be a word like "None". */
export function plainText(value: unknown): string | null {
  return value === "" || typeof value !== "string" ? textCell(value) : value;
}

/** A fact: of textual tables, numbers and truth values are read from their text. */
export function metaCell(value: unknown, textual: boolean): MetaValue {
  if (isGap(value)) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return JSON.stringify(value);
  if (!textual) return value;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return value;
  const number = Number(value);
  return Number.isFinite(number) && (Number.isSafeInteger(number) || !Number.isInteger(number)) ? number : value;
}

/** Facts from a cell that holds an object of them. Throws BadRow. */
export function factsCell(value: unknown, column: string): Record<string, MetaValue> {
  if (isGap(value)) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw new BadRow(`"${column}" must be an object of facts (got ${shown(value)})`);
  return Object.fromEntries(Object.entries(value as object).map(([key, fact]) => [key, metaCell(fact, false)]));
}
