import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { WrpError } from "../../src/model/errors.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import type { WorkloadSummary } from "../../src/model/workload.ts";
import { openWorkload, type WorkloadOptions } from "../../src/workload/index.ts";

export type Options = Partial<WorkloadOptions>;

/** A folder that lives as long as the test file. */
export const scratch = mkdtempSync(join(tmpdir(), "wrp-workload-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Writes a file into the scratch folder; returns its name. */
export function put(name: string, bytes: string | Uint8Array): string {
  mkdirSync(dirname(join(scratch, name)), { recursive: true });
  writeFileSync(join(scratch, name), bytes);
  return name;
}

/** Everything that a workload holds. */
export async function readAll(input: string | string[], options: Options = {}): Promise<{ prompts: Prompt[]; summary: WorkloadSummary }> {
  const workload = await openWorkload({ inputs: [input].flat(), seed: 1, cwd: scratch, ...options });
  const read: Prompt[] = [];
  for await (const batch of workload.batches()) read.push(...batch);
  return { prompts: read, summary: workload.summary() };
}

/** The prompts of a workload. */
export async function prompts(input: string | string[], options: Options = {}): Promise<Prompt[]> {
  return (await readAll(input, options)).prompts;
}

/** What a user is told when a workload cannot be read: place and message, and the hint. Anything but a WrpError fails. */
export async function failure(input: string | string[], options: Options = {}): Promise<{ error: string; hint: string | undefined }> {
  try {
    await readAll(input, options);
  } catch (error) {
    if (error instanceof WrpError) return { error: error.located, hint: error.hint };
    throw error;
  }
  throw new Error("nothing went wrong");
}

/** A prompt without its place in the workload and in its file. */
export function content(prompt: Prompt): Omit<Prompt, "ordinal" | "file" | "row"> {
  const { ordinal: _ordinal, file: _file, row: _row, ...rest } = prompt;
  return rest;
}

/** JSON lines. */
export function jsonl(...rows: unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
