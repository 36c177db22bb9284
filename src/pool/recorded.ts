import type { Answer } from "../model/answer.ts";
import type { TokenPrice } from "../model/config.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Backend } from "./backend.ts";
import { priced } from "./priced.ts";

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
    if (outcome !== undefined && outcome.model === model) return priced(outcome, price);
  }
  return null;
}
