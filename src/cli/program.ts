import { Command } from "commander";
import { append, collect, common, dataOptions, gates, group, number, shared, whole, type Outcome } from "./command-options.ts";
import { wrpVersion } from "./manifest.ts";
import { addPool } from "./pool-commands.ts";
import { addRuns } from "./runs-commands.ts";
import { TOPICS } from "./topics.ts";
import { addTune } from "./tune-command.ts";
import type { World } from "./world.ts";

const SURROGATE = "wrp's own models may read signals in place of those that a vsr config names: it may decide otherwise, and every report says so";

const SHORT = `wrp replays prompts through routing policies and reports cost, latency, quality,
privacy and safety, with intervals.

  wrp init                              write a wrp.yaml, and data to try it with
  wrp eval outcomes.jsonl               judge every model and the controls
  wrp eval data/*.csv -o report.html    the same as one HTML page
  wrp route "Why is the sky blue?"      which model, and why

Commands: init, check, eval, train, tune, compare, report, route, export, runs, pool, import, schema, completion
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
    .addHelpText("after", AFTER_HELP);
  group(wrp, () => world.stdout.write(SHORT));

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
    .option("--policy <spec>", "a policy: kind, kind(key=value,…), e.g. 'mix(weights={a: 0.7, b: 0.3})', or vsr:config.yaml; repeatable", append)
    .option("--cv <folds>", "policies that learn (wrp help learned) are fitted in so many folds, each prompt decided by what was fitted on the others (default: 5; with --split test: fitted on the training part)", whole)
    .option("--shots <model=k>", "policies that learn see k training outcomes of this model, drawn by the seed, as of one that is new; its own figures stay whole; repeatable", append)
    .option("--allow-seen", "policies that wrp train wrote may be judged on prompts that they were trained on: reports say so")
    .option("--surrogate", SURROGATE)
    .option("--free <model>", "this model really costs nothing; repeatable", collect)
    .option("--price <model=price>", "replay at another price, with no new call: gpt-4=10/30 (USD per million tokens in, out), gpt-4=0.01/call, gpt-4=free, or 'gpt-4=*0.5' (times what it cost); repeatable", append)
    .option("--perturb <kinds>", "ask policies that read texts again on copies of prompts written otherwise: typos,case,paraphrase", collect)
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
    .option("--router-hour-usd <usd>", "what an hour of the machine that routes costs: overhead is then told in USD too", number)
    .option("--lambda <per-usd>", "regret's price of quality: u = quality - lambda · cost in USD", number)
    .optionsGroup("Live models:")
    .option("--live", "call the config's live models for what the store does not have; otherwise nothing leaves this machine")
    .option("--repeat <k>", "answers to each prompt by each live or simulated model; their spread is told apart from that between prompts (default: 1)", whole)
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
    .option("--request <file>", "a whole chat request as JSON: messages, tools, metadata, user, max_tokens …")
    .option("--meta <key=value>", "metadata that rules may read; repeatable", append)
    .option("--tag <name>", "a tag that rules may read; repeatable", append)
    .option("--run <run>", "take models and figures from this run", "latest")
    .option("--policy <policy>", "only this policy: a name, kind(key=value,…), or vsr:config.yaml")
    .option("--signals <file>", "signals as this JSON file gives them, in place of computed ones")
    .option("--surrogate", SURROGATE)
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
    .addHelpText("after", "\nExample:\n  wrp import scores.csv --map prompt=question,quality.gpt-4=score -o scores.jsonl\n")
    .action(async (data: string[], flags) => {
      const { importCommand } = await import("./commands/import.ts");
      outcome.exitCode = await importCommand(data, flags, world);
    });

  dataOptions(importing);
  common(importing);

  const training = wrp
    .command("train")
    .summary("fit a learned policy, and keep it in a file")
    .description("Fits a policy that learns (wrp help learned) on all of the data, and writes it into one file: what it was fitted to, its models, seed and data. As a policy it is KIND:FILE.")
    .argument("<policy>", "a kind that learns, KIND(key=value,…), or a policy of the config")
    .argument("[data...]", "files, folders, globs; default: the config's datasets")
    .requiredOption("-o, --output <file>", "file to write, e.g. router.safetensors")
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("--no-config", "leave wrp.yaml aside")
    .option("--models <names>", "only these models, by comma", collect)
    .option("--free <model>", "this model really costs nothing; repeatable", collect)
    .option("--missing <rule>", "a failed call is a gap, or failure-is-refusal (quality 0)")
    .option("--json", "print one JSON document, nothing else")
    .addHelpText("after", "\nExamples:\n  wrp train 'knn(k=31)' outcomes.jsonl --split train -o knn.safetensors\n  wrp eval outcomes.jsonl --split test --policy knn:knn.safetensors\n  wrp route 'Why is the sky blue?' --policy 'knn:knn.safetensors(lambda=20)'\n")
    .action(async (policy: string, data: string[], flags) => {
      const { trainCommand } = await import("./commands/train.ts");
      outcome.exitCode = await trainCommand(policy, data, flags, world);
    });

  dataOptions(training);
  shared(training);

  addTune(wrp, world, outcome);

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
    .argument("[data...]", "files, folders, globs, configs of vLLM Semantic Router; default: the config's datasets and policies")
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("--no-config", "leave wrp.yaml aside")
    .option("--format <name>", "text, json, github (annotations of a pull request) or sarif; or an importer, as in wrp eval; repeatable", append)
    .option("--map <columns>", "a generic table: prompt=question,quality.gpt-4=gpt4_score,…", collect)
    .option("--surrogate", SURROGATE)
    .option("--probes <file>", "run the probes of a vLLM Semantic Router recipe in place of a check: which hold, fail, or cannot be determined")
    .option("--policy <spec>", "what --probes are run over: a policy by name, or vsr:config.yaml; repeatable (default: the config's of kind vsr, or config.yaml beside the probes)", append)
    .option("--strict", "warnings are errors: exit 2")
    .option("--json", "print one JSON document, nothing else")
    .addHelpText("after", "\nExamples:\n  wrp check\n  wrp check outcomes.jsonl data/\n  wrp check config.yaml prompts.jsonl  (a config of vLLM Semantic Router: wrp help lint)\n  wrp check --strict --format github\n  wrp check --probes probes.yaml --policy vsr:config.yaml\n\nExit codes: 0 usable, 2 not (or --strict and a warning); of probes: 0 hold, 1 too few, 3 that cannot be determined\n")
    .action(async (data: string[], flags) => {
      const { checkCommand } = await import("./commands/check.ts");
      outcome.exitCode = await checkCommand(data, flags, world);
    });

  common(check);

  const exporting = wrp
    .command("export")
    .summary("write a tuned policy back in its gateway's own form")
    .description(
      "Writes the config of a policy of kind vsr with the numbers that the policy sets, and shows what changes. All else stays as it is written: comments, order, quotes. What is written is read again and must decide the same.",
    )
    .option("-c, --config <file>", "config; default wrp.yaml where there is one")
    .option("--no-config", "leave wrp.yaml aside")
    .option("--policy <policy>", "a policy by name, or vsr:config.yaml(set={PATH: VALUE}); default: the config's only one of kind vsr")
    .option("-o, --output <file>", "file to write, or - for stdout; without it only the changes are shown")
    .option("--force", "write over the policy's own config")
    .option("--list", "list the numbers that can be set, with their paths")
    .option("--json", "print one JSON document, nothing else")
    .addHelpText("after", "\nExamples:\n  wrp export --policy tuned -o tuned.yaml\n  wrp export --policy vsr:config.yaml --list\n  wrp export --policy 'vsr:config.yaml(set={decisions.legal.priority: 120})'\n")
    .action(async (flags) => {
      const { exportCommand } = await import("./commands/export.ts");
      outcome.exitCode = await exportCommand(flags, world);
    });

  common(exporting);

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
    .summary(`help on a command, or on: ${TOPICS.join(", ")}`)
    .argument("[topic]")
    .action(async (topic: string | undefined) => {
      const command = wrp.commands.find((c) => c.name() === topic);
      if (topic === undefined) wrp.outputHelp();
      else if (command) command.outputHelp();
      else world.stdout.write(await (await import("./topics.ts")).topics(topic));
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

const COMPLETION_HELP = `
Examples:
  wrp completion bash
  wrp completion fish

Install:
  bash   echo 'source <(wrp completion bash)' >> ~/.bashrc
  zsh    echo 'source <(wrp completion zsh)' >> ~/.zshrc    (behind compinit)
  fish   wrp completion fish > ~/.config/fish/completions/wrp.fish
`;
