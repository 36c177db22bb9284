import type { Answer } from "../model/answer.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Backend } from "./backend.ts";

/** USD per million tokens. */
export interface TokenPrice {
  readonly inputUsdPer1M: number;
  readonly outputUsdPer1M: number;
}

/**
 * Answers that the workload's files recorded. A recorded cost stands; where it is missing and tokens are known, the
 * config's price applies. What has neither stays unpriced.
 */
export function recordedBackend(prices: ReadonlyMap<string, TokenPrice>): Backend {
  return {
    name: "recorded",
    answer: (prompts, model) => {
      const price = prices.get(model);
      return Promise.resolve(prompts.map((prompt) => recordedAnswer(prompt, model, price)));
    },
  };
}

function recordedAnswer(prompt: Prompt, model: string, price: TokenPrice | undefined): Answer | null {
  const outcomes = prompt.outcomes;
  for (let k = 0; k < outcomes.length; k++) {
    const outcome = outcomes[k];
    if (outcome === undefined || outcome.model !== model) continue;
    if (!price || outcome.costUsd !== null || outcome.inputTokens === null || outcome.outputTokens === null || outcome.error !== null)
      return outcome;
    const costUsd = (outcome.inputTokens * price.inputUsdPer1M + outcome.outputTokens * price.outputUsdPer1M) / 1e6;
    return { ...outcome, costUsd };
  }
  return null;
}
