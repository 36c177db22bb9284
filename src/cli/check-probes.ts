import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { styleText } from "node:util";
import type { Holds, ProbeCheck } from "../evaluate/probe-checks.ts";
import { probeRates, type ProbeRate } from "../evaluate/probe-rates.ts";
import { probeRecipes, type ProbeResult } from "../evaluate/probe-recipes.ts";
import { readProbes, type ProbeFile } from "../gateways/vsr/probes.ts";
import type { PolicySpec } from "../model/config.ts";
import { EXIT, unknownName, WrpError } from "../model/errors.ts";
import type { SignalModels } from "../model/signal-models.ts";
import { policyName } from "../router/index.ts";
import { loadConfig, type LoadedConfig } from "./load-config.ts";
import { policyOfFlag } from "./policy-flag.ts";
import { localModels } from "./local-models.ts";
import { signalModels } from "./signal-models.ts";
import { readTextFile } from "./text-file.ts";
import { withVsrText } from "./vsr-file.ts";
import type { World } from "./world.ts";

interface ProbeFlags {
  readonly config?: string | false;
  readonly probes: string;
  readonly policy?: string[];
  readonly surrogate?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

type VsrSpec = Extract<PolicySpec, { kind: "vsr" }>;

const MAX_BYTES = 16 * 1024 * 1024;
const WORDS = new Map<Holds, string>([[true, "holds"], [false, "fails"], [null, "undetermined"]]);

/** Runs a recipe's probes over policies: 1 where too few hold, 3 where that hangs on signals that nobody reads here. */
export async function checkProbes(flags: ProbeFlags, world: World): Promise<number> {
  const file = readProbes(readTextFile(flags.probes, world.cwd, MAX_BYTES), flags.probes);
  const loaded = loadConfig(flags.config, world.cwd);
  const specs = probed(flags, loaded, world.cwd);
  const models = (await signalModels(localModels(loaded, world), flags, loaded, world)) ?? null;
  const policies = [];
  for (const spec of specs) policies.push(await judged(file, spec, models));
  const document = { schemaVersion: 1, file: flags.probes, warnings: file.remarks.map(({ code, message, hint = null, place }) => ({ code, message, hint, line: place?.line ?? null, column: place?.column ?? null })), policies };
  if (!flags.quiet) for (const { message, place, hint } of flags.json ? [] : file.remarks) world.stderr.write(`warning: ${new WrpError(message, place ? { place } : {}).located} (${hint})\n`);
  world.stdout.write(flags.json ? `${JSON.stringify(document, null, 2)}\n` : policies.map((policy) => words(policy, flags, specs.length > 1, world.stdout.color)).join("\n"));
  const verdicts = policies.map(({ verdict }) => verdict);
  return verdicts.includes("fail") ? EXIT.gateFailed : verdicts.includes("inconclusive") ? EXIT.inconclusive : EXIT.ok;
}

/** The policies named, else the config's of kind vsr, else the config beside the probes, as upstream lays recipes out. */
function probed(flags: ProbeFlags, { config }: LoadedConfig, cwd: string): readonly VsrSpec[] {
  const own = (config.policies ?? []).filter((spec) => spec.kind === "vsr");
  const named = (flags.policy ?? []).map((flag) => {
    const spec = policyOfFlag(flag, config.policies ?? [], cwd);
    if (!spec) throw unknownName("policy", flag, own.map(policyName));
    if (spec.kind !== "vsr") throw new WrpError(`policy "${policyName(spec)}" is of kind ${spec.kind}: probes are for policies of kind vsr`, { hint: "--policy vsr:config.yaml" });
    return spec;
  });
  if (named.length > 0) return named;
  if (own.length > 0) return own;
  const beside = join(dirname(flags.probes), "config.yaml");
  if (existsSync(resolve(cwd, beside))) return [withVsrText({ kind: "vsr", name: beside, config: beside }, cwd)];
  throw new WrpError("no policy to run the probes over", { hint: "give one: --policy vsr:config.yaml" });
}

async function judged(file: ProbeFile, spec: VsrSpec, models: SignalModels | null) {
  const { text = "", config, recipe, entrypoint, manifests } = spec;
  const { results, surrogates } = await probeRecipes(file, { text, file: config, recipe, entrypoint, manifests }, models);
  const rates = probeRates(file, results);
  const all = [rates.all, ...rates.decisions, ...rates.tags];
  const verdict = all.some(({ enough }) => enough === false) ? "fail" : all.some(({ enough }) => enough === null) ? "inconclusive" : "pass";
  return { policy: policyName(spec), config, ...(surrogates.length > 0 ? { surrogates } : {}), verdict, counts: rates.all, probes: results.map(entryOf), decisions: rates.decisions, tags: rates.tags } as const;
}

function entryOf({ probe: { id, tags, place, decision: expected }, holds, decision, checks }: ProbeResult) {
  return { id, verdict: WORDS.get(holds) as string, expected, decision, line: place.line ?? null, tags, checks: checks.map(({ of, holds: one, ...rest }) => ({ of, verdict: WORDS.get(one) as string, ...rest })) };
}

type Judged = Awaited<ReturnType<typeof judged>>;

function words({ policy, surrogates, probes, counts, decisions, tags, verdict }: Judged, { probes: file, quiet = false }: ProbeFlags, several: boolean, color: boolean): string {
  const paint = (style: "red" | "yellow" | "green", text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  const painted = (word: string) => paint(word === "holds" ? "green" : word === "fails" ? "red" : "yellow", word.padEnd(12));
  const lines = several ? [`${policy}:`] : [];
  for (const { id, verdict: word, line, checks } of probes) {
    if (quiet && word !== "fails") continue;
    lines.push(`${painted(word)} ${id}${word === "holds" ? "" : `  (${file}:${line})`}`);
    for (const check of checks) lines.push(`               ${checkInWords(check)}`);
  }
  // Of a decision all of whose probes must hold, the probes have said it.
  const rated = [...decisions.filter(({ minimum }) => minimum !== 100), ...tags].filter(({ enough }) => enough !== true);
  for (const rate of rated) lines.push(`${painted(rate.enough === false ? "fails" : "undetermined")} ${rateInWords(rate)}`);
  if (surrogates && !quiet) lines.push(`${surrogates.join(", ")} read by wrp's own models, not by the router's (--surrogate): it may decide otherwise`);
  if (!quiet && tags.length > 0) lines.push("by tag:", ...tags.map((rate) => `  ${countsInWords(rate)}  ${rate.of}`));
  lines.push(`${countsInWords(counts)} of ${probes.length} probes${counts.minimum === 100 ? "" : `, at least ${counts.minimum} % must hold`}: ${verdict}`);
  return lines.map((line) => `${line}\n`).join("");
}

function checkInWords({ of, verdict, expected, got, why }: Omit<ProbeCheck, "holds"> & { readonly verdict: string }): string {
  return `${of}${verdict === "undetermined" ? " (undetermined)" : ""}: expected ${expected}, got ${got}${why === null ? "" : ` (${why})`}`;
}

function rateInWords({ of, holds, fails, undetermined, minimum }: ProbeRate): string {
  return `${of}: ${holds} of ${holds + fails + undetermined} hold${undetermined > 0 ? `, ${undetermined} undetermined` : ""}; at least ${minimum} % must`;
}

function countsInWords({ holds, fails, undetermined }: ProbeRate): string {
  return `${holds} hold, ${fails} fail, ${undetermined} undetermined`;
}
