import { tokenCounter } from "../lib/tokens.ts";
import type { PolicySpec } from "../model/config.ts";
import type { Prompt } from "../model/prompt.ts";

/** Whether a policy reads `prompt.tokens`: counting costs some 0.1 ms a prompt, so it is done only then. */
export function readsTokens(policies: readonly PolicySpec[]): boolean {
  return policies.some(
    (p) =>
      (p.kind === "threshold" && (p.fact === "tokens" || p.fact === "prompt.tokens")) ||
      (p.kind === "rules" && p.rules.some(({ when }) => /\btokens\b/.test(when))),
  );
}

/** The prompts with their input tokens (o200k) where the data states none and there is a text. */
export async function withTokens(prompts: readonly Prompt[]): Promise<readonly Prompt[]> {
  if (prompts.every((prompt) => prompt.inputTokens !== null || prompt.messages === null)) return prompts;
  const count = await tokenCounter();
  return prompts.map((prompt) =>
    prompt.inputTokens !== null || prompt.messages === null ? prompt : { ...prompt, inputTokens: count(prompt.messages.map((m) => m.content).join("\n")) },
  );
}
