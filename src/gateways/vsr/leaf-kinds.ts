import { tokenCount } from "../../lib/token-count.ts";
import { WrpError } from "../../model/errors.ts";

/** What a number of a config is. */
export type LeafKind = "threshold" | "score" | "weight" | "bound" | "value" | "priority" | "tier" | "tokens" | "percentile" | "slope" | "temperature" | "count" | "limit";

/** The values that a number may have: from `min` to `max`, both among them. */
export interface LeafRange {
  readonly min: number;
  readonly max: number;
  /** `min` itself is none of them. */
  readonly above?: true;
  readonly whole?: true;
  /** A 0 counts as a number that is not there, and so cannot be set. */
  readonly notZero?: true;
}

const ANY: LeafRange = { min: -Infinity, max: Infinity };
const UNIT: LeafRange = { min: 0, max: 1 };
const COUNT: LeafRange = { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true };

/** Where a leaf says nothing else. */
export const RANGES: Readonly<Record<LeafKind, LeafRange>> = {
  threshold: UNIT,
  score: UNIT,
  weight: ANY,
  bound: ANY,
  value: ANY,
  priority: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, whole: true },
  tier: COUNT,
  tokens: COUNT,
  percentile: { min: 1, max: 100, whole: true },
  slope: { min: 0, max: Infinity, above: true },
  temperature: { min: 0, max: Infinity, above: true },
  count: COUNT,
  limit: { min: 0, max: Infinity },
};

/** "a number from 0 to 1", "a whole number of at least 0" */
export function rangeInWords({ min, max, above, whole, notZero }: LeafRange): string {
  const [least, most] = [min > Number.MIN_SAFE_INTEGER, max < Number.MAX_SAFE_INTEGER];
  const span = least && most && !above ? ` from ${min} to ${max}` : `${least ? (above ? ` above ${min}` : ` of at least ${min}`) : ""}${most ? `${least ? " and" : ""} at most ${max}` : ""}`;
  return `a ${whole ? "whole " : ""}number${span}${notZero ? " other than 0" : ""}`;
}

/** A number as a leaf of this kind takes it; tokens may be a text, such as 8K. Throws WrpError where it is none, or out of range. */
export function leafValue(path: string, wanted: number | string, kind: LeafKind, range: LeafRange): number {
  const value = typeof wanted === "number" ? wanted : kind === "tokens" ? tokenCount(wanted.trim()) : null;
  const { min, max, above, whole, notZero } = range;
  const fits = value !== null && Number.isFinite(value) && value >= min && value <= max && !(above && value === min) && !(whole && !Number.isSafeInteger(value)) && !(notZero && value === 0);
  if (!fits) throw new WrpError(`${path} must be ${rangeInWords(range)}${kind === "tokens" ? ", or such as 8K" : ""} (got ${JSON.stringify(wanted)})`, { code: "out-of-range" });
  return value === 0 ? 0 : value; // -0 is written as 0
}
