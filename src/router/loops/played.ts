import type { Path } from "../../model/path.ts";

/** What a policy that makes several calls for an answer did over a workload. */
export interface Played {
  /** The ways that it has. */
  readonly paths: readonly Path[];
  /** By path, in words: what was asked and whose answer was given. */
  readonly rules: readonly string[];
  /** [prompt] the path that it took; -1 where what it goes by is not known. */
  readonly taken: Int32Array;
  /** What looking at an answer takes. */
  readonly check: { readonly costUsd: number; readonly latencyMs: number };
  /** What a report should warn of. */
  readonly notes: readonly string[];
}
