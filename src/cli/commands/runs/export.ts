import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { stopIfAsked } from "../../../evaluate/interrupt.ts";
import type { RunConfig } from "../../../evaluate/parts.ts";
import { WrpError } from "../../../model/errors.ts";
import { bytesInWords } from "../../amounts.ts";
import { checkWritable, isStdout, writeWhole } from "../../files.ts";
import { wrpVersion } from "../../manifest.ts";
import { openRuns } from "../../store-file.ts";
import type { World } from "../../world.ts";

interface ExportFlags {
  readonly output: string;
  /** False for --no-content. */
  readonly content: boolean;
  readonly json?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

export async function exportCommand(id: string, flags: ExportFlags, world: World): Promise<number> {
  const { output } = flags;
  if (output !== "-" && !/\.jsonl(\.gz)?$/i.test(output))
    throw new WrpError("a run is exported as JSON lines", { place: { file: output }, hint: "end the name in .jsonl.gz or .jsonl, or write to -" });
  if (flags.json && isStdout(output)) throw new WrpError("stdout can carry one document (asked for: --json, -o -)", { hint: "give the export a file: -o run.wrp.jsonl.gz" });
  checkWritable(output, world.cwd);
  const store = await openRuns(flags, world);
  try {
    const run = store.findRun(id);
    if (!flags.content) refuseReaders(run.id, JSON.parse(run.config) as RunConfig);
    const pieces = store.exportRun(run.id, { texts: flags.content, wrpVersion: wrpVersion(), between: () => stopIfAsked(world.signal, "nothing was written: give the same command again") });
    if (output === "-") {
      for await (const piece of pieces) world.stdout.write(piece);
      return 0;
    }
    await writeWhole(output, world.cwd, output.toLowerCase().endsWith(".gz") ? gzipped(pieces) : pieces);
    const bytes = statSync(resolve(world.cwd, output)).size;
    if (flags.json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, run: run.id, file: output, bytes, texts: flags.content }, null, 2)}\n`);
    else if (!flags.quiet) world.stderr.write(`wrote ${output} (${bytesInWords(bytes)}) · wrp runs import ${output}\n`);
    return 0;
  } finally {
    store.close();
  }
}

async function* gzipped(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(pieces);
  const gzip = source.pipe(createGzip());
  source.on("error", (error) => gzip.destroy(error));
  for await (const chunk of gzip) yield chunk as Uint8Array;
}

/** Where a simulated model's grades hang on texts, they could not be looked up again without them. Throws WrpError. */
function refuseReaders(id: string, { settings }: RunConfig): void {
  for (const { name, simulated } of settings.models) {
    const slices = typeof simulated?.quality === "object" ? simulated.quality.slices : undefined;
    const reader = Array.isArray(slices) ? slices.find(({ when }) => /\b(text|messages)\b/.test(when)) : undefined;
    if (reader) throw new WrpError(`run ${id} cannot be exported without texts: the simulated model "${name}" reads them (${reader.when})`, { hint: "leave --no-content away" });
  }
}
