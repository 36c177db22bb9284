import { counted } from "../../lib/counted.ts";
import type { Path } from "../../model/path.ts";

/** What a policy that makes several calls for an answer does over a workload. */
export interface Played {
  /** The ways that it has. */
  readonly paths: readonly Path[];
  /** By path, in words: what was asked and whose answer was given. */
  readonly rules: readonly string[];
  /** [path][prompt] the probability that it takes that way; 0 of all where what it goes by is not known. */
  readonly weights: readonly Float64Array[];
  /** What looking at an answer takes. */
  readonly check: { readonly costUsd: number; readonly latencyMs: number };
  /** What a report should warn of, whatever the prompts. */
  readonly notes: readonly string[];
  /** What is not known where a prompt has no way, in words. */
  readonly needs: string;
}

/** [prompt] the way that it is sure to take, -1 where none is known; null where there are prompts that may take several. */
export function sureWays(weights: Played["weights"], n: number): Int32Array | null {
  const taken = new Int32Array(n).fill(-1);
  for (const [k, column] of weights.entries())
    for (let i = 0; i < n; i++) {
      if (column[i] === 0) continue;
      if (column[i] !== 1) return null;
      taken[i] = k;
    }
  return taken;
}

/** All that a report should warn of: where prompts have no way, too. */
export function notesOf({ notes, needs, weights }: Played, n: number): readonly string[] {
  let unknown = 0;
  for (let i = 0; i < n; i++) if (!weights.some((column) => (column[i] as number) > 0)) unknown++;
  return unknown === 0 ? notes : [...notes, `${counted(unknown)} of ${counted(n)} prompts are not decided: ${needs} is not known`];
}
