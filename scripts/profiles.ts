/**
 * Makes datasets/profiles.json: profiles of simulated models, fitted to the calls that ray-project/llmperf-leaderboard published.
 *
 *   npm run profiles -- PATH_TO/provider-latency
 *
 * TTFT and TPOT are quantiles of the calls that succeeded; TPOT is (end to end - TTFT) / (output tokens - 1), since the file's own
 * inter-token latency has the first token in it. 429 and other errors are shares of all calls. Prices are list prices of the day below.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { listPrice } from "../src/lib/prices.ts";
import { shippedProfileSchema, type ShippedProfile } from "../src/model/profile.ts";
import { quantileLinear } from "../src/stats/quantiles.ts";

/** The day whose list prices apply. */
const PRICED_ON = new Date("2026-11-23T00:00:00Z");
const SHARES = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
/** Where the provider measured is not in the price list, another's price of the same model stands in, and is named. */
const PRICED_AS: Readonly<Record<string, readonly [model: string, provider: string]>> = {
  "groq/70b": ["llama2-70b-4096", "groq"],
  "together/70b": ["meta-llama/Llama-2-70b-chat-hf", "together"],
  "together/13b": ["meta-llama/Llama-2-13b-chat-hf", "together"],
  "together/7b": ["meta-llama/Llama-2-7b-chat-hf", "together"],
  "7b": ["meta-llama/Llama-2-7b-chat-hf", "together"],
  "13b": ["meta-llama/llama-2-13b-chat", "openrouter"],
  "70b": ["meta-llama/llama-2-70b-chat", "openrouter"],
};
/** MMLU, 5-shot, of the base models: Touvron et al. 2023 (arXiv 2307.09288), table 3. One figure for every kind of prompt: a config that knows better states its own. */
const QUALITY: Readonly<Record<string, number>> = { "7b": 0.453, "13b": 0.548, "70b": 0.689 };

interface Call {
  readonly error_code: number | null;
  readonly ttft_s: number;
  readonly end_to_end_latency_s: number;
  readonly number_output_tokens: number;
}

const folder = process.argv[2] ?? "../shared/data/provider-latency";
const files = globSync(join(folder, "individual", "*.json")).sort();
if (files.length === 0) throw new Error(`${folder} does not hold llmperf-leaderboard's individual calls`);
const profiles: Record<string, ShippedProfile> = {};
for (const file of files) {
  const [provider, size] = basename(file, ".json").split("_") as [string, string];
  const calls = JSON.parse(readFileSync(file, "utf8")) as Call[];
  const served = calls.filter((call) => call.error_code === null);
  const limited = calls.filter((call) => call.error_code === 429).length;
  profiles[`llama-2-${size}@${provider}`] = shippedProfileSchema.parse({
    source: `latency and errors: ${calls.length} calls of 550 tokens in, about 150 out (ray-project/llmperf-leaderboard 27aa9b6); quality: MMLU 5-shot (arXiv 2307.09288, table 3)`,
    quality: QUALITY[size],
    outputTokens: quantiles(served.map((call) => call.number_output_tokens), 0),
    ttftMs: quantiles(served.map((call) => call.ttft_s * 1000), 1),
    tpotMs: quantiles(served.map((call) => ((call.end_to_end_latency_s - call.ttft_s) / (call.number_output_tokens - 1)) * 1000), 2),
    errorRate: share(calls.length - served.length - limited, calls.length),
    rateLimitRate: share(limited, calls.length),
    price: await priceOf(provider, size),
  });
}
writeFileSync("datasets/profiles.json", `${JSON.stringify(profiles, null, 2).replace(/\[\s+([\d.]+),\s+([\d.]+)\s+\]/g, "[$1, $2]")}\n`);
process.stdout.write(`datasets/profiles.json: ${Object.keys(profiles).length} profiles\n`);

function quantiles(values: readonly number[], decimals: number): ShippedProfile["ttftMs"] {
  const sorted = Float64Array.from(values).sort();
  return { quantiles: SHARES.map((p) => [p, Number(quantileLinear(sorted, p).toFixed(decimals))]) };
}

function share(count: number, of: number): number {
  return Number((count / of).toFixed(4));
}

async function priceOf(provider: string, size: string): Promise<ShippedProfile["price"]> {
  const own = PRICED_AS[`${provider}/${size}`];
  const [model, seller] = own ?? (PRICED_AS[size] as readonly [string, string]);
  const price = await listPrice(model, PRICED_ON, seller);
  if (!price) throw new Error(`no list price of ${model} at ${seller}`);
  const { inputUsdPer1M, outputUsdPer1M } = price;
  return { inputUsdPer1M, outputUsdPer1M, source: own ? price.source : `${price.source} (${provider} has no list price)` };
}
