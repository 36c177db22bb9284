import { stopIfAsked } from "../../../evaluate/interrupt.ts";
import { bytesInWords, garbageInWords } from "../../amounts.ts";
import { openRuns } from "../../store-file.ts";
import type { World } from "../../world.ts";

interface CollectFlags {
  readonly all?: boolean;
  readonly answers?: boolean;
  readonly outputs?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

export async function collectCommand(flags: CollectFlags, world: World): Promise<number> {
  const store = await openRuns(flags, world);
  try {
    const dryRun = flags.dryRun === true;
    const options = { all: flags.all === true, answers: flags.answers === true, outputs: flags.outputs === true, dryRun };
    const collected = await store.collectGarbage(options, () => stopIfAsked(world.signal, "what was removed is gone, the rest is whole: the same command goes on from there"));
    const { removed, bytesBefore, bytesAfter, uncompacted } = collected;
    if (flags.json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, dryRun, ...collected }, null, 2)}\n`);
    else if (!flags.quiet) {
      const sizes = dryRun
        ? `${bytesInWords(bytesBefore)} now${removed.bytes > 0 ? `, about ${bytesInWords(removed.bytes)} less then` : ""}`
        : `${bytesInWords(bytesBefore)} before, ${bytesInWords(bytesAfter)} after`;
      world.stdout.write(`${dryRun ? "would remove" : "removed"} ${garbageInWords(removed)}\n${sizes}\n`);
    }
    if (uncompacted !== null && !flags.quiet) world.stderr.write(`the file is not made smaller yet, because ${uncompacted}: its free pages are used first; wrp runs gc again later shrinks it\n`);
    return 0;
  } finally {
    store.close();
  }
}
