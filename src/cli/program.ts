import { Command, InvalidArgumentError, Option } from "commander";
import { wrpVersion } from "./manifest.ts";
import { topics } from "./topics.ts";
import type { World } from "./world.ts";

/** Where a command leaves its exit code. */
export interface Outcome {
  exitCode: number;
}

const SHORT = `wrp replays prompts through routing policies and reports cost, latency, quality,
privacy and safety, with intervals.

  wrp eval outcomes.jsonl               judge every model and the controls
  wrp eval data/*.csv -o report.html    the same as one HTML page
  wrp route "Why is the sky blue?"      which model, and why

Commands: eval, compare, report, route, import, schema
More: wrp COMMAND --help, wrp --help, wrp help exit-codes
`;

/** The command tree. Handlers are loaded when they run, so that help stays instant. */
export function program(world: World, outcome: Outcome): Command {
  const wrp = new Command("wrp");
  wrp
    .exitOverride() // before .command(): usage errors must reach us, to exit 2
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => (world.argv.includes("--json") ? undefined : world.stderr.write(text)), // failure.ts says it as JSON
      getOutHelpWidth: () => (world.stdout.isTTY ? world.stdout.columns : 80),
      getErrHelpWidth: () => (world.stderr.isTTY ? world.stderr.columns : 80),
    })
    .description("Offline routing evaluator for LLM systems: what will a policy cost, how good will it be, how long will people wait?")
    .version(wrpVersion(), "-V, --version")
    .showSuggestionAfterError()
    .helpCommand(false)
    .addHelpText("after", AFTER_HELP)
    .action((_, command: Command) => {
      const [first] = command.args;
      if (first === undefined) world.stdout.write(SHORT);
      else if (first.startsWith("-")) command.error(`error: unknown option '${first}'`);
      else (command as unknown as { unknownCommand(): never }).unknownCommand(); // commander's own words, with what was perhaps meant
    })
    .allowUnknownOption() // those of an unknown command: the command is what is wrong
    .allowExcessArguments();

  const evaluate = wrp
    .command("eval")
    .summary("replay a workload through policies and report")
    .description("Replays prompts with recorded outcomes through every single model, the config's policies and the controls.")
    .argument("[data...]", "files, folders, globs (JSONL, JSON, CSV, Parquet; gzip too)")
    .optionsGroup("Data:")
    .option("--format <name>", "importer: wrp, routellm, routerbench, table, litellm, otel-genai, envoy-ai-gateway, aibrix, vsr-replay; found by looking inside")
    .option("--map <columns>", "a generic table: prompt=question,quality.gpt-4=gpt4_score,cost.gpt-4=…", collect)
    .option("--where <cel>", "keep prompts for which this CEL expression is true")
    .option("--exclude <file>", "leave out the prompts listed there, by exact text", collect)
    .option("--sample <n>", "keep n prompts, chosen by seed", whole)
    .option("--split <part>", "keep one side of a seeded split; hull and best single come from the other: train or test")
    .option("--train-share <share>", "share of the training part, in (0,1) (default: 0.5)", number)
    .optionsGroup("What to judge:")
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("--no-config", "leave wrp.yaml aside")
    .option("--models <names>", "only these models, by comma", collect)
    .option("--policy <spec>", "a policy: kind or kind(key=value,…), e.g. 'mix(weights={a: 0.7, b: 0.3})'; repeatable", append)
    .option("--free <model>", "this model really costs nothing; repeatable", collect)
    .option("--reference <policy>", "compare the others with this one; default: your first policy, else the best single")
    .option("--objective <names>", "what the frontier stands on: cost,quality,latency,privacy,safety", collect)
    .option("--margin <metric=value>", "differences within ± value are equivalent: quality=0.01", collect)
    .option("--slo <metric=ms>", "count goodput: calls within latencyMs=2000,ttftMs=500", collect)
    .option("--missing <rule>", "a failed call is a gap, or failure-is-refusal (quality 0)")
    .option("--aiq-range <low,high>", "fixed cost range of AIQ, USD per 1,000 prompts")
    .option("--gate [expression]", "a line to stay on the right side of: 'quality >= baseline - 0.01'; alone: the config must have gates; repeatable", gates)
    .option("--no-gates", "leave the config's gates aside")
    .option("--bless", "write the baseline file that gates compare with, from this run")
    .option("--baseline <file>", "the baseline file (default: wrp.baseline.jsonl beside the config)")
    .option("--lambda <per-usd>", "regret's price of quality: u = quality - lambda · cost in USD", number)
    .optionsGroup("Running:")
    .option("--seed <n>", "seed of sampling, splits and resamples (default: 1)", whole)
    .option("--resamples <n>", "bootstrap resamples, at least 200 (default: 2000)", whole)
    .option("-j, --concurrency <n>", "batches of answers read at a time (default: 16)", whole)
    .option("--fresh", "compute anew what the store already has")
    .optionsGroup("Output:")
    .option("--json", "print the report document, nothing else")
    .option("--jsonl", "print typed events as they happen, the report last")
    .option("-o, --output <file>", "write the report by ending: .html .md .json .svg .csv .xml (JUnit); decisions: .jsonl .decisions.csv; repeatable", append)
    .option("--with-content", "carry prompt texts in reports also in CI")
    .addHelpText("after", EVAL_EXAMPLES)
    .action(async (data: string[], flags) => {
      const { evalCommand } = await import("./commands/eval.ts");
      outcome.exitCode = await evalCommand(data, flags, world);
    });

  shared(evaluate);

  const report = wrp
    .command("report")
    .summary("render a stored run again")
    .description("Renders a run from the store: as a table, or into files.")
    .argument("[run]", "run id, or its beginning", "latest")
    .option("--json", "print the report document, nothing else")
    .option("-o, --output <file>", "as in wrp eval; repeatable", append)
    .option("--with-content", "carry prompt texts in reports also in CI")
    .addHelpText("after", "\nExamples:\n  wrp report\n  wrp report 7f3a -o report.html -o decisions.jsonl\n")
    .action(async (run: string, flags) => {
      const { reportCommand } = await import("./commands/report.ts");
      outcome.exitCode = await reportCommand(run, flags, world);
    });

  shared(report);

  const route = wrp
    .command("route")
    .summary("route one prompt and say why")
    .description("Routes one prompt: the model, the rule and every fact behind it, expected cost and latency with their source.")
    .argument("[prompt]", "the prompt; read from stdin where it is not given")
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("--messages <file>", "a chat instead of one text: JSON [{role, content}, …]")
    .option("--meta <key=value>", "metadata that rules may read; repeatable", append)
    .option("--tag <name>", "a tag that rules may read; repeatable", append)
    .option("--run <run>", "take models and figures from this run", "latest")
    .option("--policy <name>", "only this policy: a name, or kind(key=value,…)")
    .option("--all", "every policy, controls too")
    .option("--json", "print one JSON document, nothing else")
    .addHelpText("after", "\nExamples:\n  wrp route 'Prove that there are infinitely many primes.'\n  wrp route --messages chat.json --all --json\n")
    .action(async (prompt: string | undefined, flags) => {
      const { routeCommand } = await import("./commands/route.ts");
      outcome.exitCode = await routeCommand(prompt, flags, world);
    });

  shared(route);

  const compare = wrp
    .command("compare")
    .summary("compare two policies, or two runs, prompt by prompt")
    .description("Paired differences of two policies with intervals and verdicts, by slice, and the prompts behind them. Differences are the first minus the second.")
    .argument("<a>", "a policy of --run, a run (id, its beginning, latest), or RUN:POLICY")
    .argument("<b>", "what it is compared with")
    .option("--run <run>", "the run whose policies are named", "latest")
    .option("--policy <name>", "of two runs, this policy; default: each one's first configured policy")
    .option("--margin <metric=value>", "differences within ± value are equivalent: quality=0.01", collect)
    .option("--prompts <n>", "name at most n of the prompts that differ (default: 50)", whole)
    .option("--seed <n>", "seed of the resamples (default: that of the first run)", whole)
    .option("--resamples <n>", "bootstrap resamples, at least 200 (default: 2000)", whole)
    .option("--json", "print one JSON document, nothing else")
    .option("-o, --output <file>", "write the comparison by ending: .html .md .json; .csv: the prompts that differ; repeatable", append)
    .option("--with-content", "carry prompt texts also in CI")
    .addHelpText("after", "\nExamples:\n  wrp compare new-rules old-rules\n  wrp compare latest 7f3a --policy house -o comparison.html\n")
    .action(async (a: string, b: string, flags) => {
      const { compareCommand } = await import("./commands/compare.ts");
      outcome.exitCode = await compareCommand(a, b, flags, world);
    });

  shared(compare);

  const importing = wrp
    .command("import")
    .summary("write data in wrp's own JSONL")
    .description("Reads data as wrp eval does and writes wrp's own JSONL (gzip where the name ends in .gz).")
    .argument("<data...>", "files, folders, globs")
    .requiredOption("-o, --output <file>", "file to write, or - for stdout")
    .option("--format <name>", "importer; found by looking inside")
    .option("--map <columns>", "a generic table: prompt=question,quality.gpt-4=gpt4_score,…", collect)
    .option("--where <cel>", "keep prompts for which this CEL expression is true")
    .option("--exclude <file>", "leave out the prompts listed there, by exact text", collect)
    .option("--sample <n>", "keep n prompts, chosen by seed", whole)
    .option("--split <part>", "keep one side of a seeded split: train or test")
    .option("--train-share <share>", "share of the training part, in (0,1)", number)
    .option("--seed <n>", "seed of sampling and splits (default: 1)", whole)
    .addHelpText("after", "\nExample:\n  wrp import scores.csv --map prompt=question,quality.gpt-4=score -o scores.jsonl\n")
    .action(async (data: string[], flags) => {
      const { importCommand } = await import("./commands/import.ts");
      outcome.exitCode = await importCommand(data, flags, world);
    });

  common(importing);

  const schema = wrp
    .command("schema")
    .summary("print a JSON Schema: report, config or dataset")
    .argument("<name>", "report, config or dataset")
    .action(async (name: string) => {
      const { schemaCommand } = await import("./commands/schema.ts");
      outcome.exitCode = schemaCommand(name, world);
    });
  common(schema);

  wrp
    .command("help")
    .summary("help on a command, or on: exit-codes, environment, metrics, profiles, command")
    .argument("[topic]")
    .action(async (topic: string | undefined) => {
      const command = wrp.commands.find((c) => c.name() === topic);
      if (topic === undefined) wrp.outputHelp();
      else if (command) command.outputHelp();
      else world.stdout.write(await topics(topic));
    });
  return wrp;
}

