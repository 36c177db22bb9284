import type { Command } from "commander";
import { append, collect, number, readOptions, shared, whole, type Outcome } from "./command-options.ts";
import type { World } from "./world.ts";

/** `wrp tune`. */
export function addTune(wrp: Command, world: World, outcome: Outcome): void {
  const tuning = wrp
    .command("tune")
    .summary("search the numbers of a policy, and judge the front on held-out prompts")
    .description("Searches thresholds, weights, lambdas and the numbers of gateway configs on the training part of a seeded split; the front is judged on the other part, with intervals, and each look at it is counted.")
    .argument("[data...]", "files, folders, globs; default: the config's datasets");
  readOptions(tuning)
    .option("--sample <n>", "keep n prompts of each part, chosen by seed", whole)
    .option("--train-share <share>", "share of the training part, in (0,1) (default: 0.5)", number)
    .optionsGroup("What to tune:")
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("--no-config", "leave wrp.yaml aside")
    .option("--policy <spec>", "a policy of the config, kind(key=value,…), or vsr:config.yaml; as it is, it is the default that others are compared with")
    .option("--knob <pattern>", "only numbers of this name, * is any text: 'signals.*.threshold'; repeatable", append)
    .option("--list", "list the numbers that may be tuned, and stop")
    .option("--models <names>", "only these models, by comma", collect)
    .option("--free <model>", "this model really costs nothing; repeatable", collect)
    .option("--missing <rule>", "a failed call is a gap, or failure-is-refusal (quality 0)")
    .option("--surrogate", "wrp's own models may read signals in place of those that a vsr config names")
    .option("--cv <folds>", "a policy that learns is fitted in so many folds of the training part while it is tuned (default: 5)", whole)
    .optionsGroup("How to search:")
    .option("--headless", "search without a terminal UI (there is none yet)")
    .option("--trials <n>", "trials of the search, and of random search beside it (default: 400); one threshold is swept over all its break points", whole)
    .option("--objective <names>", "quality,cost,latency (p95), the first decides what is best (default: quality,cost)", collect)
    .option("--subject-to <line>", "what a policy must keep: 'latencyMs.p95<2000'; repeatable", append)
    .option("--max-cost <usd>", "the same as costUsdPer1k <= USD", number)
    .option("--front <n>", "most policies of the front that are judged on held-out prompts (default: 8)", whole)
    .option("--margin <metric=value>", "differences within ± value are equivalent: quality=0.01", collect)
    .option("--seed <n>", "seed of the split, the search and the resamples (default: 1)", whole)
    .option("--resamples <n>", "bootstrap resamples of the held-out report, at least 200 (default: 2000)", whole)
    .optionsGroup("Output:")
    .option("--out <folder>", "the front as wrp.yaml files, report.html, tune.json and the trials; the same command goes on there (default: wrp-tune)")
    .option("--json", "print one JSON document, nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (data: string[], flags) => {
      const { tuneCommand } = await import("./commands/tune.ts");
      outcome.exitCode = await tuneCommand(data, flags, world);
    });
  shared(tuning);
}

const EXAMPLES = `
Examples:
  wrp tune --list --policy vsr:config.yaml
  wrp tune --headless outcomes.jsonl --policy 'threshold(threshold=500)'
  wrp tune --headless outcomes.jsonl --policy vsr:config.yaml --trials 400 --subject-to 'latencyMs.p95<2000' --max-cost 5
  wrp export -c wrp-tune/front-1.wrp.yaml -o tuned.yaml
`;
