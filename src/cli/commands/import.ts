import { resolve } from "node:path";
import { Writable } from "node:stream";
import { exportWorkload, openWorkload } from "../../workload/index.ts";
import { WrpError } from "../../model/errors.ts";
import { checkNotInput, checkWritable, isStdout } from "../files.ts";
import { loadConfig } from "../load-config.ts";
import { workloadOptions, type EvalFlags } from "../settings.ts";
import type { World } from "../world.ts";

export async function importCommand(data: readonly string[], flags: Omit<EvalFlags, "output"> & { output: string }, world: World): Promise<number> {
  checkWritable(flags.output, world.cwd);
  if (!isStdout(flags.output) && !/\.(jsonl|ndjson)(\.gz)?$/i.test(flags.output))
    throw new WrpError("wrp import writes JSONL", { place: { file: flags.output }, hint: "end the name in .jsonl or .jsonl.gz, or write to -" });
  const { output, ...rest } = flags;
  const options = workloadOptions(data, rest, loadConfig(false, world.cwd), world.cwd);
  const workload = await openWorkload(options);
  checkNotInput(output, world.cwd, [...workload.files, ...(options.exclude ?? []).map((name) => ({ name }))], options.cwd);
  const target = isStdout(output) ? toStdout(world) : resolve(world.cwd, output);
  const prompts = await exportWorkload(workload, target);
  if (!flags.quiet) {
    for (const warning of workload.summary().warnings) world.stderr.write(`warning: ${warning}\n`);
    world.stderr.write(`wrote ${prompts.toLocaleString("en-US")} prompts${isStdout(output) ? "" : ` to ${output}`}\n`);
  }
  return 0;
}

function toStdout(world: World): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      world.stdout.write(chunk.toString());
      done();
    },
  });
}
