import { readdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { stringify } from "yaml";
import { policyKinds, type PolicySpec } from "../../model/config.ts";
import { EXIT, unknownName, WrpError } from "../../model/errors.ts";
import { renderers } from "../../report/render/index.ts";
import { policyName } from "../../router/index.ts";
import { tune, type TuneEvent } from "../../tune.ts";
import { constraintOf, TUNE_OBJECTIVES, type Goals, type TuneObjective } from "../../tune/goals.ts";
import { openWorkload } from "../../workload/index.ts";
import { writeWhole } from "../files.ts";
import { withLearning } from "../learning.ts";
import { withListPrices } from "../list-prices.ts";
import { loadConfig, type LoadedConfig } from "../load-config.ts";
import { localModels } from "../local-models.ts";
import { wrpVersion } from "../manifest.ts";
import { policyFromFlag, policyOfFlag } from "../policy-flag.ts";
import { progressLine } from "../progress.ts";
import { runSettings, workloadOptions, type EvalFlags } from "../settings.ts";
import { signalModels } from "../signal-models.ts";
import { openForWriting, storeFile } from "../store-file.ts";
import { checkSearchFolder, trialLog } from "../trial-log.ts";
import { listTunables } from "../tunables-list.ts";
import { tunedInWords } from "../tuned-in-words.ts";
import { commandOn } from "../way-on.ts";
import type { World } from "../world.ts";

interface TuneFlags extends Pick<EvalFlags, "config" | "format" | "map" | "where" | "exclude" | "sample" | "trainShare" | "seed" | "models" | "free" | "missing" | "margin" | "resamples" | "cv" | "surrogate" | "objective" | "maxCost" | "json" | "quiet" | "store"> {
  readonly policy?: string;
  readonly headless?: boolean;
  readonly list?: boolean;
  readonly knob?: readonly string[];
  readonly trials?: number;
  readonly subjectTo?: readonly string[];
  readonly front?: number;
  readonly out?: string;
}

const [DEFAULT_TRIALS, MOST_TRIALS] = [400, 100_000];
const [DEFAULT_FRONT, MOST_FRONT] = [8, 50];
const DEFAULT_FOLDER = "wrp-tune";
const CONCURRENCY = 16;

/** Searches a policy's numbers, and judges the front on held-out prompts; with --list, says which numbers there are. */
export async function tuneCommand(data: readonly string[], flags: TuneFlags, world: World): Promise<number> {
  const loaded = loadConfig(flags.config, world.cwd);
  if (flags.list) return listTunables(flags.policy === undefined ? (loaded.config.policies ?? []) : [policyToTune(flags.policy, loaded, world.cwd)], loaded, flags, world);
  if (!flags.headless) throw new WrpError("the terminal UI of wrp tune is not there yet", { hint: `the search runs without it:\n  ${commandOn(world.argv, null)} --headless` });
  const spec = policyToTune(flags.policy, loaded, world.cwd);
  const { trials = DEFAULT_TRIALS, front = DEFAULT_FRONT, out = DEFAULT_FOLDER } = flags;
  const goals = goalsOf(flags);
  if (trials < 1 || trials > MOST_TRIALS) throw new WrpError(`--trials must be from 1 to ${MOST_TRIALS} (got ${trials})`);
  if (front < 1 || front > MOST_FRONT) throw new WrpError(`--front must be from 1 to ${MOST_FRONT} (got ${front})`);
  const { maxCost: _, objective: __, policy: ___, ...evalFlags } = flags;
  const only: LoadedConfig = { ...loaded, config: { ...loaded.config, policies: [spec] }, placeOf: (one, path) => loaded.placeOf(one, path) };
  const asked = await withListPrices({ ...runSettings({ ...evalFlags, gates: false } as EvalFlags, only), reference: null }, world.now());
  const local = localModels(loaded, world);
  const { settings, vectors } = await withLearning(asked, evalFlags as EvalFlags, local, world);
  const { cv: ____, ...uncrossed } = evalFlags;
  const held = await withLearning(asked, { ...uncrossed, split: "test" } as EvalFlags, local, world);
  const artefacts = spec.kind === "trained" ? (await import("../artefact-file.ts")).artefactsOf([spec], world.cwd) : undefined;
  const opened = spec.kind === "onnx" ? await (await import("../onnx-router-file.ts")).openedRouters([spec], world.cwd) : undefined;
  const part = (split: "train" | "test") => openWorkload(workloadOptions(data, { ...evalFlags, split } as EvalFlags, loaded, world.cwd));
  const [training, heldOut] = [await part("train"), await part("test")];
  checkSearchFolder(out, world.cwd);
  const models = spec.kind === "vsr" ? await signalModels(local, flags, loaded, world) : undefined;
  const store = await openForWriting(storeFile(flags.store, loaded, world.cwd), world.cwd);
  const progress = progressLine(world, flags);
  try {
    const common = { store, wrpVersion: wrpVersion(), clockMs: world.clockMs, now: world.now, signal: world.signal, concurrency: CONCURRENCY, placeOf: loaded.placeOf, vectors, artefacts, opened, signalModels: models };
    const steps = tune(
      { ...goals, spec, knobs: flags.knob ?? [], trials, front },
      {
        training: { ...common, workload: training, settings },
        held: { ...common, workload: heldOut, trainedOn: training, settings: held.settings, runId: world.newId(), fresh: false },
        openLog: (key) => trialLog(out, world.cwd, key),
      },
    );
    let done: Extract<TuneEvent, { type: "tuned" }> | null = null;
    for await (const event of steps) {
      if (event.type === "tuned") done = event;
      else if (event.type === "judging") progress.show(event.event);
      else progress.say(() => (event.type === "preparing" ? `preparing · ${event.prompts.toLocaleString("en-US")} prompts` : `searching · ${event.done.toLocaleString("en-US")}/${event.of.toLocaleString("en-US")} trials`));
    }
    progress.clear();
    if (!done) throw new Error("a search ends with what it found");
    const { result, members, report } = done;
    const document = `${JSON.stringify(result, null, 2)}\n`;
    const folder = resolve(world.cwd, out);
    for (const name of readdirSync(folder)) if (/^front-\d+\.wrp\.yaml$/.test(name)) rmSync(join(folder, name));
    for (const [k, member] of members.entries()) await writeWhole(join(out, `front-${k + 1}.wrp.yaml`), world.cwd, [fragment(member, folder, world.cwd)]);
    if (report) await writeWhole(join(out, "report.html"), world.cwd, [await renderers.html.render(report, {})]);
    await writeWhole(join(out, "tune.json"), world.cwd, [document]);
    world.stdout.write(flags.json ? document : await tunedInWords(result));
    if (!flags.quiet) {
      for (const warning of result.warnings) world.stderr.write(`warning: ${warning}\n`);
      world.stderr.write(nextSteps(out, result.front.length, spec, result.best ?? result.knee, members));
    }
    return members.length === 0 ? EXIT.gateFailed : EXIT.ok;
  } finally {
    progress.clear();
    store.close();
  }
}

/** The policy that a flag states or names, else the config's only one. Throws WrpError. */
function policyToTune(flag: string | undefined, { config: { policies = [] } }: LoadedConfig, cwd: string): PolicySpec {
  const known = policies.map(policyName);
  if (flag === undefined && policies.length !== 1) throw new WrpError("which policy? give --policy", { hint: known.length > 0 ? `policies of the config: ${known.join(", ")}` : "--policy 'threshold(threshold=500)', --policy vsr:config.yaml; wrp tune --list --policy … lists its numbers" });
  const spec = flag === undefined ? policies[0] : (policyOfFlag(flag, policies, cwd) ?? (policyKinds().includes(flag.trim()) ? policyFromFlag(flag, cwd) : undefined));
  if (!spec) throw unknownName("policy", flag ?? "", known);
  return spec;
}

function goalsOf({ objective = ["quality", "cost"], subjectTo = [], maxCost }: TuneFlags): Goals {
  const objectives = [...new Set(objective)].map((name): TuneObjective => {
    const found = TUNE_OBJECTIVES.find((one) => one === name);
    if (!found) throw unknownName("objective", name, [...TUNE_OBJECTIVES]);
    return found;
  });
  if (maxCost !== undefined && !(maxCost > 0)) throw new WrpError(`--max-cost must be above 0, USD per 1,000 prompts (got ${maxCost})`);
  return { objectives, constraints: [...subjectTo, ...(maxCost === undefined ? [] : [`costUsdPer1k <= ${maxCost}`])].map(constraintOf) };
}

/** A wrp.yaml with the one policy, whose files are found from the folder that it is written into. */
function fragment(spec: PolicySpec, folder: string, cwd: string): string {
  const { text: _, manifests: __, card: ___, ...own } = spec as PolicySpec & { readonly text?: string; readonly manifests?: unknown; readonly card?: unknown };
  const from = (file: string) => relative(folder, resolve(cwd, file));
  const moved = own.kind === "onnx" ? { ...own, model: from(own.model), hash: undefined } : own.kind === "vsr" ? { ...own, config: from(own.config) } : own.kind === "trained" ? { ...own, artefact: from(own.artefact) } : own;
  return stringify({ policies: [moved] });
}

function nextSteps(out: string, count: number, spec: PolicySpec, chosen: string | null, members: readonly PolicySpec[]): string {
  const k = Math.max(0, members.findIndex((member) => policyName(member) === chosen));
  const file = `${out}/front-${k + 1}.wrp.yaml`;
  const further = count === 0 ? "" : spec.kind === "vsr" ? ` · wrp export -c ${file} -o tuned.yaml` : ` · wrp eval -c ${file} DATA`;
  return `wrote ${out}: ${count === 0 ? "" : `front-1 to front-${count}.wrp.yaml, report.html, `}tune.json, trials.jsonl${further}\n`;
}
