import type { GpuPrice } from "../model/gpu-price.ts";
import { rateOf, tokenPriceAt } from "../pool/gpu-price.ts";
import { FEWEST_ANSWERS, FEWEST_TOKENS, type Throughput } from "../pool/throughput.ts";
import type { LiveAsker } from "./ask-live.ts";

/** A live model that is paid by the GPU hour, with what the store says of it when all is answered. */
export interface GpuRate {
  readonly model: string;
  /** Null: the rate is stated, and nothing is measured. */
  readonly measured: Throughput | null;
  /** US dollars per output token; null: too little was measured to tell. */
  readonly usdPerToken: number | null;
  /** Whether the model answered anything. */
  readonly heard: boolean;
}

/** Fewer in flight than this leave most of a GPU idle: it makes more tokens a second of more calls at a time. */
const FEW_IN_FLIGHT = 2;

/** What tokens of live models cost, from all tries that the store has of them by now. */
export function gpuRates(prices: ReadonlyMap<string, GpuPrice>, asked: ReadonlyMap<string, LiveAsker>): GpuRate[] {
  return [...asked].flatMap(([model, own]) => {
    const price = prices.get(model);
    if (!price) return [];
    const measured = price.outputTokensPerSecond === undefined ? own.throughput() : null;
    const rate = rateOf(price, measured);
    return [{ model, measured, usdPerToken: rate === null ? null : tokenPriceAt(price, rate).outputUsdPer1M / 1e6, heard: own.tally().heard }];
  });
}

/** What a reader should know of rates that were measured. */
export function gpuWarnings(rates: readonly GpuRate[]): string[] {
  return rates.flatMap(({ model, measured, usdPerToken, heard }) => {
    if (!measured || !heard) return [];
    if (usdPerToken === null)
      return [`what ${model} costs is not known yet: it is paid by the GPU hour, and its tokens per second are measured over ${FEWEST_ANSWERS} answers and ${FEWEST_TOKENS} output tokens or more (so far ${measured.answers} and ${measured.outputTokens}); price.outputTokensPerSecond states them`];
    return measured.inFlight < FEW_IN_FLIGHT ? [`${model} was measured with ${measured.inFlight.toFixed(1)} calls in flight on average: a GPU that serves more at a time makes more tokens an hour, so its cost here is an upper bound`] : [];
  });
}
