import type { Price, TokenPrice } from "../model/config.ts";
import type { GpuPrice } from "../model/gpu-price.ts";
import { isEnough, type Throughput } from "./throughput.ts";

const SECONDS_AN_HOUR = 3600;

export function isGpuPrice(price: Price | null | undefined): price is GpuPrice {
  return typeof price === "object" && price !== null && "gpuHourUsd" in price;
}

/** What a token costs where so many are made a second. Input costs nothing by itself: reading it is part of the time that the output takes. */
export function tokenPriceAt({ gpuHourUsd, gpus = 1 }: GpuPrice, outputTokensPerSecond: number): TokenPrice {
  return { inputUsdPer1M: 0, outputUsdPer1M: ((gpuHourUsd * gpus) / SECONDS_AN_HOUR / outputTokensPerSecond) * 1e6 };
}

/** Output tokens a second as stated, else as measured; null where too little was measured to tell. */
export function rateOf({ outputTokensPerSecond }: GpuPrice, measured: Throughput | null): number | null {
  return outputTokensPerSecond ?? (measured && isEnough(measured) ? measured.outputTokensPerSecond : null);
}

/** GPU hours of so many output tokens. */
export function gpuHoursOf({ gpus = 1 }: GpuPrice, outputTokens: number, outputTokensPerSecond: number): number {
  return (outputTokens / outputTokensPerSecond / SECONDS_AN_HOUR) * gpus;
}

/** A price by the hour in words, with what it comes to where the rate is known. */
export function gpuPriceInWords(price: GpuPrice, measured: Throughput | null): string {
  const { gpuHourUsd, gpus = 1, outputTokensPerSecond, rateFrom = "stated" } = price;
  const hourly = `config: $${gpuHourUsd} per GPU hour${gpus === 1 ? "" : ` × ${gpus} GPUs`}`;
  const rate = rateOf(price, measured);
  if (rate === null) return `${hourly}; output tokens per second are measured from its answers${measured ? `: too few yet (${measured.answers} with ${measured.outputTokens} tokens)` : ""}`;
  const from = outputTokensPerSecond === undefined && measured ? `measured over ${shown(measured.answers)} answers with ${shown(measured.inFlight)} calls in flight on average` : rateFrom;
  return `${hourly} at ${shown(rate)} output tokens per second, ${from}: $${Number(tokenPriceAt(price, rate).outputUsdPer1M.toPrecision(4))} per million output tokens, input in it; intervals take that rate as given`;
}

function shown(value: number): string {
  return Number(value.toPrecision(value < 1000 ? 3 : 4)).toLocaleString("en-US");
}
