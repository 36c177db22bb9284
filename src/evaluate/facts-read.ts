import type { PolicySpec } from "../model/config.ts";
import { factOf, factsNamed } from "../router/index.ts";

/** The numeric facts that policies read, and the length control's, by their full names. */
export function factsRead(policies: readonly PolicySpec[]): string[] {
  return [...new Set(["prompt.lengthCodePoints", ...policies.flatMap((spec) => factsNamed(spec).map(({ fact }) => factOf(fact).name))])];
}

/** Whether a policy reads `prompt.tokens`: counting costs some 0.1 ms a prompt, so it is done only then. */
export function readsTokens(policies: readonly PolicySpec[]): boolean {
  return factsRead(policies).includes("prompt.tokens") || policies.some((spec) => spec.kind === "rules" && spec.rules.some(({ when }) => /\btokens\b/.test(when)));
}
