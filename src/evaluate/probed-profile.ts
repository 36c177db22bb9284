import type { Price } from "../model/config.ts";
import { isGpuPrice } from "../pool/gpu-price.ts";
import type { ShippedProfile } from "../model/profile.ts";
import type { MeasuredQuantiles, ProbeLevel } from "./probe.ts";

/** Who was measured, by whom, when. */
export interface Probed {
  /** Its name in the config. */
  readonly model: string;
  /** As the backend calls it. */
  readonly servedAs: string;
  readonly protocol: string;
  /** Host and port alone: a path or a user may tell more than a profile should. */
  readonly host: string;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly wrpVersion: string;
  readonly maxOutputTokens: number;
  /** What was asked, in words. */
  readonly prompts: string;
}

/**
 * What a simulated model draws from, as measured at one concurrency. What was not measured is left out and stays a gap, quality always: nothing was
 * graded. Null where no call was answered.
 *
 * @param levels all that were measured: how throughput grows with calls in flight
 */
export function probedProfile(level: ProbeLevel, levels: readonly ProbeLevel[], probed: Probed, price: Price | undefined): ShippedProfile | null {
  if (level.answered === 0) return null;
  return {
    source: sourceOf(level, probed),
    ...stated("outputTokens", level.outputTokens),
    ...stated("ttftMs", level.ttftMs),
    ...stated("tpotMs", level.tpotMs),
    errorRate: shareIn(level.errorRate?.value),
    rateLimitRate: shareIn(level.rateLimitRate?.value),
    ...throughputOf(level, levels),
    ...(price === undefined ? {} : { price: pricedAs(price) }),
  };
}

function sourceOf({ concurrency, calls, late, lateKept, lagMs }: ProbeLevel, { model, servedAs, protocol, host, measuredAt, wrpVersion, maxOutputTokens, prompts }: Probed): string {
  const name = model === servedAs ? model : `${model} (there ${servedAs})`;
  const parts = [
    `measured ${measuredAt.slice(0, 10)} by wrp ${wrpVersion} pool probe: ${name}, ${protocol} at ${host}`,
    `${calls} ${calls === 1 ? "call" : "calls"} at concurrency ${concurrency}, ${prompts}, answers of at most ${maxOutputTokens} tokens`,
    ...(late > 0 ? [lateKept ? `timings are no better than ${Math.ceil(lagMs ?? 0)} ms, since wrp was late` : `${late} timings left out, since wrp was late`] : []),
    "quality was not measured",
  ];
  return parts.join("; ");
}

function stated<K extends "outputTokens" | "ttftMs" | "tpotMs">(key: K, measured: MeasuredQuantiles | null): { [P in K]?: { quantiles: [number, number][] } } {
  return measured === null ? {} : ({ [key]: { quantiles: measured.quantiles } } as { [P in K]: { quantiles: [number, number][] } });
}

function throughputOf(level: ProbeLevel, levels: readonly ProbeLevel[]): Pick<ShippedProfile, "outputTokensPerSecond" | "throughput"> {
  const rateOf = ({ outputTokensPerSecond: rate }: ProbeLevel) => (rate ? Number(rate.toFixed(3)) : null);
  const own = rateOf(level);
  const all = levels.flatMap((one) => (rateOf(one) ? [{ concurrency: one.concurrency, outputTokensPerSecond: rateOf(one) as number }] : []));
  return { ...(own ? { outputTokensPerSecond: own } : {}), ...(all.length > 0 ? { throughput: all } : {}) };
}

function shareIn(value = 0): number {
  return Number(value.toFixed(6));
}

function pricedAs(price: Price): ShippedProfile["price"] {
  if (price === "free") return { inputUsdPer1M: 0, outputUsdPer1M: 0, source: "free, as the config says" };
  if (isGpuPrice(price)) return price;
  const { inputUsdPer1M, outputUsdPer1M, source = "config" } = price;
  return { inputUsdPer1M, outputUsdPer1M, source };
}
