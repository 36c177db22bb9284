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
