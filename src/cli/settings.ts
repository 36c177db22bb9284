import { resolve } from "node:path";
import { withPolicyPrices } from "../evaluate/policy-prices.ts";
import { PERTURBATIONS } from "../evaluate/perturbations.ts";
import { WrpError } from "../model/errors.ts";
import type { RunSettings } from "../evaluate.ts";
import { MOST_REPEAT, type SensitiveSpec } from "../model/config.ts";
import { PII_KINDS } from "../signals/pii/kinds.ts";
import type { WorkloadOptions } from "../workload/index.ts";
import type { LoadedConfig } from "./load-config.ts";
import { gatesOf } from "./gates.ts";
import { embedderOf, liveEmbedderIn } from "./embedder.ts";
import { judgeOf } from "./judge.ts";
import { modelsOf } from "./models.ts";
import { policyFromFlag } from "./policy-flag.ts";
import { replacedPrices } from "./price-flag.ts";
import { remotesOf } from "./remotes.ts";

/** Flags of `wrp eval` as commander gives them. */
export interface EvalFlags {
  /** False for --no-config. */
  readonly config?: string | false;
  readonly format?: string;
  readonly map?: string[];
  readonly where?: string;
  readonly exclude?: string[];
  readonly sample?: number;
  readonly split?: string;
  readonly trainShare?: number;
  /** Folds that learned policies are fitted in. */
  readonly cv?: number;
  /** Trained policies may be judged on what they were trained on. */
  readonly allowSeen?: boolean;
  /** Training outcomes of a model that learned policies see: MODEL=K. */
  readonly shots?: string[];
  readonly models?: string[];
  readonly policy?: string[];
  readonly surrogate?: boolean;
  readonly free?: string[];
  /** Prices to replay at: MODEL=PRICE. */
  readonly price?: string[];
  /** By --gate: true where it stands alone. */
  readonly gate?: (string | true)[] | true;
  /** False for --no-gates. */
  readonly gates?: boolean;
  readonly baseline?: string;
  readonly bless?: boolean;
  /** How copies of prompts are perturbed. */
  readonly perturb?: string[];
  readonly reference?: string;
  readonly objective?: string[];
  readonly margin?: string[];
  readonly slo?: string[];
  readonly missing?: string;
  readonly aiqRange?: string;
  readonly lambda?: number;
  /** USD of an hour of the machine that routes. */
  readonly routerHourUsd?: number;
  readonly seed?: number;
  readonly resamples?: number;
  readonly concurrency?: number;
  readonly fresh?: boolean;
  /** A run to go on with. */
  readonly resume?: string;
  /** False for --no-content. */
  readonly content?: boolean;
  readonly live?: boolean;
  readonly maxCost?: number;
  readonly repeat?: number;
  readonly dryRun?: boolean;
  readonly retryFailed?: boolean;
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly output?: string[];
  readonly withContent?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

const DEFAULT_SEED = 1;
const DEFAULT_RESAMPLES = 2000;
const FEWEST_RESAMPLES = 200;
const MOST_RESAMPLES = 100_000;

/** What to read: flags before the config. Throws WrpError where there is nothing to read. */
export function workloadOptions(data: readonly string[], flags: EvalFlags, { config, folder, placeAt }: LoadedConfig, cwd: string): WorkloadOptions {
  const inputs = data.length > 0 ? data : (config.datasets ?? []);
  if (inputs.length === 0)
    throw new WrpError("no data to evaluate", { hint: "name files: wrp eval outcomes.jsonl; or list datasets in wrp.yaml" });
  if (flags.trainShare !== undefined && flags.split === undefined) throw new WrpError("--train-share needs --split");
  const map = flags.map ? pairs(flags.map, "--map") : config.map;
  const exclude = flags.exclude ?? config.exclude?.map((file) => resolve(folder, file));
  const format = flags.format ?? config.format;
  const where = flags.where ?? config.where;
  return {
    inputs,
    cwd: data.length > 0 ? cwd : folder,
    placeOf(option, k) {
      const key = option === "inputs" ? "datasets" : option;
      const byFlag = option === "inputs" ? data.length > 0 : flags[option] !== undefined;
      return byFlag || config[key] === undefined ? undefined : placeAt(k === undefined ? [key] : [key, k]);
    },
    seed: flags.seed ?? config.seed ?? DEFAULT_SEED,
    ...(format === undefined ? {} : { format }),
    ...(map === undefined ? {} : { map }),
    ...(where === undefined ? {} : { where }),
    ...(exclude === undefined ? {} : { exclude: exclude.map((file) => resolve(cwd, file)) }),
    ...(flags.sample === undefined ? {} : { sample: flags.sample }),
    ...(flags.split === undefined ? {} : { split: flags.split as "train" | "test" }),
    ...(flags.trainShare === undefined ? {} : { trainShare: flags.trainShare }),
  };
}

/** How to judge: flags before the config, defaults last. Throws WrpError on a value that makes no sense. */
export function runSettings(flags: EvalFlags, loaded: LoadedConfig): RunSettings {
  const { config } = loaded;
  const free = new Set(flags.free ?? []);
  const configured = modelsOf(loaded);
  const models = [
    ...configured.map((m) => (free.has(m.name) ? { ...m, price: "free" as const } : m)),
    ...[...free].filter((name) => !configured.some((m) => m.name === name)).map((name) => ({ name, price: "free" as const })),
  ];
  if (flags.routerHourUsd !== undefined && flags.routerHourUsd < 0) throw new WrpError(`--router-hour-usd must be ≥ 0 (got ${flags.routerHourUsd})`);
  if (flags.lambda !== undefined && flags.lambda < 0) throw new WrpError(`--lambda must be ≥ 0 (got ${flags.lambda})`);
  const resamples = flags.resamples ?? DEFAULT_RESAMPLES;
  if (resamples < FEWEST_RESAMPLES || resamples > MOST_RESAMPLES)
    throw new WrpError(`--resamples must be from ${FEWEST_RESAMPLES} to ${MOST_RESAMPLES} (got ${resamples})`);
  if (flags.missing !== undefined && flags.missing !== "gap" && flags.missing !== "failure-is-refusal")
    throw new WrpError(`--missing must be gap or failure-is-refusal (got "${flags.missing}")`);
  const repeat = flags.repeat ?? config.repeat ?? 1;
  if (repeat < 1 || repeat > MOST_REPEAT) throw new WrpError(`--repeat must be from 1 to ${MOST_REPEAT} (got ${repeat})`);
  const policies = [...(config.policies ?? []), ...(flags.policy ?? []).map((flag) => policyFromFlag(flag, loaded.cwd))];
  const remotes = remotesOf(policies, loaded);
  const embedder = liveEmbedderIn(config);
  const replaced = replacedPrices(flags.price ?? [], flags.free ?? []);
  return {
    seed: flags.seed ?? config.seed ?? DEFAULT_SEED,
    models: withPolicyPrices(models, policies),
    only: flags.models ?? null,
    policies,
    ...(remotes.length > 0 ? { remotes } : {}),
    ...(flags.perturb ? { perturb: perturbationKinds(flags.perturb) } : {}),
    ...(replaced.length > 0 ? { replaced } : {}),
    objectives: objectives(flags.objective) ?? config.objectives ?? null,
    reference: flags.reference ?? config.reference ?? null,
    margins: flags.margin ? limits(flags.margin, "--margin", ["quality", "costUsdPer1k", "latencyMs"]) : (config.margins ?? {}),
    slo: flags.slo ? limits(flags.slo, "--slo", ["latencyMs", "ttftMs"]) : (config.slo ?? null),
    missing: (flags.missing as RunSettings["missing"] | undefined) ?? "gap",
    lambdaPerUsd: flags.lambda ?? 0,
    aiqRange: flags.aiqRange === undefined ? null : costRange(flags.aiqRange),
    resamples,
    gates: gatesOf(flags, loaded),
    ...(repeat === 1 ? {} : { repeat }),
    ...(config.grader === undefined ? {} : { grader: config.grader }),
    ...(config.judge === undefined ? {} : { judge: judgeOf(config.judge, loaded) }),
    ...(config.sensitive === undefined ? {} : { sensitive: sensitiveOf(config.sensitive, loaded) }),
    ...(embedder === undefined ? {} : { embedder: embedderOf(embedder, loaded) }),
    ...(config.graders === undefined ? {} : { graders: Object.fromEntries(Object.entries(config.graders).map(([name, { version }]) => [name, version])) }),
  };
}

function sensitiveOf(spec: SensitiveSpec, { placeAt }: LoadedConfig): SensitiveSpec {
  spec.kinds?.forEach((kind, k) => {
    const place = placeAt(["sensitive", "kinds", k]);
    if (!PII_KINDS.includes(kind)) throw new WrpError(`there is no kind of personal data "${kind}"`, { hint: `there are ${PII_KINDS.join(", ")}`, ...(place ? { place } : {}) });
  });
  return spec;
}

function pairs(parts: readonly string[], flag: string): Record<string, string> {
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf("=");
      if (at <= 0) throw new WrpError(`${flag} takes key=value (got "${part}")`);
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
}

/** `metric=value` pairs of positive numbers. */
export function limits<M extends string>(parts: readonly string[], flag: string, known: readonly M[]): Partial<Record<M, number>> {
  return Object.fromEntries(
    Object.entries(pairs(parts, flag)).map(([metric, text]) => {
      const value = Number(text);
      if (!known.includes(metric as M)) throw new WrpError(`${flag}: unknown metric "${metric}"`, { hint: `metrics: ${known.join(", ")}` });
      if (!(value > 0) || !Number.isFinite(value)) throw new WrpError(`${flag} ${metric} must be a number > 0 (got "${text}")`);
      return [metric, value];
    }),
  ) as Partial<Record<M, number>>;
}

function objectives(names: readonly string[] | undefined): RunSettings["objectives"] {
  const known = ["cost", "quality", "latency", "privacy", "safety"] as const;
  const wanted = names?.map((name) => {
    const found = known.find((k) => k === name);
    if (!found) throw new WrpError(`unknown objective "${name}"`, { hint: `known: ${known.join(", ")}` });
    return found;
  });
  return wanted ?? null;
}

function perturbationKinds(names: readonly string[]): NonNullable<RunSettings["perturb"]> {
  const unknown = names.find((name) => !PERTURBATIONS.some((kind) => kind === name));
  if (unknown !== undefined) throw new WrpError(`unknown perturbation "${unknown}"`, { hint: `known: ${PERTURBATIONS.join(", ")}` });
  return PERTURBATIONS.filter((kind) => names.includes(kind));
}

function costRange(text: string): [number, number] {
  const [low, high, more] = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (low === undefined || high === undefined || more !== undefined || !(low >= 0) || !(high > low) || !Number.isFinite(high))
    throw new WrpError(`--aiq-range takes low,high in USD per 1,000 prompts, 0 ≤ low < high (got "${text}")`);
  return [low, high];
}
