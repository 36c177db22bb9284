import type { Place } from "./errors.ts";

/** Something that a user should know of and that stops nothing. */
export interface Remark {
  /** A short name of its kind, for machines: `repeated-id`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Where in the user's files; null where it is about no one place. */
  readonly place: Place | null;
}
