import type { OutcomeColumns } from "../../model/columns.ts";
import { random } from "../../stats/random.ts";

/**
 * Whether something of this probability happens to a model's answer to a prompt. Drawn by (seed, prompt, model), so that policies with the
 * same judge hear the same of an answer.
 */
export function verdict({ models, promptHash }: OutcomeColumns, seed: number, i: number, m: number, probability: number): boolean {
  if (probability <= 0 || probability >= 1) return probability >= 1;
  return random(seed, "verdict", (promptHash[i] as bigint).toString(16), models[m] as string).next() < probability;
}
