import type { OutcomeColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import type { Tunable } from "../router/tunables.ts";

/** More break points than this are thinned: a sweep is then no longer exact, and says so. */
export const MOST_BREAKS = 10_000;
/** Digits of a number between the ends of a range: what is written into a config should be read with ease. */
const DIGITS = 4;

/** One number of a search. */
export interface Dimension {
  readonly tunable: Tunable;
  /** All values that make a difference, rising; null: any of the range may. */
  readonly breaks: Float64Array | null;
  /** False where the break points are not all that there are. */
  readonly whole: boolean;
  readonly range: readonly [number, number];
}

/** Where break points come from that the tunables do not know of: from what a learned policy expects. */
export type FurtherBreaks = ReadonlyMap<string, { readonly values: Float64Array; readonly whole: boolean }>;

/** The numbers as dimensions of the unit cube. Throws WrpError where one has no range, since no prompt has what it is compared with. */
export function dimensionsOf(numbers: readonly Tunable[], columns: OutcomeColumns, further: FurtherBreaks): Dimension[] {
  return numbers.map((tunable) => {
    const given = further.get(tunable.name);
    const own = given?.values ?? tunable.breaks?.(columns) ?? null;
    const breaks = own && own.length > 0 ? thinned(own) : null;
    const ends = tunable.range ?? (breaks ? ([breaks[0] as number, breaks.at(-1) as number] as const) : null);
    if (!ends) throw new WrpError(`${tunable.name} cannot be tuned: no prompt of the training part has ${tunable.unit === "" ? "what it is compared with" : `a ${tunable.unit}`}`);
    return { tunable, breaks, whole: (given?.whole ?? true) && breaks?.length === own?.length, range: ends };
  });
}

function thinned(values: Float64Array): Float64Array {
  if (values.length <= MOST_BREAKS) return values;
  return Float64Array.from({ length: MOST_BREAKS }, (_, k) => values[Math.round((k * (values.length - 1)) / (MOST_BREAKS - 1))] as number);
}

/** The number that a coordinate from 0 to 1 stands for. */
export function valueAt({ tunable: { scale, whole }, breaks, range: [low, high] }: Dimension, at: number): number {
  if (breaks) return breaks[Math.min(breaks.length - 1, Math.floor(at * breaks.length))] as number;
  const value = scale === "log" ? low * (high / low) ** at : low + at * (high - low);
  if (whole) return Math.min(Math.floor(high), Math.max(Math.ceil(low), Math.round(value)));
  return Math.min(high, Math.max(low, Number(value.toPrecision(DIGITS))));
}

/** The coordinate that a number stands at, as near as the range allows; the middle where it is not known. */
export function coordinateOf({ tunable: { scale, own }, breaks, range: [low, high] }: Dimension): number {
  if (own === null) return 0.5;
  const within = Math.min(high, Math.max(low, own));
  if (breaks) return (breaks.filter((value) => value < own).length + 0.5) / (breaks.length + 1);
  if (high === low) return 0.5;
  return scale === "log" ? Math.log(within / low) / Math.log(high / low) : (within - low) / (high - low);
}
