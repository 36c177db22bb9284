import { hash } from "node:crypto";
import { failedCalls, type OutcomeColumns } from "../model/columns.ts";
import type { Report } from "../model/report.ts";
import { withRemotes } from "../outcomes/remote-columns.ts";
import type { LiveHost, LiveTally } from "./ask-live.ts";
import type { Fit } from "./gather.ts";
import type { Compared } from "./grading.ts";
import type { Silent } from "./silent.ts";
import { shareWithoutVectors, withoutVectors } from "./without-vectors.ts";

/** Why a run without --live has no outcome of a prompt. */
export const NOT_ASKED = "not asked yet";

/** A run in which more than this share of a live model's outcomes failed cannot be judged. */
const MOST_FAILED = 0.1;
/** Whoever waited for a backend may name a request of its own in each message. */
const MOST_WHYS = 3;

/** What a report must say of its live models. */
export interface LiveFindings {
  readonly warnings: readonly string[];
  /** Whether outcomes are missing that were asked for, or too many failed: the run decides nothing then, unless a gate failed. */
  readonly undecided: boolean;
}

export function liveFindings(tallies: readonly LiveTally[], silent: readonly Silent[], columns: OutcomeColumns, fit: Pick<Fit, "columns" | "live" | "compared"> | null = null, compared: Compared | null = null): LiveFindings {
  const { models, n, samples, remotes = [] } = columns;
  const tables = withRemotes(columns);
  const warnings: string[] = [];
  let undecided = silent.length > 0;
  for (const { model, why } of silent) warnings.push(`${model} answered none of ${n} prompts and ${isRemote(columns, model) ? "has no figures in" : "is left out of"} this report${why === null ? "" : `: ${why}`}`);
  for (const { model, missing, late, answered } of tallies) {
    const m = models.indexOf(model);
    const calls = n * (samples?.models[m] ? samples.perPrompt : 1);
    const all = calls === n ? `${n} prompts` : `${calls} answers to ${n} prompts`;
    const notAsked = missing.get(NOT_ASKED) ?? 0;
    if (notAsked > 0) warnings.push(`${model} ${calls === n ? `has no stored answer to ${notAsked} of ${all}` : `has ${notAsked} of ${all} not stored`}: --live asks for them`);
    const whys = [...missing].filter(([why]) => why !== NOT_ASKED).toSorted(([, a], [, b]) => b - a);
    if (whys.length > 0) undecided = true;
    for (const [why, count] of whys.slice(0, MOST_WHYS)) warnings.push(`${model} has no outcome of ${count} of ${all}: ${why}`);
    const others = whys.slice(MOST_WHYS).reduce((sum, [, count]) => sum + count, 0);
    if (others > 0) warnings.push(`${model} has no outcome of ${others} more of ${all}, for other reasons (--jsonl has each)`);
    const failures = failedCalls(tables, [...models, ...remotes.map(({ name }) => name)].indexOf(model));
    if (failures > 0) warnings.push(`${failures} of ${calls} calls of ${model} failed: --retry-failed asks again`);
    if (failures > MOST_FAILED * calls) undecided = true;
    if (late > 0) warnings.push(`${late} of ${answered} timings of ${model} were taken while wrp itself was late: call fewer at a time (--concurrency)`);
  }
  warnings.push(...withoutVectors(compared));
  if (shareWithoutVectors(compared) > MOST_FAILED) undecided = true;
  if (!fit) return { warnings, undecided };
  const trained = liveFindings(fit.live, [], fit.columns, null, fit.compared);
  return { warnings: [...warnings, ...trained.warnings.map((warning) => `training part: ${warning}`)], undecided: undecided || trained.undecided };
}

function isRemote({ remotes = [] }: OutcomeColumns, name: string): boolean {
  return remotes.some((one) => one.name === name);
}

/** A run that is undecided says so, in words and by its exit code. */
export function decidedBy(verdict: Report["verdict"], { undecided }: LiveFindings): Report["verdict"] {
  return undecided && verdict !== "fail" ? "inconclusive" : verdict;
}

/** What a run's calls came to, those on a training part too. */
export function liveTiming(tallies: readonly LiveTally[], { spentUsd, capUsd }: ReturnType<LiveHost["spent"]>): NonNullable<Report["timing"]["live"]> {
  const models = [...new Set(tallies.map(({ model }) => model))].map((model) => {
    const own = tallies.filter((tally) => tally.model === model);
    const sum = (count: (tally: LiveTally) => number) => own.reduce((total, tally) => total + count(tally), 0);
    return { model, answered: sum((tally) => tally.answered), failed: sum((tally) => tally.failed), late: sum((tally) => tally.late), notCalled: sum(({ missing }) => [...missing.values()].reduce((a, b) => a + b, 0)) };
  });
  return { spentUsd, capUsd, models };
}

/** Hash of what live models answered: unlike other answers it grows from run to run, under the same settings. Null where there are none. */
export function liveHash({ models, quality, costUsd, latencyMs, ttftMs, failed, samples, remotes = [] }: OutcomeColumns, live: readonly string[]): string | null {
  if (live.length === 0) return null;
  const columns = live.flatMap((name) => {
    const own = remotes.find((one) => one.name === name);
    const m = models.indexOf(name);
    const several = samples?.models[m];
    if (own) return [own.quality, own.costUsd, own.latencyMs, own.ttftMs, own.failed, own.served.index, own.decision.index].map(hashOf).concat(JSON.stringify([own.served.values, own.decision.values]));
    return [...[quality, costUsd, latencyMs, ttftMs, failed].map((table) => table[m]), ...(several ? Object.values<Uint8Array | Int32Array | Float64Array>({ ...several }) : [])].flatMap((column) => (column ? [hashOf(column)] : ["none"]));
  });
  return hash("sha256", columns.join("\n"), "hex");
}

function hashOf({ buffer, byteOffset, byteLength }: Float64Array | Int32Array | Uint8Array): string {
  return hash("sha256", new Uint8Array(buffer, byteOffset, byteLength), "hex");
}
