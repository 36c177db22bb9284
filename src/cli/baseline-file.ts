import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { z } from "zod";
import { contentHash } from "../lib/hash.ts";
import { baselineHeaderSchema, baselineRowSchema, type Baseline, type BaselineRow } from "../model/baseline.ts";
import { WrpError } from "../model/errors.ts";
import type { LoadedConfig } from "./load-config.ts";
import { readTextFile } from "./text-file.ts";

/** About two million prompts. */
const MAX_BASELINE_BYTES = 256 * 1024 * 1024;

const DEFAULT_BASELINE = "wrp.baseline.jsonl";

/** The baseline file that the flag names, else the config, else the default; both relative to the config. As shown to the user. */
export function baselineFile(flag: string | undefined, { config, folder }: LoadedConfig, cwd: string): string {
  return flag ?? relative(cwd, resolve(folder, config.baseline ?? DEFAULT_BASELINE));
}

/** Reads a baseline. Throws WrpError with file and line; where there is no file, with the hint to bless a run. */
export function readBaseline(file: string, cwd: string): Baseline {
  const path = resolve(cwd, file);
  if (!existsSync(path)) throw new WrpError("no baseline yet: a gate compares with one", { code: "no-baseline", place: { file }, hint: "bless a run that is good: wrp eval … --bless" });
  const text = readTextFile(file, cwd, MAX_BASELINE_BYTES);
  const [first = "", ...lines] = text.split(/\r?\n/);
  const header = parsed(baselineHeaderSchema, first, file, 1);
  const rows: BaselineRow[] = [];
  const seen = new Set<string>();
  for (const [k, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const row = parsed(baselineRowSchema, line, file, k + 2);
    if (seen.has(row.p)) throw new WrpError(`the prompt ${row.p} stands there twice`, { place: { file, line: k + 2 }, hint: "a merge may have left both sides: keep one, or bless again with --bless" });
    seen.add(row.p);
    rows.push(row);
  }
  if (rows.length !== header.prompts)
    throw new WrpError(`the baseline says ${header.prompts} prompts and holds ${rows.length}`, { place: { file }, hint: "it was cut off or merged badly: bless again with --bless" });
  return { header, rows, hash: contentHash(text), file };
}

function parsed<S extends z.ZodType>(schema: S, line: string, file: string, at: number): z.infer<S> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const conflict = /^(<<<<<<<|=======|>>>>>>>)/.test(line);
    throw new WrpError(conflict ? "a merge conflict is left in the baseline" : "not a line of a baseline file", { place: { file, line: at }, hint: "mend the file, or bless again with --bless", cause: error });
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === "number" && version > 1) throw new WrpError(`the baseline was written by a newer wrp (schemaVersion ${version})`, { place: { file, line: at }, hint: "update wrp, or bless again with --bless" });
  const issue = checked.error.issues[0];
  throw new WrpError(`not a line of a baseline file (${issue?.path.join(".") || "row"}: ${issue?.message})`, { place: { file, line: at }, hint: "mend the file, or bless again with --bless" });
}
