import type { Learner } from "./online.ts";

/** What a replay reveals piece by piece. */
export interface ReplayedOutcomes {
  /** [prompt] in the order in which they come. */
  readonly order: Int32Array;
  /** [arm][prompt] in [0,1]; NaN is a gap. */
  readonly quality: readonly Float64Array[];
  /** [arm][prompt] USD; NaN is a gap. */
  readonly costUsd: readonly Float64Array[];
  /** [prompt] 1 where its grade ever comes. */
  readonly graded: Uint8Array;
  /** Further prompts that are decided before an outcome is known. */
  readonly delay: number;
}

/**
 * The arm of each prompt, -1 where the learner could not tell. Of an outcome only the chosen arm's is told, once `delay` further prompts are
 * decided; a gap tells nothing, and is told as one.
 *
 * @param asked [arm] counted here
 */
export function replay(learner: Learner, { order, quality, costUsd, graded, delay }: ReplayedOutcomes, asked: Uint32Array): Int32Array {
  const chosen = new Int32Array(order.length).fill(-1);
  for (let t = 0; t < order.length; t++) {
    if (t > delay) reveal(order[t - 1 - delay] as number);
    const prompt = order[t] as number;
    const arm = learner.choose(prompt, t + 1);
    chosen[prompt] = arm;
    if (arm >= 0) (asked[arm] as number)++;
  }
  return chosen;

  function reveal(prompt: number): void {
    const arm = chosen[prompt] as number;
    if (arm < 0) return;
    const grade = graded[prompt] === 1 ? ((quality[arm] as Float64Array)[prompt] as number) : NaN;
    learner.learn(arm, prompt, grade, (costUsd[arm] as Float64Array)[prompt] as number);
  }
}
