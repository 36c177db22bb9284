import { stopIfAsked } from "../../../evaluate/interrupt.ts";
import { WrpError } from "../../../model/errors.ts";
import { readRunFile } from "../../../outcomes/read-run-file.ts";
import type { ImportedRun } from "../../../outcomes/store.ts";
import { amount } from "../../amounts.ts";
import { loadConfig } from "../../load-config.ts";
import { openForWriting, storeFile } from "../../store-file.ts";
import { textLines } from "../../text-lines.ts";
import type { World } from "../../world.ts";

interface ImportFlags {
  readonly json?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

export async function importRunsCommand(files: readonly string[], flags: ImportFlags, world: World): Promise<number> {
  const path = storeFile(flags.store, loadConfig(undefined, world.cwd), world.cwd);
  const between = () => stopIfAsked(world.signal, "no run shows before all of it is there: the same command goes on from there");
  const imported: (ImportedRun & { readonly file: string })[] = [];
  for (const name of files) {
    if (name === "-") throw new WrpError("a run is imported from a file, which is read twice", { hint: "save stdin to a file first" });
    const file = await readRunFile(name, async function* () {
      for await (const line of textLines(name, world.cwd)) {
        if (line.number % 512 === 0) await between();
        yield line;
      }
    });
    // Opened for each: a file that is no good makes no store.
    const store = await openForWriting(path, world.cwd);
    try {
      const one = await store.importRun(file, between);
      imported.push({ file: name, ...one });
      if (!flags.json && !flags.quiet) world.stdout.write(inWords(one));
    } finally {
      store.close();
    }
  }
  if (flags.json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, imported }, null, 2)}\n`);
  return 0;
}

function inWords({ run, known, prompts, texts, saved }: ImportedRun): string {
  const answers = `${amount(saved.answersNew, "answer")} new, ${saved.answersKnown.toLocaleString("en-US")} known`;
  return `${known ? "already there: run" : "imported run"} ${run} (${amount(prompts, "prompt")}${texts ? "" : " without texts"}; ${answers})\n`;
}
