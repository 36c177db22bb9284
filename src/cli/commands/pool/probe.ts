import type { LiveModelSpec } from "../../../evaluate/live-models.ts";
import { relative, resolve } from "node:path";
import type { ProbeLevel } from "../../../evaluate/probe.ts";
import { probedProfile, type Probed } from "../../../evaluate/probed-profile.ts";
import type { RunSettings } from "../../../evaluate.ts";
import { EXIT, unknownName, WrpError } from "../../../model/errors.ts";
import { budget } from "../../../pool/flow/budget.ts";
import { amount } from "../../amounts.ts";
import { checkNotInput, checkWritable, isStdout, writeWhole } from "../../files.ts";
import { withListPrices } from "../../list-prices.ts";
import { capOf, estimateInWords } from "../../live-run.ts";
import { loadConfig, type LoadedConfig } from "../../load-config.ts";
import { wrpVersion } from "../../manifest.ts";
import { probeEstimate, probePrompts, probeQuestions } from "../../probe-questions.ts";
import { runProbe } from "../../probe-run.ts";
import { probeTable } from "../../probe-table.ts";
import { probeWarnings } from "../../probe-warnings.ts";
import { profileText } from "../../profile-file.ts";
import { runSettings } from "../../settings.ts";
import type { World } from "../../world.ts";

interface ProbeFlags {
  readonly config?: string;
  readonly concurrency?: string[];
  readonly calls?: number;
  readonly prompts?: string[];
  readonly maxOutputTokens?: number;
  readonly cached?: boolean;
  readonly profileAt?: number;
  readonly maxCost?: number;
  readonly dryRun?: boolean;
  readonly seed?: number;
  readonly json?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
}

const DEFAULT_CONCURRENCY = ["1", "4", "16"];
const MOST_IN_FLIGHT = 10_000;
const DEFAULT_CALLS = 30;
const MOST_CALLS = 100_000;
const DEFAULT_OUTPUT_TOKENS = 128;

