import { tokenCounter } from "../lib/tokens.ts";
import type { Prompt } from "../model/prompt.ts";

/** Tokens of texts that were counted, by prompt hash: who reads a workload again does not count again. */
export type TokenMemo = Map<string, number>;

/** The prompts with their input tokens (o200k) where the data states none and there is a text. @param memo what was counted before, and is now */
export async function withTokens(prompts: readonly Prompt[], memo?: TokenMemo): Promise<readonly Prompt[]> {
  if (prompts.every((prompt) => prompt.inputTokens !== null || prompt.messages === null)) return prompts;
  const count = await tokenCounter();
  return prompts.map((prompt) => {
    if (prompt.inputTokens !== null || prompt.messages === null) return prompt;
    const inputTokens = memo?.get(prompt.hash) ?? count(prompt.messages.map((m) => m.content).join("\n"));
    memo?.set(prompt.hash, inputTokens);
    return { ...prompt, inputTokens };
  });
}
