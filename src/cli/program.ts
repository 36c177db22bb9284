import { Command, InvalidArgumentError, Option } from "commander";
import { wrpVersion } from "./manifest.ts";
import type { World } from "./world.ts";

/** Where a command leaves its exit code. */
export interface Outcome {
  exitCode: number;
}

const SHORT = `wrp replays prompts through routing policies and reports cost, latency, quality,
privacy and safety, with intervals.

  wrp init                              write a wrp.yaml, and data to try it with
  wrp eval outcomes.jsonl               judge every model and the controls
  wrp eval data/*.csv -o report.html    the same as one HTML page
  wrp route "Why is the sky blue?"      which model, and why

Commands: init, check, eval, compare, report, route, runs, pool, import, schema, completion
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
    .option("--format <name>", "importer by name (wrp help formats lists them); found by looking inside")
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
    .optionsGroup("Live models:")
    .option("--live", "call the config's live models for what the store does not have; otherwise nothing leaves this machine")
    .option("--max-cost <usd>", "hard cap of what the calls may cost (default: a little over twice the estimate's upper end)", number)
    .option("--dry-run", "stop after the estimate of what --live would call and cost")
    .option("--retry-failed", "ask anew for what failed before")
    .optionsGroup("Running:")
    .option("--seed <n>", "seed of sampling, splits and resamples (default: 1)", whole)
    .option("--resamples <n>", "bootstrap resamples, at least 200 (default: 2000)", whole)
    .option("-j, --concurrency <n>", "batches of answers read at a time (default: 16); live calls in flight over all models (default: 256)", whole)
    .option("--no-content", "keep prompts, references and answers out of the store: hashes and figures only")
    .option("--fresh", "compute anew what the store already has")
    .option("--resume <run>", "go on under this run's id; what is stored is never computed twice, with or without")
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
    .option("--policy <policy>", "only this policy: a name, or kind(key=value,…)")
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

  addRuns(wrp, world, outcome);

  addPool(wrp, world, outcome);

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

  const init = wrp
    .command("init")
    .summary("write a wrp.yaml that works at once")
    .description("Writes a commented wrp.yaml for the data of this folder; where there is none, made-up prompts with outcomes to try things out.")
    .option("-y, --yes", "ask nothing (nothing is asked either where stdin is no terminal, or in CI)")
    .option("--force", "write over the wrp.yaml that is there; nothing else is ever written over")
    .addHelpText("after", "\nExamples:\n  wrp init\n  wrp init --yes --force\n")
    .action(async (flags) => {
      const { initCommand } = await import("./commands/init.ts");
      outcome.exitCode = await initCommand(flags, world);
    });

  common(init);

  const check = wrp
    .command("check")
    .summary("list everything wrong with a config and its data")
    .description("Checks the config and its data, or the data named, without running anything: every problem with its place, warnings too.")
    .argument("[data...]", "files, folders, globs; default: the config's datasets")
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("--no-config", "leave wrp.yaml aside")
    .option("--format <name>", "github: annotations of a pull request; or an importer, as in wrp eval; repeatable", append)
    .option("--map <columns>", "a generic table: prompt=question,quality.gpt-4=gpt4_score,…", collect)
    .option("--strict", "warnings are errors: exit 2")
    .option("--json", "print one JSON document, nothing else")
    .addHelpText("after", "\nExamples:\n  wrp check\n  wrp check outcomes.jsonl data/\n  wrp check --strict --format github\n\nExit codes: 0 usable, 2 not (or --strict and a warning)\n")
    .action(async (data: string[], flags) => {
      const { checkCommand } = await import("./commands/check.ts");
      outcome.exitCode = await checkCommand(data, flags, world);
    });

  common(check);

  const schema = wrp
    .command("schema")
    .summary("print a JSON Schema: report, config, dataset or check")
    .argument("<name>", "report, config, dataset or check")
    .action(async (name: string) => {
      const { schemaCommand } = await import("./commands/schema.ts");
      outcome.exitCode = schemaCommand(name, world);
    });
  common(schema);

  const completion = wrp
    .command("completion")
    .summary("print a completion script: bash, zsh or fish")
    .description("Prints a script that completes commands, options, files, and the names of policies and runs that are here.")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", COMPLETION_HELP)
    .action(async (shell: string) => {
      const { completionCommand } = await import("./commands/completion.ts");
      outcome.exitCode = completionCommand(shell, wrp, world);
    });
  common(completion);

  wrp
    .command("__complete", { hidden: true })
    .helpOption(false)
    .argument("[what]")
    .argument("[words...]")
    .action(async (what: string | undefined, words: string[]) => {
      const { completeCommand } = await import("./commands/complete.ts");
      outcome.exitCode = await completeCommand(what, words, world);
    });

  wrp
    .command("help")
    .summary("help on a command, or on: exit-codes, environment, metrics, profiles, formats, command")
    .argument("[topic]")
    .action(async (topic: string | undefined) => {
      const command = wrp.commands.find((c) => c.name() === topic);
      if (topic === undefined) wrp.outputHelp();
      else if (command) command.outputHelp();
      else world.stdout.write(await (await import("./topics.ts")).topics(topic));
    });
  return wrp;
}

/** `wrp runs …`: what the store has, and its upkeep. */
function addRuns(wrp: Command, world: World, outcome: Outcome): void {
  const runs = wrp
    .command("runs")
    .summary("list, show, remove, export and import stored runs")
    .description("Stored runs: what there is, what it takes, and how it travels.")
    .addHelpText("after", RUNS_EXAMPLES)
    .action((_, command: Command) => {
      const [first] = command.args;
      if (first === undefined) command.outputHelp();
      else if (first.startsWith("-")) command.error(`error: unknown option '${first}'`);
      else (command as unknown as { unknownCommand(): never }).unknownCommand();
    })
    .allowUnknownOption()
    .allowExcessArguments();

  const list = runs
    .command("list")
    .summary("the runs, newest first")
    .description("Lists the runs, newest first. Where stdout is no terminal: tab-separated, one run a line, without a head: id, time, status, workload, prompts, policies, seed, verdict, version.")
    .option("-n, --limit <n>", "no more than n", whole)
    .option("--json", "print one JSON document, nothing else")
    .action(async (flags) => {
      const { listCommand } = await import("./commands/runs/list.ts");
      outcome.exitCode = await listCommand(flags, world);
    });
  shared(list);

  const show = runs
    .command("show")
    .summary("all that is known of one run")
    .argument("[run]", "run id, or its beginning", "latest")
    .option("--json", "print one JSON document, nothing else")
    .action(async (run: string, flags) => {
      const { showCommand } = await import("./commands/runs/show.ts");
      outcome.exitCode = await showCommand(run, flags, world);
    });
  shared(show);

  const remove = runs
    .command("rm")
    .summary("remove runs")
    .description("Removes runs, all that are named or none. What they alone needed goes with wrp runs gc.")
    .argument("<run...>", "run ids, or their beginnings")
    .option("--dry-run", "only say what would be removed")
    .option("--json", "print one JSON document, nothing else")
    .action(async (ids: string[], flags) => {
      const { removeCommand } = await import("./commands/runs/rm.ts");
      outcome.exitCode = await removeCommand(ids, flags, world);
    });
  shared(remove);

  const garbage = runs
    .command("gc")
    .summary("remove what no run needs, and shrink the file")
    .description(
      "Removes reports, decisions, workloads and recorded outcomes that no run needs, and makes the file smaller. What a running run uses is kept; so is what an interrupted or failed one stored, and simulated and live answers, unless asked for.",
    )
    .option("--all", "also what only failed and interrupted runs need")
    .option("--answers", "also simulated and live answers to prompts that no run needs: live ones were paid for")
    .option("--dry-run", "only say what would be removed")
    .option("--json", "print one JSON document, nothing else")
    .action(async (flags) => {
      const { collectCommand } = await import("./commands/runs/gc.ts");
      outcome.exitCode = await collectCommand(flags, world);
    });
  shared(garbage);

  const exporting = runs
    .command("export")
    .summary("write a run with all it needs to one file")
    .description("Writes a run with its prompts, outcomes, decisions and report to one file of JSON lines (gzip where the name ends in .gz) for wrp runs import.")
    .argument("<run>", "run id, or its beginning")
    .requiredOption("-o, --output <file>", "file to write: .jsonl.gz or .jsonl, or - for stdout")
    .option("--no-content", "leave texts of prompts and answers out: hashes and figures only")
    .option("--json", "print one JSON document about the file, nothing else")
    .action(async (run: string, flags) => {
      const { exportCommand } = await import("./commands/runs/export.ts");
      outcome.exitCode = await exportCommand(run, flags, world);
    });
  shared(exporting);

  const importing = runs
    .command("import")
    .summary("add exported runs to the store")
    .description("Adds exported runs to the store. A damaged file, or one that is no run, changes nothing; importing again changes nothing.")
    .argument("<file...>", "files by wrp runs export")
    .option("--json", "print one JSON document, nothing else")
    .action(async (files: string[], flags) => {
      const { importRunsCommand } = await import("./commands/runs/import.ts");
      outcome.exitCode = await importRunsCommand(files, flags, world);
    });
  shared(importing);
}

/** `wrp pool …`: the live models of a config. */
function addPool(wrp: Command, world: World, outcome: Outcome): void {
  const pool = wrp
    .command("pool")
    .summary("measure live models")
    .description("The live models of a config: what they are like.")
    .addHelpText("after", POOL_EXAMPLES)
    .action((_, command: Command) => {
      const [first] = command.args;
      if (first === undefined) command.outputHelp();
      else if (first.startsWith("-")) command.error(`error: unknown option '${first}'`);
      else (command as unknown as { unknownCommand(): never }).unknownCommand();
    })
    .allowUnknownOption()
    .allowExcessArguments();

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
    .option("--max-cost <usd>", "hard cap of what the calls may cost (default: the estimate's upper end)", number)
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

const RUNS_EXAMPLES = `
Examples:
  wrp runs list
  wrp runs show 7f3a
  wrp runs export 7f3a -o run.wrp.jsonl.gz
  wrp runs import run.wrp.jsonl.gz --store other.db
  wrp runs rm 7f3a && wrp runs gc
`;

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

const COMPLETION_HELP = `
Examples:
  wrp completion bash
  wrp completion fish

Install:
  bash   echo 'source <(wrp completion bash)' >> ~/.bashrc
  zsh    echo 'source <(wrp completion zsh)' >> ~/.zshrc    (behind compinit)
  fish   wrp completion fish > ~/.config/fish/completions/wrp.fish
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
