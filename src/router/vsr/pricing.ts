import type { TokenPrice } from "../../model/config.ts";
import type { ProviderModel } from "./shape.ts";

/** USD per million tokens, as a config has them. */
export interface TokenRates {
  readonly prompt_per_1m?: number | undefined;
  readonly cached_input_per_1m?: number | undefined;
  readonly cache_write_per_1m?: number | undefined;
  readonly completion_per_1m?: number | undefined;
}

export interface TokenUsage {
  readonly prompt: number;
  /** Of the prompt: read from, and written to, the backend's cache. */
  readonly cached: number;
  readonly cacheWrite: number;
  readonly completion: number;
}

/** What a call costs as upstream counts it (pkg/modelpricing): a part is at most what is left of the whole, and a negative rate is none. */
export function callCost(rates: TokenRates, usage: TokenUsage): { readonly standardInput: number; readonly cached: number; readonly cacheWrite: number; readonly costUsd: number } {
  const rate = (value: number | undefined) => Math.max(value ?? 0, 0);
  const prompt = Math.max(usage.prompt, 0);
  const cached = Math.min(Math.max(usage.cached, 0), prompt);
  const cacheWrite = Math.min(Math.max(usage.cacheWrite, 0), prompt - cached);
  const standardInput = prompt - cached - cacheWrite;
  const write = rates.cache_write_per_1m === undefined ? rate(rates.prompt_per_1m) : rate(rates.cache_write_per_1m);
  const costUsd = (standardInput * rate(rates.prompt_per_1m) + cached * rate(rates.cached_input_per_1m) + cacheWrite * write + Math.max(usage.completion, 0) * rate(rates.completion_per_1m)) / 1e6;
  return { standardInput, cached, cacheWrite, costUsd };
}

/** What a config says that a model costs; `unusable` says why it is no price to reckon with. */
export type StatedPrice = { readonly price: TokenPrice } | { readonly unusable: string };

/**
 * The price under `providers.models[].pricing`; null where there is none. Upstream counts another currency, a missing rate and one of 0 or
 * less as they come; here they are no price: a gap is not 0. A price of the input that a backend's cache held is taken where it is above 0.
 *
 * @param file the config, as the price's source
 */
export function statedPrice({ pricing }: ProviderModel, file: string): StatedPrice | null {
  if (!pricing) return null;
  const { currency, prompt_per_1m: input, completion_per_1m: output, cached_input_per_1m: cached = 0 } = pricing;
  if (!["", "USD"].includes(currency.trim().toUpperCase())) return { unusable: `its price is in ${currency.trim()}, not USD` };
  for (const [name, rate] of Object.entries({ prompt_per_1m: input, completion_per_1m: output })) {
    if (rate === undefined) return { unusable: `it has no ${name}` };
    if (!(rate > 0)) return { unusable: `its ${name} is ${rate}` };
  }
  return { price: { inputUsdPer1M: input as number, outputUsdPer1M: output as number, ...(cached > 0 ? { cachedInputUsdPer1M: cached } : {}), source: file } };
}

/**
 * The model that upstream counts savings against (pkg/config `GetMostExpensiveFullModelPricing`): the highest sum of its output rate and
 * the higher of its input and cache write rates, whatever the currency. Of equals, the first in the file (upstream: any). Null without prices.
 */
export function dearestModel(models: Iterable<ProviderModel>): string | null {
  let dearest: { readonly name: string; readonly score: number } | null = null;
  for (const { name, pricing } of models) {
    if (!pricing) continue;
    const { currency, prompt_per_1m: input = 0, completion_per_1m: output = 0, cached_input_per_1m: cached = 0, cache_write_per_1m: write } = pricing;
    if (input === 0 && output === 0 && cached === 0 && write === undefined && currency === "") continue;
    const score = Math.max(input, write ?? -Infinity) + output;
    if (!dearest || score > dearest.score) dearest = { name, score };
  }
  return dearest?.name ?? null;
}
