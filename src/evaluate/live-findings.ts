import { hash } from "node:crypto";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Report } from "../model/report.ts";
import type { LiveHost, LiveTally } from "./ask-live.ts";

/** Why a run without --live has no outcome of a prompt. */
export const NOT_ASKED = "not asked yet";

/** A run in which more than this share of a live model's outcomes failed cannot be judged. */
const MOST_FAILED = 0.1;

/** What a report must say of its live models. */
export interface LiveFindings {
  readonly warnings: readonly string[];
  /** Whether outcomes are missing that were asked for, or too many failed: the run decides nothing then, unless a gate failed. */
  readonly undecided: boolean;
}

export function liveFindings(tallies: readonly LiveTally[], { models, failed, n }: OutcomeColumns): LiveFindings {
  const warnings: string[] = [];
  let undecided = false;
  for (const { model, missing, late, answered } of tallies) {
    for (const [why, count] of missing) {
      if (why !== NOT_ASKED) undecided = true;
      warnings.push(why === NOT_ASKED ? `${model} has no stored answer to ${count} of ${n} prompts: --live asks for them` : `${model} was not called for ${count} of ${n} prompts: ${why}`);
    }
    const failures = failed[models.indexOf(model)]?.reduce((sum, f) => sum + f, 0) ?? 0;
    if (failures > 0) warnings.push(`${failures} of ${n} calls of ${model} failed: --retry-failed asks again`);
    if (failures > MOST_FAILED * n) undecided = true;
    if (late > 0) warnings.push(`${late} of ${answered} timings of ${model} were taken while wrp itself was late: call fewer at a time (--concurrency)`);
  }
  return { warnings, undecided };
}

/** A run that is undecided says so, in words and by its exit code. */
export function decidedBy(verdict: Report["verdict"], { undecided }: LiveFindings): Report["verdict"] {
  return undecided && verdict !== "fail" ? "inconclusive" : verdict;
}

/** What a run's calls came to. */
export function liveTiming(tallies: readonly LiveTally[], { spentUsd, capUsd }: ReturnType<LiveHost["spent"]>): NonNullable<Report["timing"]["live"]> {
  const models = tallies.map(({ model, answered, failed, late, missing }) => ({ model, answered, failed, late, notCalled: [...missing.values()].reduce((sum, count) => sum + count, 0) }));
  return { spentUsd, capUsd, models };
}

/** Hash of what live models answered: unlike other answers it grows from run to run, under the same settings. Null where there are none. */
export function liveHash({ models, quality, costUsd, latencyMs, ttftMs, failed }: OutcomeColumns, live: readonly string[]): string | null {
  if (live.length === 0) return null;
  const columns = live.flatMap((name) => {
    const m = models.indexOf(name);
    return [quality, costUsd, latencyMs, ttftMs, failed].map((table) => table[m]).flatMap((column) => (column ? [hash("sha256", new Uint8Array(column.buffer, column.byteOffset, column.byteLength), "hex")] : ["none"]));
  });
  return hash("sha256", columns.join("\n"), "hex");
}
