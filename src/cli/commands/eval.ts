import { evaluate, type EvaluateEvent } from "../../evaluate.ts";
import { liveModels } from "../../evaluate/live-models.ts";
import { EXIT, WrpError } from "../../model/errors.ts";
import type { OutcomeStore } from "../../outcomes/store.ts";
import { withoutTexts } from "../../outcomes/without-texts.ts";
import { openWorkload } from "../../workload/index.ts";
import { baselineFile, readBaseline } from "../baseline-file.ts";
import { exitCodeOf, tellGitHub } from "../continuous-integration.ts";
import { deliver, deliveryOf } from "../deliver.ts";
import { checkNotInput, checkWritable, writeWhole } from "../files.ts";
import { gatesOf } from "../gates.ts";
import type { LiveCalls } from "../live-host.ts";
import { withLearning } from "../learning.ts";
import { withListPrices } from "../list-prices.ts";
import { loadConfig } from "../load-config.ts";
import { wrpVersion } from "../manifest.ts";
import { progressLine } from "../progress.ts";
import { sessionHost } from "../session-host.ts";
import { localModels } from "../local-models.ts";
import { runSettings, workloadOptions, type EvalFlags } from "../settings.ts";
import { IN_MEMORY, openExisting, openForWriting, storeFile } from "../store-file.ts";
import { signalModels } from "../signal-models.ts";
import { withWayOn } from "../way-on.ts";
import type { World } from "../world.ts";

const DEFAULT_CONCURRENCY = 16;

