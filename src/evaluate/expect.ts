import { listPrice } from "../lib/prices.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { ModelSpec, TokenPrice } from "../model/config.ts";
import type { Prompt } from "../model/prompt.ts";
import type { ReplacedPrice } from "../model/replaced-price.ts";
import { gpuPriceInWords, isGpuPrice } from "../pool/gpu-price.ts";
import { costOfTokens, ratesOf } from "../pool/priced.ts";
import { meanOfDistribution } from "../pool/simulated.ts";
import { tokenPriceUnder } from "../pool/replaced-prices.ts";
import { withTokens } from "../signals/tokens.ts";
import { knownMean } from "../stats/known-mean.ts";
import type { RunSettings } from "./parts.ts";

/** Outcomes that nobody saw, expected: costs from prices and tokens, latencies from means. What was logged stands as it is. */
export interface Expected {
  readonly columns: OutcomeColumns;
  /** How each model's expected figures came about, in words. */
  readonly sources: ReadonlyMap<string, string>;
}

type Batches = Iterable<readonly Prompt[]> | AsyncIterable<readonly Prompt[]>;

/** Tokens that an answer is taken to be long where nothing tells it. */
const ASSUMED_OUTPUT_TOKENS = 400;

/**
 * Fills the gaps of a log with expectations. Cost of a model on a prompt: its price on the prompt's input tokens (logged, else counted
 * in o200k) and on as many output tokens as the prompt's logged answer had; without one, the model's mean in the log, its profile's, or
 * 400. The price is the config's, else a dated list price; without any, the mean of the model's logged costs. Latency: the mean of the
 * model's logged calls, else its profile's TTFT and TPOT at those tokens. Quality is never expected.
 *
 * @param batches the prompts of the columns, in order
 * @param date whose list prices apply
 */
export async function expectedOutcomes(columns: OutcomeColumns, batches: Batches, { models, replaced = [] }: Pick<RunSettings, "models" | "replaced">, date: Date): Promise<Expected> {
  const rates = await Promise.all(columns.models.map((name, m) => rateOf(name, m, columns, { spec: models.find((spec) => spec.name === name), replaced: replaced.find((one) => one.model === name)?.to }, date)));
  const tokens = await tokensOf(batches, columns);
  const [costUsd, latencyMs] = [columns.costUsd, columns.latencyMs].map((table) => columns.models.map((_, m) => Float64Array.from({ length: columns.n }, (__, i) => table[m]?.[i] ?? NaN))) as [Float64Array[], Float64Array[]];
  const usedLength = columns.models.map(() => new Set<string>());
  columns.models.forEach((_, m) => {
    const { price, meanCostUsd, meanLatencyMs, ttftMs, tpotMs, profileTokens } = rates[m] as Rate;
    const meanTokens = mean(tokens.output[m] as Float64Array);
    for (let i = 0; i < columns.n; i++) {
      const logged = tokens.answered[i] as number;
      const [length, source] = !Number.isNaN(logged)
        ? [logged, "the logged answer's length"]
        : meanTokens !== null
          ? [meanTokens, "the model's mean length in the log"]
          : profileTokens !== null
            ? [profileTokens, "its profile's length"]
            : [ASSUMED_OUTPUT_TOKENS, `${ASSUMED_OUTPUT_TOKENS} tokens out, assumed`];
      const cost = costUsd[m] as Float64Array;
      if ((columns.failed[m] as Uint8Array)[i] === 1) continue; // what a failed call cost, and how long it took, is what the log says
      if (Number.isNaN(cost[i] as number)) {
        const input = tokens.input[i] as number;
        if (price && !Number.isNaN(input)) {
          cost[i] = costOfTokens(price, input, length);
          usedLength[m]?.add(source);
        } else if (meanCostUsd !== null) cost[i] = meanCostUsd;
      }
      const latency = latencyMs[m] as Float64Array;
      if (Number.isNaN(latency[i] as number)) latency[i] = meanLatencyMs ?? (ttftMs !== null && tpotMs !== null ? ttftMs + tpotMs * Math.max(0, length - 1) : NaN);
    }
  });
  const sources = new Map(columns.models.map((name, m) => [name, inWords(rates[m] as Rate, [...(usedLength[m] as Set<string>)])]));
  return { columns: { ...columns, costUsd, latencyMs: latencyMs.some((column) => column.some((v) => !Number.isNaN(v))) ? latencyMs : [] }, sources };
}

/** What a model's expectations are made of. */
interface Rate {
  readonly price: TokenPrice | null;
  readonly meanCostUsd: number | null;
  readonly meanLatencyMs: number | null;
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly profileTokens: number | null;
}

async function rateOf(name: string, m: number, columns: OutcomeColumns, { spec, replaced }: { readonly spec: ModelSpec | undefined; readonly replaced: ReplacedPrice["to"] | undefined }, date: Date): Promise<Rate> {
  const own = spec?.price === "free" ? { inputUsdPer1M: 0, outputUsdPer1M: 0, source: "free, as the config says" } : spec?.price;
  const rates = isGpuPrice(own) ? ratesOf(own) : null;
  const price = isGpuPrice(own) ? rates && { ...rates, source: gpuPriceInWords(own, null) } : own;
  return {
    price: tokenPriceUnder(replaced, price === undefined ? await listPrice(name, date) : price),
    meanCostUsd: typeof replaced === "object" && "usdPerCall" in replaced ? replaced.usdPerCall : mean(columns.costUsd[m] as Float64Array),
    meanLatencyMs: columns.latencyMs[m] ? mean(columns.latencyMs[m]) : null,
    ttftMs: meanOfDistribution(spec?.simulated?.ttftMs),
    tpotMs: meanOfDistribution(spec?.simulated?.tpotMs),
    profileTokens: meanOfDistribution(spec?.simulated?.outputTokens),
  };
}

function inWords({ price, meanCostUsd, meanLatencyMs, ttftMs }: Rate, lengths: readonly string[]): string {
  const cost = price
    ? `${price.source ?? "config"}: $${price.inputUsdPer1M} in, $${price.outputUsdPer1M} out per million tokens${lengths.length > 0 ? `, at ${lengths.join(" or ")}` : ""}`
    : meanCostUsd === null
      ? "unpriced"
      : "mean of its logged costs";
  const latency = meanLatencyMs !== null ? "mean of its logged latencies" : ttftMs !== null ? "its profile's latency" : "no latency known";
  return `expected where not logged: ${cost}; ${latency}`;
}

/** Input tokens of each prompt, output tokens of whatever answered it, and output tokens by model; NaN is a gap. */
async function tokensOf(batches: Batches, { n, models }: OutcomeColumns) {
  const gaps = () => new Float64Array(n).fill(NaN);
  const [input, answered, output] = [gaps(), gaps(), models.map(gaps)];
  let i = 0;
  for await (const read of batches)
    for (const prompt of await withTokens(read)) {
      const known = prompt.outcomes.find((outcome) => outcome.inputTokens !== null && outcome.error === null);
      input[i] = known?.inputTokens ?? prompt.inputTokens ?? NaN;
      for (const { model, outputTokens, error } of prompt.outcomes) {
        if (outputTokens === null || error !== null) continue;
        const column = output[models.indexOf(model)];
        if (column) column[i] = outputTokens;
        if (prompt.chosen === model || Number.isNaN(answered[i] as number)) answered[i] = outputTokens;
      }
      i++;
    }
  return { input, answered, output };
}

function mean(column: Float64Array): number | null {
  const known = knownMean(column);
  return Number.isNaN(known) ? null : known;
}
