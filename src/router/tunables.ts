import type { OutcomeColumns } from "../model/columns.ts";
import type { PolicySpec } from "../model/config.ts";

/** A number of a policy that may be tuned. */
export interface Tunable {
  /** Where it stands in the spec: `threshold`, `weights.big`; of a gateway's config, its path there. */
  readonly name: string;
  /** What is searched, both ends included; null: from the least to the greatest of `breaks`. */
  readonly range: readonly [number, number] | null;
  /** How the range is searched: evenly, or evenly in the logarithm (then its lower end is above 0). */
  readonly scale: "linear" | "log";
  /** Only whole numbers. */
  readonly whole: boolean;
  /** Empty where it has none. */
  readonly unit: string;
  /** What the policy has now; null where it is not a number that is written (a share of the workload, the kind's own choice). */
  readonly own: number | null;
  /**
   * Values, rising, that lead to all that it can lead to on these prompts, one for each set of decisions; absent where nobody knows such, null
   * where the columns do not tell.
   */
  breaks?(columns: OutcomeColumns): Float64Array | null;
}

/** What of a policy may be tuned, and the policy with other numbers. */
export interface Tunables<S extends PolicySpec = PolicySpec> {
  readonly numbers: readonly Tunable[];
  /** The spec with these numbers by name; those not named stay. Throws WrpError where they do not go together. */
  tuned(values: ReadonlyMap<string, number>): S;
}

/** The distinct values of some columns, rising, gaps left out. */
export function distinctValues(columns: readonly Float64Array[]): Float64Array {
  const all = new Set<number>();
  for (const column of columns) for (const value of column) if (!Number.isNaN(value)) all.add(value);
  return Float64Array.from(all).sort();
}
