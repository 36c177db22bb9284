/** True, false, or null: nobody knows. */
export type Truth = boolean | null;

/** All that a number may be, ends included; a known number has one end. */
export interface Span {
  readonly lo: number;
  readonly hi: number;
}

export const ONE: Span = { lo: 1, hi: 1 };
export const ZERO: Span = { lo: 0, hi: 0 };
/** A confidence that nobody knows. */
export const ANY_CONFIDENCE: Span = { lo: 0, hi: 1 };
export const ANY_NUMBER: Span = { lo: -Infinity, hi: Infinity };

export function exactly(value: number): Span {
  return { lo: value, hi: value };
}

/** The least span that holds both. */
export function hull(a: Span, b: Span): Span {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/** Rounding keeps order, so the ends of a sum or product taken in upstream's order are bounds of what upstream computes. */
export function plus(a: Span, b: Span): Span {
  return { lo: a.lo + b.lo, hi: a.hi + b.hi };
}

export function times(weight: number, { lo, hi }: Span): Span {
  if (weight === 0) return ZERO;
  return weight > 0 ? { lo: weight * lo, hi: weight * hi } : { lo: weight * hi, hi: weight * lo };
}

/** Kleene's three-valued conjunction. */
export function allOf(truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes(null) ? null : true;
}

/** Whether a number of the span lies within the bounds. */
export function within({ lo, hi }: Span, { gt, gte, lt, lte }: { readonly gt?: number | undefined; readonly gte?: number | undefined; readonly lt?: number | undefined; readonly lte?: number | undefined }): Truth {
  const above = (end: number) => (gt === undefined || end > gt) && (gte === undefined || end >= gte);
  const below = (end: number) => (lt === undefined || end < lt) && (lte === undefined || end <= lte);
  if (!above(hi) || !below(lo)) return false;
  // Bounds that cross leave no room between them.
  const floor = Math.max(gt ?? -Infinity, gte ?? -Infinity);
  const ceiling = Math.min(lt ?? Infinity, lte ?? Infinity);
  if (floor > ceiling || (floor === ceiling && (gt === floor || lt === ceiling))) return false;
  return above(lo) && below(hi) ? true : null;
}