const AFTER_HELP = `
Examples:
  wrp eval outcomes.jsonl
  wrp eval data/*.csv --exclude contaminated.jsonl -o report.html
  wrp eval scores.csv --map prompt=question,quality.gpt-4=gpt4_score
  wrp route "Why is the sky blue?"

Exit codes: 0 ran, 1 a gate failed, 2 could not run, 3 inconclusive, 130 interrupted
More: wrp COMMAND --help, wrp help exit-codes, wrp help environment, wrp help metrics, wrp help command
`;

const EVAL_EXAMPLES = `
Examples:
  wrp eval outcomes.jsonl -o report.html
  wrp eval bench/*.csv --where 'meta.eval_name == "mbpp"' --json
  wrp eval log.csv --map prompt=q,quality.a=score_a,quality.b=score_b --reference a
  wrp eval data/ --split test --policy 'threshold(fact=prompt.lengthCodePoints,strongShare=0.3)'
`;

/** Options that every command has. */
function common(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .optionsGroup("Everywhere:")
    .addOption(new Option("--color <when>", "colour").choices(["auto", "always", "never"]).default("auto"))
    .option("-q, --quiet", "errors only")
    .option("--debug", "stacks and causes of errors");
}

/** Options of the commands that open the store. */
function shared(command: Command): Command {
  return common(command).option("--store <file>", "where outcomes are kept (default: .wrp/wrp.db)");
}

function append(value: string, held: string[] | undefined): string[] {
  return [...(held ?? []), value];
}

/** Repeatable, and by comma. */
function collect(value: string, held: string[] | undefined): string[] {
  const parts = value.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) throw new InvalidArgumentError("must not be empty.");
  return [...(held ?? []), ...parts];
}

/** Repeatable, with or without a value. */
function gates(value: string | true, held: (string | true)[] | boolean | undefined): (string | true)[] {
  return [...(Array.isArray(held) ? held : []), value];
}

function whole(value: string): number {
  const parsed = number(value);
  if (!Number.isSafeInteger(parsed) || parsed < 0) throw badNumber(value, "a whole number ≥ 0");
  return parsed;
}

function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() === "" || !Number.isFinite(parsed)) throw badNumber(value, "a number");
  return parsed;
}

function badNumber(value: string, wanted: string): Error {
  return new InvalidArgumentError(`must be ${wanted} (got "${value}").`);
}
