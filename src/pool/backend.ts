import type { Answer } from "../model/answer.ts";
import type { Prompt } from "../model/prompt.ts";

/** Where a model's answers come from. */
export interface Backend {
  readonly name: string;
  /** One answer for each prompt, in order; null where there is none (a gap, not a failure). Never throws for one prompt. */
  answer(prompts: readonly Prompt[], model: string): Promise<readonly (Answer | null)[]>;
}

/** A backend whose answers are asked for once and kept: they are a function of source, model, messages, variant and sample. */
export interface KeptBackend extends Backend {
  /** @param sample which of several answers to the same question, from 0 (the default) */
  answer(prompts: readonly Prompt[], model: string, sample?: number): Promise<readonly (Answer | null)[]>;
  /** What names the answers: of a simulated model, its profile and seed. */
  readonly source: { readonly kind: "simulated" | "live"; readonly hash: string };
  /** What an answer depends on besides the messages, as a whole number ≥ 0 below 2^48. */
  variantOf(prompt: Prompt): number;
}
