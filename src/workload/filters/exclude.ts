import { WrpError } from "../../model/errors.ts";
import { promptHash } from "../../lib/hash.ts";
import { MAX_RECORD_BYTES, rawBytes, textBytes } from "../bytes.ts";
import type { DataFile } from "../data-file.ts";
import { textOf, type Draft } from "../draft.ts";
import { newProblems } from "../problems.ts";
import { openSource, type Source } from "../source.ts";

/** Prompts to leave out, by exact text. */
export interface Exclusion {
  /** Whether a prompt is listed; `raw` is its cell as the file has it. */
  has(prompt: Draft, raw: unknown): boolean;
  /** Forgets which entries were met. */
  reset(): void;
  /** Entries that no prompt has met, as a warning; null where there are none. */
  warning(): string | null;
}

/** Columns that hold the text to match, best first: of contamination lists, the evaluation's own prompt. */
const COLUMNS = ["eval_prompt", "prompt", "question", "text"];

/** Reads exclusion lists: tables with a column known to hold texts, or plain text with one prompt a line. */
export async function readExclusion(files: readonly DataFile[]): Promise<Exclusion> {
  const entries = new Map<string, { met: boolean }>();
  for (const file of files) {
    const before = entries.size;
    let listed = 0;
    for await (const text of texts(file)) {
      listed++;
      if (!entries.has(text)) entries.set(text, { met: false });
    }
    if (listed === 0 && entries.size === before)
      throw new WrpError("no prompts to exclude were found", { place: { file: file.name }, hint: `tables need a column ${COLUMNS.join(", ")}` });
  }
  const byHash = new Map([...entries].map(([text, entry]) => [promptHash([{ role: "user", content: text }]), entry]));
  return {
    has(prompt, raw) {
      const entry = prompt.messages
        ? (entries.get(textOf(prompt.messages)) ?? (typeof raw === "string" ? entries.get(raw) : undefined))
        : byHash.get(prompt.hash);
      if (entry) entry.met = true;
      return entry !== undefined;
    },
    reset() {
      for (const entry of entries.values()) entry.met = false;
    },
    warning() {
      const unmet = [...entries.values()].filter((entry) => !entry.met).length;
      if (unmet === 0) return null;
      return `${unmet} of ${entries.size} prompts to exclude match nothing in the workload`;
    },
  };
}

async function* texts(file: DataFile): AsyncGenerator<string> {
  const source = await tableOf(file);
  if (!source) {
    yield* textLines(file);
    return;
  }
  const column = COLUMNS.find((name) => source.has(name));
  if (column === undefined)
    throw new WrpError(`none of its columns holds prompts to exclude: ${source.columns.join(", ")}`, {
      place: { file: file.name },
      hint: `the column must be named ${COLUMNS.join(", ")}`,
    });
  const get = source.column(column);
  const problems = newProblems();
  for await (const { rows } of source.batches(problems)) {
    for (const row of rows) {
      const text = get(row);
      if (typeof text === "string" && text !== "") yield text;
    }
  }
  if (problems.count > 0) throw await problems.error();
}

/** The file as a table; null where it is plain text: named so, or no JSON or Parquet and without a known column. */
async function tableOf(file: DataFile): Promise<Source | null> {
  if (/\.txt(\.gz)?$/i.test(file.name)) return null;
  let source: Source;
  try {
    source = await openSource(file);
  } catch (error) {
    if (error instanceof WrpError && !(await looksStructured(file))) return null;
    throw error;
  }
  return source.container.textual && !COLUMNS.some((name) => source.has(name)) ? null : source;
}

async function looksStructured(file: DataFile): Promise<boolean> {
  for await (const chunk of rawBytes(file)) {
    const start = chunk.toString("latin1", 0, 1000).replace(/^\xef\xbb\xbf/, "").trimStart();
    const cells = (start.split(/[\r\n]/, 1)[0] as string).split(/[,;\t]/).map((cell) => cell.replaceAll('"', ""));
    return /^([{[]|PAR1)/.test(start) || COLUMNS.some((name) => cells.includes(name));
  }
  return false;
}

async function* textLines(file: DataFile): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of textBytes(file)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() as string;
    if (rest.length > MAX_RECORD_BYTES)
      throw new WrpError(`a line is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB`, { place: { file: file.name }, hint: "plain text lists one prompt a line" });
    for (const line of lines) if (line.trim() !== "") yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest.trim() !== "") yield rest.endsWith("\r") ? rest.slice(0, -1) : rest;
}
