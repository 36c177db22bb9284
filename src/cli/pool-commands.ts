import type { Command } from "commander";
import { collect, common, group, number, whole, type Outcome } from "./command-options.ts";
import type { World } from "./world.ts";

/** `wrp pool …`: the live models of a config. */
export function addPool(wrp: Command, world: World, outcome: Outcome): void {
  const pool = wrp
    .command("pool")
    .summary("measure live models")
    .description("The live models of a config: what they are like.")
    .addHelpText("after", POOL_EXAMPLES);
  group(pool, () => pool.outputHelp());

  const probe = pool
    .command("probe")
    .summary("measure a live model, and write a profile for offline runs")
    .description(
      "Calls a live model of the config at each concurrency in turn and measures: TTFT from when the connection stood, TPOT, output tokens, throughput, errors and 429s, with 95 % intervals. Nothing is tried again. The profile that it writes lets later runs simulate the model offline. Quality is not measured.",
    )
    .argument("<model>", "a live model of the config")
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("-j, --concurrency <list>", "calls in flight, one level after the other (default: 1,4,16)", collect)
    .option("--calls <n>", "calls at each level (default: 30)", whole)
    .option("--prompts <file>", "ask the prompts of this file, any that wrp reads, instead of wrp's own", collect)
    .option("--max-output-tokens <n>", "longest answer (default: 128, or the model's own limit where that is lower)", whole)
    .option("--cached", "ask the prompts as they are: otherwise each call begins with a mark of its own, so that no prefix cache answers")
    .option("--profile-at <n>", "the concurrency that the profile stands for (default: the first)", whole)
    .option("--max-cost <usd>", "hard cap of what the calls may cost (default: a little over twice the estimate's upper end)", number)
    .option("--dry-run", "stop after the estimate")
    .option("--seed <n>", "seed of the sample of --prompts (default: 1)", whole)
    .option("--json", "print one JSON document, nothing else")
    .option("-o, --output <file>", "write the profile: .json or .yaml, or - for stdout")
    .addHelpText("after", POOL_EXAMPLES)
    .action(async (model: string, flags) => {
      const { probeCommand } = await import("./commands/pool/probe.ts");
      outcome.exitCode = await probeCommand(model, flags, world);
    });
  common(probe);
}

const POOL_EXAMPLES = `
Examples:
  wrp pool probe small --dry-run
  wrp pool probe small -o small.json            then: simulated: {profile: ./small.json}
  wrp pool probe small --concurrency 8,32 --calls 200 --profile-at 32 -o small.yaml
  wrp pool probe small --prompts mine.jsonl --max-output-tokens 512 --max-cost 0.50
`;
