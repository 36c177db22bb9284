import { dirname, resolve } from "node:path";
import { openWorkload, type WorkloadOptions } from "../workload/index.ts";
import { vsrEvidence } from "../evaluate/vsr-evidence.ts";
import { lintByEvidence, lintVsr, type Linted } from "../gateways/vsr/lint/lint.ts";
import { looksLikeVsr } from "../gateways/vsr/lint/looks-like.ts";
import type { CheckedFile } from "../model/check.ts";
import { telling, tellingLater, WrpError, type Tell } from "../model/errors.ts";
import type { PolicySpec } from "../model/config.ts";
import type { SignalModels } from "../model/signal-models.ts";
import { vsrRouter, type VsrChoice } from "../router/vsr/router.ts";
import type { Findings } from "./findings.ts";
import { readTextFile } from "./text-file.ts";
import { isVsrFlag, manifestsOf, MOST_CONFIG_BYTES } from "./vsr-file.ts";
import type { World } from "./world.ts";

/** A config of vLLM Semantic Router that a check looks through. */
interface VsrTarget {
  /** As findings name it, as seen from the working directory. */
  readonly file: string;
  readonly text: string;
  readonly choice: VsrChoice;
  /** Where a policy sets numbers: the file as it is written, without them. */
  readonly written?: string | undefined;
}

/** What is named beside data: configs of vLLM Semantic Router, told apart by `vsr:` or by what they hold. A file that cannot be read is left to whoever reads data. */
export function vsrTargets(named: readonly string[], policies: readonly PolicySpec[], cwd: string, tell: Tell): { readonly targets: readonly VsrTarget[]; readonly data: readonly string[] } {
  const targets: VsrTarget[] = [];
  const data: string[] = [];
  for (const name of named) {
    const file = isVsrFlag(name) ? name.slice(name.indexOf(":") + 1).trim() : name;
    if (file === name && !/\.ya?ml$/i.test(name)) data.push(name);
    else {
      const text = telling(file === name ? () => undefined : tell, () => readTextFile(file, cwd, MOST_CONFIG_BYTES));
      if (text !== undefined && file === name && holdsNothing(text)) tell(new WrpError("holds nothing: a config of vLLM Semantic Router would, or a wrp.yaml (-c FILE)", { place: { file }, code: "empty-config" }));
      else if (text !== undefined && (file !== name || looksLikeVsr(text))) targets.push({ file, text, choice: { manifests: telling(tell, () => manifestsOf(text, file, resolve(cwd, dirname(file)))) } });
      else if (file === name) data.push(name);
    }
  }
  for (const spec of policies) if (spec.kind === "vsr" && spec.text !== undefined) targets.push({ file: spec.config, text: spec.text, choice: spec, written: spec.set && readTextFile(spec.config, cwd, MOST_CONFIG_BYTES) });
  return { targets, data };
}

/** Whether a YAML text is blank lines, comments and marks of a document. */
function holdsNothing(text: string): boolean {
  return text.split("\n").every((line) => /^(?:#.*|---|\.\.\.|)$/.test(line.trim()));
}

/** Looks through configs, and adds what it finds; a config that several policies name is looked through once for each way in which they set its numbers. */
export function lintTargets(targets: readonly VsrTarget[], found: Findings): { readonly files: readonly CheckedFile[]; readonly linted: ReadonlyMap<VsrTarget, Linted> } {
  const looked = new Map<string, Linted>();
  const linted = new Map<VsrTarget, Linted>();
  const files = new Map<string, CheckedFile>();
  for (const target of targets) {
    const { file, text } = target;
    const key = JSON.stringify([file, text]);
    const one = looked.get(key) ?? lintVsr(text, file);
    linted.set(target, one);
    if (looked.has(key)) continue;
    looked.set(key, one);
    add(one.findings, target, found);
    if (!files.has(file)) files.set(file, { name: file, format: "vsr", prompts: null, models: one.source ? [...one.source.config.models.keys()] : null });
  }
  return { files: [...files.values()], linted };
}

/** What prompts say of the configs that load. */
export async function lintByPrompts(targets: readonly VsrTarget[], linted: ReadonlyMap<VsrTarget, Linted>, data: WorkloadOptions, models: SignalModels | null, found: Findings, world: World): Promise<void> {
  const loading = targets.flatMap((target) => {
    // What keeps it from loading has been told.
    const router = telling(() => undefined, () => vsrRouter(target.text, target.file, target.choice));
    const source = linted.get(target)?.source;
    return router && source ? [{ router, source, target }] : [];
  });
  if (loading.length === 0) return;
  await tellingLater(found.telling("bad-signal"), async () => {
    // What is wrong with the data is told by who checks it.
    const workload = await openWorkload(data, () => undefined);
    const evidence = await vsrEvidence(loading.map(({ router }) => router), workload, world.signal, models);
    for (const [k, one] of evidence.entries()) {
      const { source, target } = loading[k] as (typeof loading)[number];
      add(lintByEvidence(one, source), target, found);
    }
  });
}

/** Places are those of the file as it is written; a fix is for that too, and so is none where a policy sets numbers. */
function add(findings: Linted["findings"], { text, written }: VsrTarget, found: Findings): void {
  const lineOf = written === undefined ? null : writtenLines(text, written);
  for (const { code, severity, message, hint, place, fix } of findings)
    found.add({ severity, code, file: place.file, line: (place.line !== undefined && lineOf?.[place.line - 1]) || (place.line ?? null), column: place.column ?? null, message, hint, fix: lineOf ? null : fix });
}

/** By line of a text in which numbers are set: the line of the file as it is written. Of a line that was put in, the one that it stands before. */
function writtenLines(text: string, written: string): readonly number[] {
  const [lines, before] = [text.split("\n"), written.split("\n")];
  let at = 0;
  let more = lines.length - before.length;
  return lines.map((line, k) => {
    const putIn = more > 0 && line !== before[at] && (before[at] === undefined || lines.slice(k + 1, k + 1 + more).includes(before[at]));
    if (putIn) more--;
    else at++;
    return Math.min(putIn ? at + 1 : at, before.length);
  });
}
