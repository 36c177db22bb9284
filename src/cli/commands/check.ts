import { isAbsolute, join, relative } from "node:path";
import { styleText } from "node:util";
import type { RunSettings } from "../../evaluate.ts";
import { preview, type PreviewedFile } from "../../evaluate/preview.ts";
import type { Baseline } from "../../model/baseline.ts";
import type { CheckDocument, CheckedFile, Finding } from "../../model/check.ts";
import { EXIT, telling, tellingLater, WrpError, type Tell } from "../../model/errors.ts";
import { inRepository } from "../annotate.ts";
import { baselineFile, readBaseline } from "../baseline-file.ts";
import { newFindings, type Findings } from "../findings.ts";
import { annotation } from "../github.ts";
import { lintByPrompts, lintTargets, vsrTargets } from "../lint-vsr.ts";
import { noConfig, readConfig, type LoadedConfig } from "../load-config.ts";
import { localModels, type LocalModels } from "../local-models.ts";
import { sarifOf } from "../sarif.ts";
import { runSettings, workloadOptions } from "../settings.ts";
import { signalModels } from "../signal-models.ts";
import type { World } from "../world.ts";

interface CheckFlags {
  readonly config?: string | false;
  readonly map?: string[];
  readonly surrogate?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
  /** How to print, or the importer: both by the one flag that other commands name importers with. */
  readonly format?: string[];
  readonly quiet?: boolean;
  /** A file of probes, which is then all that is checked. */
  readonly probes?: string;
  /** What the probes are run over. */
  readonly policy?: string[];
}

const STYLES: readonly string[] = ["text", "github", "json", "sarif"];
const COLORS = { error: "red", warning: "yellow", note: "cyan" } as const;
/** Batches of answers read at a time. */
const CONCURRENCY = 4;

/** Checks the config and its data, or the data named, without running anything. */
export async function checkCommand(args: readonly string[], flags: CheckFlags, world: World): Promise<number> {
  if (flags.probes !== undefined) return probesOf(args, { ...flags, probes: flags.probes }, world);
  if (flags.policy !== undefined) throw new WrpError("--policy is for --probes: which file of probes?");
  const named = one(flags.format?.filter((name) => STYLES.includes(name)));
  const importer = one(flags.format?.filter((name) => !STYLES.includes(name)));
  if (flags.json && named !== undefined && named !== "json") throw new WrpError(`--json and --format ${named}: give one`);
  const style = flags.json ? "json" : named;
  const found = newFindings();
  const { loaded, wrong, leftOut } = readConfig(flags.config, world.cwd);
  const tellConfig = found.telling("config");
  const { targets, data } = vsrTargets(args, args.length > 0 ? [] : [...(loaded.config.policies ?? []), ...leftOut], world.cwd, tellConfig);
  const { files: configs, linted } = lintTargets(targets, found);
  for (const error of wrong) tellConfig(error);
  const inputs = data.length > 0 || args.length > 0 ? data : (loaded.config.datasets ?? []);
  if (inputs.length === 0 && loaded.file === null && targets.length === 0 && args.length === 0)
    tellConfig(new WrpError("nothing to check: there is no wrp.yaml here, and no data was named", { code: "nothing-to-check", hint: "wrp init writes a wrp.yaml; wrp check outcomes.jsonl checks data" }));

  const local = localModels(loaded, world);
  const encoder = await openedModels(local, tellConfig);
  const settings = { ...(telling(tellConfig, () => runSettings({}, loaded)) ?? runSettings({}, noConfig(world.cwd))), ...(encoder === null ? {} : { encoder }) };
  const options = inputs.length === 0 ? null : optionsOf(data, { map: flags.map, format: importer }, loaded, world);
  // What is wrong with a model has been told.
  const reads = targets.length > 0 || settings.policies.some(({ kind }) => kind === "vsr");
  const readers = reads ? await tellingLater(() => undefined, () => signalModels(local, flags, loaded, world)) : undefined;
  const files = await preview({
    data: options,
    settings,
    baseline: baselineOf(settings, loaded, found, world),
    signalModels: readers,
    now: world.now,
    concurrency: CONCURRENCY,
    signal: world.signal,
    leftOut,
    placeAt: loaded.placeAt,
    placeOf: loaded.placeOf,
    tellData: found.telling("data"),
    tellPolicy: found.telling("policy"),
    warn: found.warn,
  });
  if (options && targets.length > 0) await lintByPrompts(targets, linted, options, readers ?? null, found, world);
  const document = documentOf(found, loaded, { files, configs, inputs }, (name) => (configs.some((config) => config.name === name) || data.length > 0 || name === loaded.file || isAbsolute(name) ? name : join(relative(world.cwd, loaded.folder), name)));
  if (style === "json" || style === "sarif") world.stdout.write(`${JSON.stringify(style === "json" ? document : sarifOf(document.findings, document.files[0]?.name ?? null, world), null, 2)}\n`);
  else world.stdout.write(linesOf(document, style, flags, world).map((line) => `${line}\n`).join(""));
  const { errors, warnings } = document.summary;
  return errors > 0 || (flags.strict && warnings > 0) ? EXIT.couldNotRun : EXIT.ok;
}

