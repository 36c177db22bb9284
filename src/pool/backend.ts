import type { Answer } from "../model/answer.ts";
import type { Prompt } from "../model/prompt.ts";

/** Where a model's answers come from. */
export interface Backend {
  readonly name: string;
  /** One answer for each prompt, in order; null where there is none (a gap, not a failure). Never throws for one prompt. */
  answer(prompts: readonly Prompt[], model: string): Promise<readonly (Answer | null)[]>;
}
