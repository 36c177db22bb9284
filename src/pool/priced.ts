import type { Answer } from "../model/answer.ts";
import type { Price, TokenPrice } from "../model/config.ts";
import { isGpuPrice, tokenPriceAt } from "./gpu-price.ts";

/** The answer with the price's cost where none is recorded and tokens are known; what lacks either stays unpriced. */
export function priced<A extends Answer>(answer: A, price: TokenPrice | undefined): A {
  const inputTokens = price?.inputUsdPer1M === 0 ? 0 : answer.inputTokens;
  if (!price || answer.costUsd !== null || inputTokens === null || answer.outputTokens === null || answer.error !== null) return answer;
  return { ...answer, costUsd: costOfTokens(price, inputTokens, answer.outputTokens) };
}

const NOTHING: TokenPrice = { inputUsdPer1M: 0, outputUsdPer1M: 0 };

/** What tokens cost at a price; null: unpriced, which is not free, or only known once it is measured. */
export function ratesOf(price: Price | null | undefined): TokenPrice | null {
  if (isGpuPrice(price)) return price.outputTokensPerSecond === undefined ? null : tokenPriceAt(price, price.outputTokensPerSecond);
  return price === "free" ? NOTHING : (price ?? null);
}

/** USD of a call. @param cachedTokens how many of the input tokens were read from a cache */
export function costOfTokens({ inputUsdPer1M, outputUsdPer1M, cachedInputUsdPer1M = inputUsdPer1M }: TokenPrice, inputTokens: number, outputTokens: number, cachedTokens = 0): number {
  return ((inputTokens - cachedTokens) * inputUsdPer1M + cachedTokens * cachedInputUsdPer1M + outputTokens * outputUsdPer1M) / 1e6;
}