async function probesOf(data: readonly string[], flags: CheckFlags & { readonly probes: string }, world: World): Promise<number> {
  if (data.length > 0 || flags.format || flags.map) throw new WrpError("--probes checks probes alone: no data, --format or --map beside it");
  const { checkProbes } = await import("../check-probes.ts");
  return checkProbes(flags, world);
}

/** Opens every model of the config that runs on this machine, and tells what is wrong with them. The encoder's id, also of one that cannot be opened; null where there is none. */
async function openedModels({ encoder, classifiers }: LocalModels, tell: Tell): Promise<string | null> {
  for (const open of classifiers.values()) await tellingLater(tell, async () => void (await open()));
  return encoder && ((await tellingLater(tell, encoder))?.id ?? "unusable");
}

/** The baseline that gates compare with. That there is none yet is no error: a run has to be blessed first. */
function baselineOf({ gates }: RunSettings, loaded: LoadedConfig, found: Findings, { cwd }: World): Baseline | null {
  if (gates.every((gate) => gate.factor === 0)) return null;
  const tell: Tell = (error) => {
    if (error.code === "no-baseline") found.warn({ code: error.code, message: error.message, place: error.place ?? null, ...(error.hint === undefined ? {} : { hint: error.hint }) });
    else found.telling("baseline")(error);
  };
  return telling(tell, () => readBaseline(baselineFile(undefined, loaded, cwd), cwd)) ?? null;
}

function one(names: readonly string[] = []): string | undefined {
  if (names.length > 1) throw new WrpError(`--format ${names[0]} and --format ${names[1]}: give one`);
  return names[0];
}

function optionsOf(data: readonly string[], { format, map }: { format: string | undefined; map: string[] | undefined }, loaded: LoadedConfig, world: World) {
  const options = workloadOptions(data, { ...(format === undefined ? {} : { format }), ...(map === undefined ? {} : { map }) }, loaded, world.cwd);
  // An input that is not in the config stands for itself.
  const placeOf: typeof options.placeOf = (option, k) => options.placeOf?.(option, k) ?? (option === "inputs" && k !== undefined ? { file: options.inputs[k] as string } : undefined);
  return { ...options, placeOf };
}

/** @param named a file's name as seen from here: the config names its data as seen from its own folder */
function documentOf(found: Findings, { file, config }: LoadedConfig, read: { readonly files: readonly PreviewedFile[]; readonly configs: readonly CheckedFile[]; readonly inputs: readonly string[] }, named: (file: string) => string): CheckDocument {
  const files: CheckedFile[] = [
    ...(file === null ? [] : [{ name: file, format: "config", prompts: null, models: (config.models ?? []).map(({ name }) => name) }]),
    ...read.configs,
    ...read.files.map(({ name, format, prompts, models }) => ({ name: named(name), format, prompts, models: [...models] })),
  ];
  const listed = found.list([...(file === null ? [] : [file]), ...read.inputs, ...read.files.map(({ name }) => name)]);
  const findings = listed.map((finding) => (finding.file === null ? finding : { ...finding, file: named(finding.file) }));
  for (const { file: name } of findings) if (name !== null && !files.some((known) => known.name === name)) files.push({ name, format: null, prompts: null, models: null });
  const { errors, warnings, notes, unlisted } = found;
  return { schemaVersion: 1, findings, files, summary: { errors, warnings, notes, files: files.length, unlisted } };
}

function linesOf({ findings, summary }: CheckDocument, style: string | undefined, { quiet = false, strict = false }: CheckFlags, world: World): string[] {
  const shown = quiet ? findings.filter(({ severity }) => severity === "error" || (strict && severity === "warning")) : findings;
  const lines = shown.map((finding) => (style === "github" ? annotated(finding, world) : inWords(finding, world.stdout.color)));
  return quiet && shown.length === 0 ? lines : [...lines, summaryOf(summary)];
}

function inWords({ severity, code, file, line, column, message, hint }: Finding, color: boolean): string {
  const place = [file, line, column].filter((part) => part !== null).join(":");
  const word = color ? styleText(COLORS[severity], `${severity}:`, { validateStream: false }) : `${severity}:`;
  return `${place === "" ? "" : `${place}: `}${word} ${onOneLine(message)}${hint === null ? "" : ` (${onOneLine(hint)})`} [${code}]`;
}

function annotated({ severity, code, file, line, column, message, hint }: Finding, world: World): string {
  const place = file === null ? undefined : { file, ...(line === null ? {} : { line }), ...(column === null ? {} : { column }) };
  return annotation(severity === "note" ? "notice" : severity, hint === null ? message : `${message}\n${hint}`, { ...inRepository(place, world), title: `wrp check: ${code}` });
}

function summaryOf({ errors, warnings, notes, files }: CheckDocument["summary"]): string {
  const count = (n: number, noun: string) => `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
  return `${count(errors, "error")}, ${count(warnings, "warning")}${notes > 0 ? `, ${count(notes, "note")}` : ""} in ${count(files, "file")}`;
}

function onOneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}
