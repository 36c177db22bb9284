import { asRead, redecide } from "../../evaluate.ts";
import { WrpError } from "../../model/errors.ts";
import { reportSchema } from "../../model/report.ts";
import { exitCodeOf } from "../continuous-integration.ts";
import { deliver, deliveryOf } from "../deliver.ts";
import { checkNotInput } from "../files.ts";
import { loadConfig } from "../load-config.ts";
import { openExisting, storeFile } from "../store-file.ts";
import type { World } from "../world.ts";

interface ReportFlags {
  readonly json?: boolean;
  readonly output?: string[];
  readonly withContent?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

export async function reportCommand(runId: string, flags: ReportFlags, world: World): Promise<number> {
  const delivery = deliveryOf(flags, world);
  const store = await openExisting(flags.store ?? storeFile(undefined, loadConfig(undefined, world.cwd), world.cwd), world.cwd);
  try {
    const run = store.findRun(runId);
    const stored = run.reportKey === null ? null : store.findReport(run.reportKey);
    if (!stored)
      throw new WrpError(`run ${run.id} has no report: it ${run.status === "failed" ? "failed" : "did not finish"}`, {
        hint: `give the same wrp eval again, with --resume ${run.id} to keep its id: what was stored is not computed twice`,
      });
    if (!reportSchema.safeParse({ ...stored, run: { ...stored.run, id: run.id } }).success)
      throw new WrpError(`run ${run.id} was stored by another version of wrp, whose report this one cannot read`, { hint: "give the same wrp eval again: its outcomes are kept" });
    const report = asRead({ ...stored, run: { ...stored.run, id: run.id, createdAt: run.createdAt } }, run);
    for (const file of delivery.files) checkNotInput(file, world.cwd, report.workload.files, world.cwd);
    await deliver(report, () => redecide(run, { store, clockMs: world.clockMs, signal: world.signal }), delivery, store, world);
    return exitCodeOf(report.verdict); // what it prints is what it says
  } finally {
    store.close();
  }
}
