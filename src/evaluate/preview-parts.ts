import type { Baseline } from "../model/baseline.ts";
import type { PolicySpec } from "../model/config.ts";
import type { Place, Tell } from "../model/errors.ts";
import type { Remark } from "../model/remark.ts";
import type { PlaceOf } from "../router/assemble.ts";
import type { WorkloadOptions } from "../workload/index.ts";
import type { Based } from "./based.ts";
import type { Gathered } from "./gather.ts";
import type { Parts } from "./parts.ts";

/** What a preview looks at, and who is told what is wrong with it. */
export interface PreviewParts extends Pick<Parts, "settings" | "concurrency" | "signal" | "now" | "signalModels"> {
  /** What to read; null where there is no data to look at. */
  readonly data: WorkloadOptions | null;
  readonly baseline: Baseline | null;
  /** Policies that cannot be built for what was told of them already: only the models that they name are looked at. */
  readonly leftOut: readonly PolicySpec[];
  readonly placeOf: PlaceOf;
  /** Where a part of the config stands. */
  readonly placeAt: (path: readonly PropertyKey[]) => Place | undefined;
  /** Told of what is wrong with the data, and with policies. */
  readonly tellData: Tell;
  readonly tellPolicy: Tell;
  readonly warn: (remark: Remark) => void;
}

/** What a preview reads: a run's outcomes, of which nothing is stored. */
export type Previewed = Pick<Gathered, "columns" | "rates" | "zeroCost" | "chosen" | "seen" | "summary" | "comparability">;

export type PreviewBasis = Based<Previewed>;

/** Said where a check is interrupted. */
export const NOTHING_STORED = "a check stores nothing";

/** Counts errors, and those that keep data from being read (bad rows do not). */
export function listening(tell: Tell): { readonly errors: number; readonly unread: number; tell: Tell } {
  let errors = 0;
  let unread = 0;
  return {
    get errors() {
      return errors;
    },
    get unread() {
      return unread;
    },
    tell(error) {
      errors++;
      if (error.code !== "bad-row") unread++;
      tell(error);
    },
  };
}
