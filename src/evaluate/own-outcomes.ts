import type { Prompt } from "../model/prompt.ts";
import type { FurtherOutcomes } from "../outcomes/remote-columns.ts";
import type { RunSettings } from "./parts.ts";

/** The prompts of the columns, in order. */
export type Batches = Iterable<readonly Prompt[]> | AsyncIterable<readonly Prompt[]>;
export type Graders = Pick<RunSettings, "grader" | "graders">;

/** An answer that no call gave. */
export const NO_CALL = { costUsd: null, latencyMs: null, ttftMs: null, inputTokens: null, outputTokens: null, error: null };

/** Outcomes of `n` prompts, all gaps. */
export function nothingYet(n: number): FurtherOutcomes {
  const gaps = () => new Float64Array(n).fill(NaN);
  return { quality: gaps(), costUsd: gaps(), latencyMs: gaps(), ttftMs: gaps(), failed: new Uint8Array(n), declined: gaps() };
}
