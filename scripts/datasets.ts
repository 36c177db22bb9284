/**
 * Makes datasets/routellm-mmlu.jsonl.gz from RouteLLM's MMLU outcomes: figures only, no prompt text.
 *
 *   npm run datasets -- PATH_TO_ROUTELLM/routellm/evals/mmlu
 *
 * The folder holds responses/mmlu_*.csv (or the same CSVs directly) and contaminated_prompts.jsonl.
 */
import { existsSync, globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { listPrice } from "../src/lib/prices.ts";
import { tokenCounter } from "../src/lib/tokens.ts";
import { openWorkload } from "../src/workload/index.ts";

/** The day whose list prices apply: both models were on offer then. */
const PRICED_ON = new Date("2026-11-23T00:00:00Z");
/** RouteLLM asks for one letter. What else a model writes is not recorded: this many output tokens are assumed. */
const ASSUMED_OUTPUT_TOKENS = 1;
/** The name in the data → the name in the price list. */
const MODELS = { "mistralai/Mixtral-8x7B-Instruct-v0.1": "mixtral-8x7b-instruct-v0.1", "gpt-4-1106-preview": "gpt-4-1106-preview" };

const folder = process.argv[2] ?? "../shared/data/routellm-mmlu";
const excluded = join(folder, "contaminated_prompts.jsonl");
const csv = globSync(join(folder, "{,responses/}*.csv")).sort();
if (csv.length === 0 || !existsSync(excluded)) throw new Error(`${folder} does not hold RouteLLM's MMLU files`);

const prices = new Map<string, { inputUsdPer1M: number; outputUsdPer1M: number; source: string }>();
for (const [model, listed] of Object.entries(MODELS)) {
  const price = await listPrice(listed, PRICED_ON);
  if (!price) throw new Error(`no list price of ${listed}`);
  prices.set(model, price);
  process.stdout.write(`${model}: $${price.inputUsdPer1M} in, $${price.outputUsdPer1M} out per million tokens (${price.source})\n`);
}

const workload = await openWorkload({ inputs: csv, exclude: [excluded], format: "routellm", seed: 1, cwd: process.cwd() });
const countTokens = await tokenCounter();
const lines: string[] = [];
const seen = new Map<string, number>();
for await (const prompts of workload.batches())
  for (const prompt of prompts) {
    const repeat = (seen.get(prompt.hash) ?? 0) + 1;
    seen.set(prompt.hash, repeat);
    const inputTokens = countTokens(prompt.messages?.map((m) => m.content).join("\n") ?? "");
    const outcomes = Object.fromEntries(
      prompt.outcomes.map(({ model, quality }) => {
        const price = prices.get(model) as { inputUsdPer1M: number; outputUsdPer1M: number };
        const costUsd = (inputTokens * price.inputUsdPer1M + ASSUMED_OUTPUT_TOKENS * price.outputUsdPer1M) / 1e6;
        return [model, { quality, costUsd: Number(costUsd.toPrecision(6)) }];
      }),
    );
    lines.push(
      JSON.stringify({
        id: repeat === 1 ? prompt.hash.slice(0, 12) : `${prompt.hash.slice(0, 12)}-${repeat}`,
        promptHash: prompt.hash,
        dataset: String(prompt.meta["subject"]),
        lengthCodePoints: prompt.lengthCodePoints,
        inputTokens,
        outcomes,
      }),
    );
  }
const bytes = gzipSync(`${lines.join("\n")}\n`, { level: 9 });
writeFileSync("datasets/routellm-mmlu.jsonl.gz", bytes);
process.stdout.write(`datasets/routellm-mmlu.jsonl.gz: ${lines.length} prompts, ${bytes.length} bytes\n`);
