import type { ModelSpec, TokenPrice } from "../model/config.ts";
import type { GpuPrice } from "../model/gpu-price.ts";
import { gpuPriceInWords, isGpuPrice } from "./gpu-price.ts";
import { ratesOf } from "./priced.ts";
import type { Throughput } from "./throughput.ts";

/** The prices that a run uses, and where each is from. */
export interface PriceBook {
  /** Prices per token, by model; those by the GPU hour too, where the rate is known beforehand. */
  readonly tokens: ReadonlyMap<string, TokenPrice>;
  /** Models that really cost nothing, as the user said. */
  readonly free: ReadonlySet<string>;
  /** Models that are paid by the GPU hour. */
  readonly hourly: ReadonlyMap<string, GpuPrice>;
  /** For the run's record. */
  readonly records: readonly { model: string; inputUsdPer1M: number | null; outputUsdPer1M: number | null; source: string }[];
  /** Where a model's costs are from, in words. @param measured of a live model that is paid by the GPU hour */
  sourceOf(model: string, priced: boolean, measured?: Throughput | null): string;
}

export function priceBook(models: readonly ModelSpec[]): PriceBook {
  const tokens = new Map<string, TokenPrice>();
  const free = new Set<string>();
  const hourly = new Map<string, GpuPrice>();
  const simulated = new Set(models.flatMap((m) => (m.simulated ? [m.name] : [])));
  const live = new Set(models.flatMap((m) => (m.live ? [m.name] : [])));
  for (const { name, price } of models) {
    if (price === "free") free.add(name);
    else if (isGpuPrice(price)) {
      hourly.set(name, price);
      const rates = ratesOf(price);
      if (rates) tokens.set(name, rates);
    } else if (price) tokens.set(name, price);
  }
  return {
    tokens,
    free,
    hourly,
    records: [
      ...[...tokens].flatMap(([model, { inputUsdPer1M, outputUsdPer1M, source = "config" }]) => (hourly.has(model) ? [] : [{ model, inputUsdPer1M, outputUsdPer1M, source }])),
      ...[...hourly].map(([model, price]) => ({ model, inputUsdPer1M: tokens.get(model)?.inputUsdPer1M ?? null, outputUsdPer1M: tokens.get(model)?.outputUsdPer1M ?? null, source: gpuPriceInWords(price, null) })),
      ...[...free].map((model) => ({ model, inputUsdPer1M: 0, outputUsdPer1M: 0, source: "config: free" })),
    ],
    sourceOf(model, priced, measured = null) {
      const price = tokens.get(model);
      const byTheHour = hourly.get(model);
      if (free.has(model)) return "free, as the config says";
      if (byTheHour && live.has(model)) return gpuPriceInWords(byTheHour, measured);
      if (!priced) return "unpriced";
      if (!price) return "recorded in the data";
      const words = byTheHour ? gpuPriceInWords(byTheHour, null) : `${price.source ?? "config"}: $${price.inputUsdPer1M} in, $${price.outputUsdPer1M} out per million tokens`;
      if (live.has(model)) return `counted tokens at ${words}`;
      return simulated.has(model) ? `simulated tokens at ${words}` : `recorded in the data, else ${words}`;
    },
  };
}
