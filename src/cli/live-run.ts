import type { LiveEvent } from "../evaluate/ask-live.ts";
import { estimateLive, type Gradable, type LiveEstimate } from "../evaluate/estimate.ts";
import { liveModels } from "../evaluate/live-models.ts";
import type { RunSettings } from "../evaluate.ts";
import type { Baseline } from "../model/baseline.ts";
import { WrpError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import type { FlowEvent } from "../pool/flow/flow.ts";
import type { TokenMemo } from "../signals/tokens.ts";
import type { OpenedWorkload } from "../workload/index.ts";
import { amount, usd } from "./amounts.ts";
import { openLive, type LiveCalls } from "./live-host.ts";
import { liveProgress } from "./live-progress.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { ProgressLine } from "./progress.ts";
import type { EvalFlags } from "./settings.ts";
import type { World } from "./world.ts";

const SHOWN_EVERY_MS = 1000;

/** What a live run may do: prepared, told, and within its cap. Null after a dry run, which ends with the estimate. */
export async function prepareLive(
  { settings, loaded, flags, workloads, store, baseline }: { readonly settings: RunSettings; readonly baseline: Baseline | null; readonly loaded: LoadedConfig; readonly flags: EvalFlags; readonly workloads: readonly OpenedWorkload[]; readonly store: OutcomeStore },
  progress: ProgressLine,
  world: World,
): Promise<(LiveCalls & { readonly tokens: TokenMemo }) | null> {
  if (liveModels(settings).length === 0) throw new WrpError("no model of the config is live, and no policy is a live router", { hint: "models: [{name: mine, live: {url: http://localhost:8000/v1}}]; wrp schema config has the rest" });
  const again = flags.retryFailed === true;
  const { models: estimates, grading, tokens } = await estimateLive(workloads, { settings, store, again, placeOf: loaded.placeOf, blessedModels: baseline?.header.models ?? [], signal: world.signal });
  const warning = gradingInWords(grading, estimates);
  const maxCostUsd = capOf(estimates, flags.maxCost ?? loaded.config.maxCostUsd);
  if (flags.dryRun) {
    world.stdout.write(flags.json ? `${JSON.stringify({ schemaVersion: 1, estimate: estimates, grading, maxCostUsd })}\n` : `${estimateInWords(estimates, maxCostUsd)}${warning}`);
    return null;
  }
  if (!flags.quiet) world.stderr.write(`${estimateInWords(estimates, maxCostUsd)}${warning}`);
  const shown = liveProgress(estimates.slice(0, liveModels(settings).length).reduce((sum, { calls }) => sum + calls, 0), estimates.some(({ mostUsd, gpu }) => mostUsd !== null && !gpu), world.clockMs);
  const show = () => progress.say(() => shown.words(calls.inFlight(), calls.budget()));
  const tell = (event: LiveEvent | ({ readonly model: string } & FlowEvent)) => {
    if (flags.jsonl) world.stdout.write(`${JSON.stringify(event)}\n`);
    if (event.type === "outcome") shown.add(event);
    else if (event.type === "circuit" && event.to === "open" && !flags.quiet) {
      progress.clear();
      world.stderr.write(`warning: ${event.model} is not called ${event.forGood ? "any more" : "for now"}: ${event.reason}\n`);
    }
    show();
  };
  const calls = await openLive(settings, loaded, { maxCostUsd, inFlight: flags.concurrency, again, tell }, world);
  // The first answer may be long in coming.
  const ticking = setInterval(show, SHOWN_EVERY_MS).unref();
  const waiting = () => {
    const left = calls.inFlight();
    progress.clear();
    if (left > 0 && !flags.quiet) world.stderr.write(`interrupted: waiting for ${amount(left, "call")} in flight, 30 s at most; interrupt again to stop at once\n`);
  };
  world.signal.addEventListener("abort", waiting, { once: true });
  return {
    ...calls,
    tokens,
    async close() {
      clearInterval(ticking);
      world.signal.removeEventListener("abort", waiting);
      await calls.close();
    },
  };
}

/** What the calls of a run came to, in a line. */
export function callsInWords({ timing: { live, embedder }, models, policies }: Report): string {
  if (!live) return "";
  const count = (what: "answered" | "failed" | "notCalled") => live.models.reduce((sum, model) => sum + model[what], 0);
  const [answered, failed, notCalled] = [count("answered"), count("failed"), count("notCalled")];
  const parts = [`${amount(answered + failed, "outcome")} asked for`, ...(failed > 0 ? [`${failed} failed`] : []), ...(notCalled > 0 ? [`${notCalled} not called`] : [])];
  const isUnpriced = (asked: string) => models.some(({ name, priceSource }) => name === asked && priceSource === "unpriced") || policies.some(({ name, remote, costUsdPer1k }) => name === asked && remote !== undefined && costUsdPer1k === null);
  const unpriced = live.models.filter((one) => one.answered + one.failed > 0 && isUnpriced(one.model)).map(({ model }) => model);
  const spent = `${usd(live.spentUsd)} spent${live.capUsd === null ? "" : ` of ${usd(live.capUsd)}`}`;
  const hourly = live.models.filter((one) => one.answered + one.failed > 0 && models.some(({ name, priceSource }) => name === one.model && priceSource.includes(" per GPU hour"))).map(({ model }) => model);
  const besides = hourly.length === 0 ? "" : ` (the GPU hours of ${hourly.join(", ")} are not in it)`;
  return `live: ${parts.join(", ")} · ${unpriced.length === 0 ? spent : `${live.spentUsd > 0 ? `${spent}, and ` : ""}an unknown cost of ${unpriced.join(", ")} (unpriced)`}${besides}\n${embedder && embedder.calls > 0 ? embeddingInWords(embedder) : ""}`;
}

/** Its cost is within what was spent, where it is known. */
function embeddingInWords({ calls, texts, failed, costUsd }: NonNullable<Report["timing"]["embedder"]>): string {
  return `embedder: ${amount(calls, "call")} for ${amount(texts, "text")}${failed > 0 ? `, ${failed} without a vector` : ""} · ${costUsd === null ? "of an unknown cost" : usd(costUsd)}\n`;
}

/** Tries that broke off count in full, whatever they cost: a run that nobody capped has room for this many, and for as much again as its estimate. */
const BROKEN_TRIES = 10;

/**
 * The cap as asked for, else one that only a run out of hand reaches: twice the estimate's upper end, and some broken tries. Null where no model
 * has a price per token, or answers of one have no end. Throws WrpError where a model that has none could spend past it unseen.
 */
export function capOf(estimates: readonly LiveEstimate[], asked: number | undefined): number | null {
  if (asked !== undefined && !(asked > 0 && Number.isFinite(asked))) throw new WrpError(`--max-cost must be a number of US dollars > 0 (got ${asked})`);
  const unbounded = estimates.filter(({ calls, costUsd, mostUsd }) => calls > 0 && costUsd !== null && mostUsd === null).map(({ model }) => model);
  if (asked !== undefined && unbounded.length > 0)
    throw new WrpError(`the body of ${unbounded.join(", ")} takes the limit out of its answers' length: a cap on cost cannot hold`, {
      hint: "give settings.maxOutputTokens instead of a limit that is null in settings.body, or leave the cap away",
    });
  if (asked === undefined && unbounded.length > 0) return null;
  const unpriced = estimates.filter(({ calls, mostUsd }) => calls > 0 && mostUsd === null).map(({ model }) => model);
  if (asked !== undefined && unpriced.length > 0)
    throw new WrpError(`no price of ${unpriced.join(", ")} is known: a cap on cost cannot hold`, {
      hint: "give price: {inputUsdPer1M: …, outputUsdPer1M: …}, price: {gpuHourUsd: …} or price: free in wrp.yaml, or leave the cap away",
    });
  if (asked !== undefined || unpriced.length === estimates.filter(({ gpu }) => !gpu).length) return asked ?? null;
  return estimates.reduce((sum, { mostUsd, mostUsdACall }) => sum + 2 * (mostUsd ?? 0) + BROKEN_TRIES * (mostUsdACall ?? 0), 0);
}

/** How many prompts can be graded, where calls are to be made and not all can: it would be a pity to hear of it afterwards. */
function gradingInWords({ prompts, gradable, noGrader, noReference, noJudge }: Gradable, estimates: readonly LiveEstimate[]): string {
  if (gradable === prompts || estimates.every(({ calls }) => calls === 0)) return "";
  const why = [
    ...(noGrader > 0 ? [`${noGrader} name no grader (grader: … in the data, or for all in wrp.yaml)`] : []),
    ...(noReference > 0 ? [`${noReference} have no reference`] : []),
    ...(noJudge > 0 ? [`${noJudge} want a judge and there is none (wrp.yaml: judge: {live: …})`] : []),
  ].join(", ");
  const known = gradable === 0 ? "costs and latencies will be known, quality not" : `of the other ${prompts - gradable}, costs and latencies will be known, quality not`;
  return `warning: ${gradable === 0 ? `none of the ${amount(prompts, "prompt")}` : `${gradable} of ${amount(prompts, "prompt")}`} can be graded: ${why}; ${known}\n`;
}

/** What calls would take, in lines. */
export function estimateInWords(estimates: readonly LiveEstimate[], maxCostUsd: number | null): string {
  const lines = estimates.map(({ model, calls, stored, withoutText, inputTokens, outputTokens, outputTokensFrom, costUsd, mostUsd, gpu, priceSource }) => {
    const cost = gpu ? gpuInWords(gpu.hours, costUsd) : costUsd === null ? "unpriced" : mostUsd === null ? `about ${usd(costUsd)}, without an upper end: its answers have no limit` : `about ${usd(costUsd)}, at most ${usd(mostUsd)}`;
    const tokens = `${inputTokens.toLocaleString("en-US")} tokens in (o200k), about ${outputTokens.toLocaleString("en-US")} out (${outputTokensFrom})`; // a line each: 80 columns
    const rest = [...(stored > 0 ? [`${amount(stored, "answer")} stored`] : []), ...(withoutText > 0 ? [`${amount(withoutText, "prompt")} without text`] : [])];
    return `  ${model}: ${amount(calls, "call")}${rest.length > 0 ? ` (${rest.join(", ")})` : ""}\n${calls > 0 ? `    ${tokens}\n    ${cost}\n    ${priceSource}\n` : ""}`;
  });
  return `estimate${maxCostUsd === null ? "" : `, capped at ${usd(maxCostUsd)}`}:\n${lines.join("")}`;
}

function gpuInWords(hours: number | null, costUsd: number | null): string {
  const about = hours === null || costUsd === null ? "GPU hours are not known before its answers are measured" : `about ${Number(hours.toPrecision(2))} GPU hours, ${usd(costUsd)}`;
  return `${about}; paid by the hour: nothing is held, no cap counts it`;
}
