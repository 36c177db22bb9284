import { amount, bytesInWords, garbageInWords } from "../../amounts.ts";
import { openRuns } from "../../store-file.ts";
import type { World } from "../../world.ts";

interface RemoveFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

export async function removeCommand(ids: readonly string[], flags: RemoveFlags, world: World): Promise<number> {
  const store = await openRuns(flags, world);
  try {
    const dryRun = flags.dryRun === true;
    const { removed, garbage } = store.removeRuns(ids, dryRun);
    if (flags.json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, dryRun, removed, garbage }, null, 2)}\n`);
    else if (!flags.quiet) {
      const freed = garbage.bytes > 0 ? `${garbageInWords(garbage)} (about ${bytesInWords(garbage.bytes)})` : "nothing more: other runs need the rest";
      world.stdout.write(`${dryRun ? "would remove" : "removed"} ${amount(removed.length, "run")}: ${removed.join(", ")}\nwrp runs gc ${dryRun ? "would then free" : "frees"} ${freed}\n`);
    }
    return 0;
  } finally {
    store.close();
  }
}
