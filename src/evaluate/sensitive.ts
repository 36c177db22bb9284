import type { SensitiveSpec } from "../model/config.ts";
import type { Prompt } from "../model/prompt.ts";

/** Pieces of personal data in all of a prompt's messages, of the kinds and confidence that are asked for; null of a prompt without its text. */
export async function entityCounter({ kinds, confidence }: SensitiveSpec): Promise<(prompt: Prompt) => number | null> {
  const [{ findPii }, { SENSITIVE_KINDS }] = await Promise.all([import("../signals/pii/index.ts"), import("../signals/pii/kinds.ts")]);
  const wanted = new Set<string>(kinds ?? SENSITIVE_KINDS);
  return ({ messages }) => messages && messages.reduce((sum, { content }) => sum + findPii(content).filter((span) => span.confidence >= confidence && wanted.has(span.kind)).length, 0);
}
