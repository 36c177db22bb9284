import type { Fix, Severity } from "../../../model/check.ts";
import type { Place } from "../../../model/errors.ts";
import type { LintSource, Path } from "./source.ts";

/** What a rule is about. An error: upstream refuses it, crashes on it, or it can never work as written. A warning: accepted in silence and most likely not meant. A note: worth knowing. */
export interface LintRule {
  readonly severity: Severity;
  /** One line, of what is found. */
  readonly summary: string;
}

/** Something that a rule found. */
export interface LintFinding {
  /** A code of the map of rules. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** The fix in words; null where the message says it. */
  readonly hint: string | null;
  readonly place: Place;
  /** The fix as an edit; null where it is not plain. */
  readonly fix: Fix | null;
}

export interface Said {
  /** The finding is about the key that the path ends in, not about its value. */
  readonly key?: boolean;
  /** What stands in place of the value (or of the key) once it is mended. */
  readonly replacement?: string;
}

/** Takes a finding of a rule at what a path leads to. */
export type Say = (code: string, path: Path, message: string, hint?: string | null, said?: Said) => void;

/** Rules that look at the same part of a config. */
export interface Family {
  readonly rules: Readonly<Record<string, LintRule>>;
  check(source: LintSource, say: Say): void;
}
