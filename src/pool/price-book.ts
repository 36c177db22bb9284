import type { ModelSpec, TokenPrice } from "../model/config.ts";

/** The prices that a run uses, and where each is from. */
export interface PriceBook {
  /** Prices per token, by model. */
  readonly tokens: ReadonlyMap<string, TokenPrice>;
  /** Models that really cost nothing, as the user said. */
  readonly free: ReadonlySet<string>;
  /** For the run's record. */
  readonly records: readonly { model: string; inputUsdPer1M: number | null; outputUsdPer1M: number | null; source: string }[];
  /** Where a model's costs are from, in words. */
  sourceOf(model: string, priced: boolean): string;
}

export function priceBook(models: readonly ModelSpec[]): PriceBook {
  const tokens = new Map<string, TokenPrice>();
  const free = new Set<string>();
  const simulated = new Set(models.flatMap((m) => (m.simulated ? [m.name] : [])));
  const live = new Set(models.flatMap((m) => (m.live ? [m.name] : [])));
  for (const { name, price } of models) {
    if (price === "free") free.add(name);
    else if (price) tokens.set(name, price);
  }
  return {
    tokens,
    free,
    records: [
      ...[...tokens].map(([model, { inputUsdPer1M, outputUsdPer1M, source = "config" }]) => ({ model, inputUsdPer1M, outputUsdPer1M, source })),
      ...[...free].map((model) => ({ model, inputUsdPer1M: 0, outputUsdPer1M: 0, source: "config: free" })),
    ],
    sourceOf(model, priced) {
      const price = tokens.get(model);
      if (free.has(model)) return "free, as the config says";
      if (!priced) return "unpriced";
      if (!price) return "recorded in the data";
      const words = `${price.source ?? "config"}: $${price.inputUsdPer1M} in, $${price.outputUsdPer1M} out per million tokens`;
      if (live.has(model)) return `counted tokens at ${words}`;
      return simulated.has(model) ? `simulated tokens at ${words}` : `recorded in the data, else ${words}`;
    },
  };
}