export async function evalCommand(data: readonly string[], flags: EvalFlags, world: World): Promise<number> {
  const loaded = loadConfig(flags.config, world.cwd);
  const asked = await withListPrices(runSettings(flags, loaded), world.now());
  // Only answers of live models are graded by similarity, and a model takes time to open.
  const local = localModels(loaded, world);
  const encoder = liveModels(asked).length > 0 && asked.embedder === undefined ? await local.encoder?.() : undefined;
  const { settings, vectors } = await withLearning(encoder ? { ...asked, encoder: encoder.id } : asked, flags, local, world);
  const artefacts = settings.policies.some(({ kind }) => kind === "trained") ? (await import("../artefact-file.ts")).artefactsOf(settings.policies, world.cwd) : undefined;
  const routers = settings.policies.some(({ kind }) => kind === "onnx") ? await (await import("../onnx-router-file.ts")).openedRouters(settings.policies, world.cwd) : undefined;
  const options = workloadOptions(data, flags, loaded, world.cwd);
  const delivery = deliveryOf(flags, world);
  const concurrency = flags.concurrency ?? DEFAULT_CONCURRENCY;
  if (concurrency < 1) throw new WrpError(`--concurrency must be at least 1 (got ${concurrency})`);

  const workload = await openWorkload(options);
  // All of the training part: a sample is of what is judged.
  const { sample: _, ...unsampled } = options;
  const trainedOn = options.split === "test" ? await openWorkload({ ...unsampled, split: "train" }) : null;
  const inputs = [...workload.files, ...(options.exclude ?? []).map((name) => ({ name }))];
  for (const file of delivery.files) checkNotInput(file, world.cwd, inputs, options.cwd);
  const storePath = storeFile(flags.store, loaded, world.cwd);
  const blessed = baselineFile(flags.baseline, loaded, world.cwd);
  if (flags.bless) {
    checkWritable(blessed, world.cwd);
    checkNotInput(blessed, world.cwd, inputs, options.cwd);
    checkNotInput(blessed, world.cwd, [...(loaded.file === null ? [] : [{ name: loaded.file }]), { name: storePath }], world.cwd);
  }
  const baseline = settings.gates.some((gate) => gate.factor !== 0) ? readBaseline(blessed, world.cwd) : null;
  const stopped = { runId: "", workloadHash: workload.hash, store: null as OutcomeStore | null, storePath, calls: null as LiveCalls | null };
  const progress = progressLine(world, flags);
  const graders = loaded.config.graders ? (await import("../own-graders.ts")).ownGraders(loaded, world) : new Map<string, never>();
  try {
    const opened = flags.resume === undefined ? await openForWriting(storePath, world.cwd) : await openExisting(storePath, world.cwd);
    const store = flags.content === false ? withoutTexts(opened) : opened;
    stopped.store = store;
    const calling = flags.live === true || flags.dryRun === true;
    if (!calling && (flags.maxCost !== undefined || flags.retryFailed)) throw new WrpError(`${flags.retryFailed ? "--retry-failed" : "--max-cost"} needs --live`);
    const live = calling ? await import("../live-run.ts") : null; // with it comes all that calls
    const calls = live ? await live.prepareLive({ settings, loaded, flags, baseline, workloads: [workload, ...(trainedOn ? [trainedOn] : [])], store }, progress, world) : null;
    if (flags.dryRun) return EXIT.ok;
    stopped.calls = calls;
    const runId = flags.resume === undefined ? world.newId() : store.findRun(flags.resume).id;
    stopped.runId = runId;
    let finished: Extract<EvaluateEvent, { type: "done" }> | null = null;
    for await (const event of evaluate({
      workload,
      trainedOn,
      baseline,
      store,
      settings,
      runId,
      wrpVersion: wrpVersion(),
      fresh: flags.fresh === true,
      routerHourUsd: flags.routerHourUsd ?? loaded.config.routerHourUsd,
      concurrency,
      blessed: gatesOf({ ...flags, bless: false }, loaded).flatMap(({ policy }) => policy ?? []),
      now: world.now,
      clockMs: world.clockMs,
      signal: world.signal,
      placeOf: loaded.placeOf,
      sessions: sessionHost(loaded, world),
      withContent: flags.content !== false,
      graderNeeds: { system: world, own: graders },
      live: calls?.host,
      encoder,
      vectors,
      artefacts,
      opened: routers,
      tokens: calls?.tokens,
      signalModels: settings.policies.some(({ kind }) => kind === "vsr") ? await signalModels(local, flags, loaded, world) : undefined,
    })) {
      progress.show(event);
      if (event.type === "done") finished = event;
      else if (flags.jsonl) world.stdout.write(`${JSON.stringify(event)}\n`);
    }
    progress.clear();
    if (!finished) throw new Error("a run ends with its report");
    const { report, columns, logged, policies } = finished;
    if (flags.jsonl) world.stdout.write(`${JSON.stringify({ type: "done", report })}\n`);
    await deliver(report, () => ({ columns, logged, policies }), delivery, store, world);
    if (flags.bless) {
      await writeWhole(blessed, world.cwd, finished.baseline());
      if (!delivery.quiet) world.stderr.write(`blessed: wrote ${blessed}\n`);
    }
    if (live && !flags.quiet) world.stderr.write(live.callsInWords(report));
    await tellGitHub(report, loaded, world);
    if (!delivery.quiet && storePath !== IN_MEMORY) world.stderr.write(nextSteps(report.run.id, report.workload.read, storePath, flags));
    return exitCodeOf(report.verdict);
  } catch (error) {
    progress.clear();
    throw withWayOn(error, stopped, world);
  } finally {
    progress.clear();
    await stopped.calls?.close();
    for (const grader of graders.values()) await grader.close();
    stopped.store?.close();
  }
}

function nextSteps(run: string, prompts: number, store: string, flags: EvalFlags): string {
  const at = flags.store === undefined ? "" : ` --store ${flags.store}`;
  const html = flags.output?.some((file) => file.endsWith(".html")) ? "-o decisions.jsonl" : "-o report.html";
  return `stored run ${run} (${prompts.toLocaleString("en-US")} prompts read) in ${store} · wrp report ${run}${at} ${html} · wrp route${at} "…"\n`;
}
