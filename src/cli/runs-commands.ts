import type { Command } from "commander";
import { group, shared, whole, type Outcome } from "./command-options.ts";
import type { World } from "./world.ts";

/** `wrp runs …`: what the store has, and its upkeep. */
export function addRuns(wrp: Command, world: World, outcome: Outcome): void {
  const runs = wrp
    .command("runs")
    .summary("list, show, remove, export and import stored runs")
    .description("Stored runs: what there is, what it takes, and how it travels.")
    .addHelpText("after", RUNS_EXAMPLES);
  group(runs, () => runs.outputHelp());

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
      "Removes reports, decisions, workloads and recorded outcomes that no run needs, and makes the file smaller. What a running run uses is kept; so are what an interrupted or failed one stored, simulated and live answers, and what embedders and classifiers answered, unless asked for.",
    )
    .option("--all", "also what only failed and interrupted runs need")
    .option("--answers", "also simulated and live answers to prompts that no run needs: live ones were paid for")
    .option("--outputs", "also what embedders and classifiers on this machine answered: it is computed again where it is needed")
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

const RUNS_EXAMPLES = `
Examples:
  wrp runs list
  wrp runs show 7f3a
  wrp runs export 7f3a -o run.wrp.jsonl.gz
  wrp runs import run.wrp.jsonl.gz --store other.db
  wrp runs rm 7f3a && wrp runs gc
`;
