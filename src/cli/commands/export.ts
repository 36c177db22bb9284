import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { styleText } from "node:util";
import { rangeInWords } from "../../gateways/vsr/leaf-kinds.ts";
import type { VsrLeaves } from "../../gateways/vsr/leaves.ts";
import { confirmDecisions } from "../../gateways/vsr/write/confirm-decisions.ts";
import { setLeaves, type SetLeaves } from "../../gateways/vsr/write/set-leaves.ts";
import type { PolicySpec } from "../../model/config.ts";
import { unknownName, WrpError } from "../../model/errors.ts";
import { plainTable } from "../../report/render/plain-table.ts";
import { policyName, vsrOf } from "../../router/index.ts";
import { checkNotInput, checkWritable, isStdout, writeWhole } from "../files.ts";
import { loadConfig, type LoadedConfig } from "../load-config.ts";
import { policyOfFlag } from "../policy-flag.ts";
import { textWithMark } from "../text-file.ts";
import { MOST_CONFIG_BYTES } from "../vsr-file.ts";
import type { World } from "../world.ts";

interface ExportFlags {
  readonly config?: string | false;
  readonly policy?: string;
  readonly output?: string;
  readonly list?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

type VsrSpec = Extract<PolicySpec, { kind: "vsr" }>;

/** Writes a policy back in its gateway's own form: its config, in which only the numbers that the policy sets are others. */
export async function exportCommand(flags: ExportFlags, world: World): Promise<number> {
  const { list, json, output } = flags;
  const onStdout = output !== undefined && isStdout(output);
  if (list && output !== undefined) throw new WrpError("--list and -o: give one");
  if (json && onStdout) throw new WrpError(`stdout can carry one document (asked for: --json, -o ${output})`, { hint: "give the config a file: -o tuned.yaml" });
  const loaded = loadConfig(flags.config, world.cwd);
  const spec = exportable(flags.policy, loaded, world.cwd);
  vsrOf(spec); // what else the policy asks for must be there too
  const source = textWithMark(spec.config, world.cwd, MOST_CONFIG_BYTES);
  const done = setLeaves(source, spec.config, spec.set ?? {});
  if (list) {
    world.stdout.write(json ? `${JSON.stringify(listing(spec.config, done.after), null, 2)}\n` : `${await table(done.after)}\n`);
    return 0;
  }
  confirmDecisions(done, spec.config);
  const target = output === undefined || onStdout ? null : targetOf(output, spec.config, loaded, flags.force ?? false, world.cwd);
  const diff = await diffOf(source, done, spec.config, output === undefined || onStdout ? spec.config : output);
  const said = output === undefined ? world.stdout : world.stderr;
  if (json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, file: output ?? null, source: spec.config, changes: done.changes }, null, 2)}\n`);
  else if (output === undefined || !flags.quiet) said.write(diff === "" ? "" : said.color ? coloured(diff) : diff);
  if (onStdout) world.stdout.write(done.text);
  else if (target !== null) await writeWhole(target, world.cwd, [done.text]);
  if (!flags.quiet) world.stderr.write(closing(done, target === null ? undefined : output, onStdout));
  return 0;
}

/** The policy named, stated, or the only one that can be exported. Throws WrpError where it is of a kind that has no form of its own. */
function exportable(flag: string | undefined, { config }: LoadedConfig, cwd: string): VsrSpec {
  const policies = config.policies ?? [];
  const able = policies.filter((spec) => spec.kind === "vsr");
  const choice = able.length > 0 ? `policies that can be exported: ${able.map(policyName).join(", ")}; or --policy vsr:config.yaml` : "policies of kind vsr can be exported: --policy vsr:config.yaml";
  if (flag === undefined && able.length !== 1) throw new WrpError("which policy? give --policy", { hint: choice });
  const spec = flag === undefined ? able[0] : policyOfFlag(flag, policies, cwd);
  if (!spec) throw unknownName("policy", flag ?? "", policies.map(policyName));
  if (spec.kind !== "vsr") throw new WrpError(`policy "${policyName(spec)}" is of kind ${spec.kind}, which no gateway has a config of`, { hint: choice });
  return spec;
}

/** Where the config is written: behind links, never over its own source unasked, and never over what wrp reads beside it. */
function targetOf(output: string, source: string, { file, folder, config }: LoadedConfig, force: boolean, cwd: string): string {
  checkWritable(output, cwd);
  if (file !== null) checkNotInput(output, cwd, [{ name: resolve(cwd, file) }, ...(config.datasets ?? []).map((name) => ({ name }))], folder);
  const path = resolve(cwd, output);
  const real = existsSync(path) ? realpathSync(path) : path;
  if (real === realpathSync(resolve(cwd, source)) && !force) throw new WrpError("is the policy's own config: it would be written over", { place: { file: output }, hint: "name another file, or --force" });
  return real;
}

/** Empty where nothing differs. */
async function diffOf(source: string, { text }: SetLeaves, from: string, to: string): Promise<string> {
  if (text === source) return "";
  const { createTwoFilesPatch } = await import("diff");
  return createTwoFilesPatch(from, to, source, text, undefined, undefined, { context: 3 }).replace(/^(Index: .*\n)?=+\n/, "");
}

function coloured(diff: string): string {
  const colours = { "+": "green", "-": "red", "@": "cyan" } as const;
  return diff.replace(/^([-+@]).*$/gm, (line, sign: keyof typeof colours) => styleText(colours[sign], line, { validateStream: false }));
}

function closing({ changes, after }: SetLeaves, written: string | undefined, onStdout: boolean): string {
  const changed = `${changes.length} of ${after.leaves.size} tunable ${after.leaves.size === 1 ? "number" : "numbers"} changed`;
  if (written !== undefined) return `wrote ${written}: ${changed}\n`;
  return onStdout ? `${changed}\n` : `${changed}; nothing is written without -o FILE\n`;
}

function listing(file: string, { leaves }: VsrLeaves) {
  return {
    schemaVersion: 1,
    file,
    leaves: [...leaves.values()].map(({ path, kind, value, stated, place, range: { min, max, above, whole, notZero }, at: { shared } }) => ({
      path,
      kind,
      value,
      stated,
      min: bounded(min),
      max: bounded(max),
      minExcluded: above ?? false,
      whole: whole ?? false,
      notZero: notZero ?? false,
      line: place.line ?? null,
      column: place.column ?? null,
      sharedByAliasAtLine: shared?.line ?? null,
    })),
  };
}

function bounded(value: number): number | null {
  return Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
}

function table({ leaves }: VsrLeaves): Promise<string> {
  const rows = [...leaves.values()].map(({ path, kind, value, stated, range, place, at: { shared } }) => [path, kind, String(value), stated ? (shared ? `shared by the alias in line ${shared.line}` : "") : "default", rangeInWords(range), String(place.line ?? "")]);
  return plainTable([["path", "kind", "value", "", "may be", "line"], ...rows], ["left", "left", "right", "left", "left", "right"]);
}