export async function probeCommand(name: string, flags: ProbeFlags, world: World): Promise<number> {
  const loaded = loadConfig(flags.config, world.cwd);
  const levels = levelsOf(flags);
  const calls = within(flags.calls ?? DEFAULT_CALLS, "--calls", MOST_CALLS);
  checkOutput(flags, loaded, world);
  const { settings, model } = await probedModel(name, flags, loaded, world.now());
  const maxOutputTokens = model.live.settings.maxOutputTokens as number;
  const prompts = await probePrompts(flags, calls, loaded, world);
  const questions = await probeQuestions(prompts, { levels: levels.length, calls }, flags.cached === true);
  const estimate = probeEstimate(model, questions.flat());
  const maxCostUsd = capOf([estimate], flags.maxCost ?? loaded.config.maxCostUsd);
  if (flags.dryRun) {
    world.stdout.write(flags.json ? `${JSON.stringify({ schemaVersion: 1, estimate, maxCostUsd })}\n` : estimateInWords([estimate], maxCostUsd));
    return EXIT.ok;
  }
  if (!flags.quiet) world.stderr.write(estimateInWords([estimate], maxCostUsd));

  const spending = budget(maxCostUsd);
  const measuredAt = world.now().toISOString();
  const measured: ProbeLevel[] = [];
  for (const [k, concurrency] of levels.entries()) {
    const level = await runProbe(questions[k] ?? [], concurrency, { settings, model, loaded, spending, quiet: flags.quiet === true }, world);
    measured.push(level);
    // Who answers nobody answers no more of them either; only too many at a time may be fewer.
    if (level.answered === 0 && level.rateLimited === 0) break;
  }

  const stands = flags.profileAt ?? (levels[0] as number);
  const at = measured.find(({ concurrency }) => concurrency === stands);
  const about: Probed = {
    model: name,
    servedAs: model.live.model,
    protocol: model.live.protocol,
    host: new URL(model.live.url).host,
    measuredAt,
    wrpVersion: wrpVersion(),
    maxOutputTokens,
    prompts: `${flags.prompts ? "prompts of a file" : "wrp's own prompts"}${flags.cached ? ", a prefix cache allowed" : ""}`,
  };
  const profile = at ? probedProfile(at, measured, about, model.price) : null;
  const warnings = measured.flatMap((level) => probeWarnings(level, maxOutputTokens));
  const { spentUsd } = spending.state();
  const { output } = flags;
  if (flags.json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...about, maxCostUsd, spentUsd: estimate.costUsd === null && estimate.mostUsd === null ? null : spentUsd, levels: measured, profileAt: stands, profile, warnings }, null, 2)}\n`);
  else if (output === undefined || !isStdout(output)) world.stdout.write(await probeTable(measured));
  if (!flags.quiet) for (const words of warnings) world.stderr.write(`warning: ${words}\n`);
  if (!profile) throw unanswered(name, stands, at ?? (measured.at(-1) as ProbeLevel));
  if (output === undefined) {
    if (!flags.quiet && !flags.json) world.stderr.write("no profile is written: -o FILE.json writes one\n");
  } else if (isStdout(output)) world.stdout.write(profileText(profile, output));
  else {
    await writeWhole(output, world.cwd, [profileText(profile, output)]);
    if (!flags.quiet) world.stderr.write(writtenInWords(output, stands, loaded, world.cwd));
  }
  return EXIT.ok;
}

/** The levels asked for. Throws WrpError on one that is none, stands twice, or is not there for the profile. */
function levelsOf({ concurrency = DEFAULT_CONCURRENCY, profileAt }: ProbeFlags): number[] {
  const levels = concurrency.map((text) => within(Number(text), "--concurrency", MOST_IN_FLIGHT, text));
  const twice = levels.find((level, k) => levels.indexOf(level) < k);
  if (twice !== undefined) throw new WrpError(`--concurrency has ${twice} twice`);
  if (profileAt !== undefined && !levels.includes(profileAt)) throw new WrpError(`--profile-at ${profileAt} is not measured`, { hint: `--concurrency has ${levels.join(", ")}` });
  return levels;
}

function within(value: number, flag: string, most: number, text = String(value)): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new WrpError(`${flag} must be a whole number from 1 to ${most.toLocaleString("en-US")} (got ${text})`);
}

function checkOutput({ output, json, prompts }: ProbeFlags, { file, folder }: LoadedConfig, { cwd }: World): void {
  if (output === undefined) return;
  if (output !== "-" && !/\.(json|ya?ml)$/i.test(output)) throw new WrpError("a profile is JSON or YAML", { place: { file: output }, hint: "end the name in .json or .yaml, or write to -" });
  if (json && isStdout(output)) throw new WrpError(`stdout can carry one document (asked for: --json, -o ${output})`, { hint: "--json has the profile in it" });
  checkWritable(output, cwd);
  checkNotInput(output, cwd, (prompts ?? []).map((name) => ({ name })), cwd);
  checkNotInput(output, cwd, file === null ? [] : [{ name: file }], file === null ? folder : cwd);
}

/** The model, with the limit of its answers that the probe sets. Throws WrpError where the config has none of that name, or it is not live. */
async function probedModel(name: string, flags: ProbeFlags, loaded: LoadedConfig, now: Date): Promise<{ settings: RunSettings; model: LiveModelSpec }> {
  const priced = await withListPrices(runSettings({ models: [name], gates: false }, loaded), now);
  const k = priced.models.findIndex((one) => one.name === name);
  const model = priced.models[k];
  if (!model) throw unknownName("model", name, priced.models.flatMap((one) => (one.live ? [one.name] : [])), loaded.file === null ? undefined : { file: loaded.file });
  const place = loaded.placeAt(["models", k]);
  if (!model.live) throw new WrpError(`model "${name}" is not live`, { hint: `give it an address: {name: ${name}, live: {url: http://localhost:8000/v1}}`, ...(place ? { place } : {}) });
  const own = model.live.settings.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS;
  const maxOutputTokens = flags.maxOutputTokens === undefined ? Math.min(own, DEFAULT_OUTPUT_TOKENS) : within(flags.maxOutputTokens, "--max-output-tokens", 1_000_000);
  const probedOne = { ...model, live: { ...model.live, settings: { ...model.live.settings, maxOutputTokens } } };
  return { settings: { ...priced, models: priced.models.with(k, probedOne) }, model: probedOne };
}

function unanswered(name: string, concurrency: number, { calls, failedBecause, notCalledBecause, ...level }: ProbeLevel): WrpError {
  const [commonest] = [...failedBecause, ...notCalledBecause];
  const what = calls === 0 ? "no call was made" : `${amount(calls, "call")} failed`;
  const where = level.concurrency === concurrency ? "" : ` at concurrency ${level.concurrency}, and ${concurrency} was not tried`;
  return new WrpError(`${name} answered nothing: ${what}${where}${commonest ? `: ${commonest.why}` : ""}`, { hint: "no profile is written: a profile is of answers" });
}

function writtenInWords(output: string, concurrency: number, { folder }: LoadedConfig, cwd: string): string {
  const path = relative(folder, resolve(cwd, output));
  const named = path.startsWith(".") || path.startsWith("/") ? path : `./${path}`;
  return `wrote ${output} (as at concurrency ${concurrency}) · in wrp.yaml: simulated: {profile: ${named}} · quality is not measured: it stays a gap until you state it there, quality: 0.8 say\n`;
}
