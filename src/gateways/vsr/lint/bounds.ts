import type { Bounds } from "../../../router/vsr/shape.ts";
import { numberIn, type Fields } from "./fields.ts";

/** The four bounds of a predicate or band, as they are written. */
export function boundsOf(part: Fields): Bounds {
  return { gt: numberIn(part, "gt"), gte: numberIn(part, "gte"), lt: numberIn(part, "lt"), lte: numberIn(part, "lte") };
}

export function keeps(value: number, { gt, gte, lt, lte }: Bounds): boolean {
  return (gt === undefined || value > gt) && (gte === undefined || value >= gte) && (lt === undefined || value < lt) && (lte === undefined || value <= lte);
}

export function boundsIn(bounds: Bounds): readonly number[] {
  return [bounds.gt, bounds.gte, bounds.lt, bounds.lte].filter((bound) => bound !== undefined);
}

/** `> 5 and < 3` */
export function boundsInWords({ gt, gte, lt, lte }: Bounds): string {
  return [gt === undefined ? [] : [`> ${gt}`], gte === undefined ? [] : [`>= ${gte}`], lt === undefined ? [] : [`< ${lt}`], lte === undefined ? [] : [`<= ${lte}`]].flat().join(" and ");
}

/** What a number may be. */
export interface Domain {
  readonly lo: number;
  readonly hi: number;
  readonly whole: boolean;
}

export const ANYTHING: Domain = { lo: -Infinity, hi: Infinity, whole: false };

/** A stretch of numbers in which nothing changes, with a number in it. */
export interface Cell {
  readonly at: number;
  /** The stretch in words. */
  readonly words: string;
}

/** Cuts a domain at bounds: each bound by itself and each stretch between two, where a number of the domain is in it. */
export function cellsOf(bounds: readonly number[], { lo, hi, whole }: Domain): readonly Cell[] {
  const cuts = [...new Set([lo, ...bounds.filter((bound) => bound > lo && bound < hi), hi])].sort((a, b) => a - b);
  return cuts.flatMap((cut, k): Cell[] => {
    const point = Number.isFinite(cut) && (!whole || Number.isInteger(cut)) ? [{ at: cut, words: String(cut) }] : [];
    const next = cuts[k + 1];
    const inside = next === undefined ? undefined : between(cut, next, whole);
    return inside === undefined || next === undefined ? point : [...point, { at: inside, words: stretch(cut, next) }];
  });
}

function stretch(lo: number, hi: number): string {
  return lo === -Infinity ? (hi === Infinity ? "any number" : `below ${hi}`) : hi === Infinity ? `above ${lo}` : `between ${lo} and ${hi}`;
}

function between(lo: number, hi: number, whole: boolean): number | undefined {
  if (lo >= hi) return undefined;
  const middle = lo === -Infinity ? (hi === Infinity ? 0 : Math.ceil(hi) - 1) : hi === Infinity ? Math.floor(lo) + 1 : lo + (hi - lo) / 2;
  if (!whole) return middle > lo && middle < hi ? middle : undefined;
  const first = Math.floor(lo) + 1;
  return lo === -Infinity ? middle : first < hi ? first : undefined;
}
