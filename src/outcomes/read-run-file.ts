import { createHash } from "node:crypto";
import { WrpError } from "../model/errors.ts";
import { isWhole } from "./pack-expectation.ts";
import { headerLine, type Line, type LineKind, RUN_FILE_VERSION, runFileLines } from "./run-file.ts";

/** A line of text without its end, and its number, from 1. */
export interface TextLine {
  readonly text: string;
  readonly number: number;
}

/** A file that has been read to its end and found whole: a run with all it needs. */
export interface RunFile {
  /** As the user named it, for errors. */
  readonly name: string;
  readonly texts: boolean;
  readonly run: Extract<Line, { kind: "run" }>["value"];
  readonly workload: Extract<Line, { kind: "workload" }>["value"];
  /** Its lines once more. Throws WrpError where the file has changed since. */
  lines(): AsyncGenerator<Line>;
}

/** Kinds in their order in the file; settings stand before the first answer that has them. */
const ORDER: readonly LineKind[] = ["run", "workload", "prompt", "record", "decisions", "report"];

/**
 * Reads all of a file, twice where the second time is for `lines`. Throws WrpError with file and line for anything but a whole,
 * undamaged run in a form that this wrp knows.
 *
 * @param read gives the file's lines from the beginning
 */
export async function readRunFile(name: string, read: () => AsyncIterable<TextLine>): Promise<RunFile> {
  let run: RunFile["run"] | null = null;
  let workload: RunFile["workload"] | null = null;
  let texts = true;
  const lines = () => checkedLines(name, read(), (header) => (texts = header.texts));
  for await (const { kind, value } of lines()) {
    if (kind === "run") run = value;
    if (kind === "workload") workload = value;
  }
  return { name, texts, run: run as RunFile["run"], workload: workload as RunFile["workload"], lines };
}

async function* checkedLines(name: string, read: AsyncIterable<TextLine>, onHeader: (header: { readonly texts: boolean }) => void): AsyncGenerator<Line> {
  const sha256 = createHash("sha256");
  let header: ReturnType<typeof headerOf> | null = null;
  let at = 0;
  const fail = (message: string, hint?: string): WrpError => new WrpError(message, { place: { file: name, line: Math.max(1, at) }, ...(hint === undefined ? {} : { hint }) });
  const check = checker(fail);
  try {
    for await (const { text, number } of read) {
      at = number;
      if (!header) {
        header = headerOf(text, fail);
        onHeader(header);
        continue;
      }
      sha256.update(text).update("\n");
      const line = lineOf(text, fail);
      check.next(line);
      yield line;
    }
  } catch (error) {
    // A file that cannot be read on is told by the line that it breaks off at.
    if (error instanceof WrpError && error.place?.line === undefined && error.place?.file === name) {
      at++;
      throw fail(error.message, error.hint);
    }
    throw error;
  }
  if (!header) throw fail("the file is empty", FOREIGN);
  check.end();
  if (sha256.digest("hex") !== header.sha256) throw fail("the file is damaged: its content is not what its first line says", AGAIN);
}

const FOREIGN = "wrp runs export RUN -o FILE makes such files; data goes through wrp eval or wrp import";
const AGAIN = "export it once more, or copy it again; nothing was imported";

type Fail = (message: string, hint?: string) => WrpError;

function headerOf(text: string, fail: Fail) {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || !("wrp" in value) || value.wrp !== "run") throw fail("is not a run that wrp exported", FOREIGN);
  const { schemaVersion, wrpVersion } = value as { schemaVersion?: unknown; wrpVersion?: unknown };
  if (typeof schemaVersion === "number" && schemaVersion > RUN_FILE_VERSION)
    throw fail(`the file was written by a newer wrp (${String(wrpVersion)}, schemaVersion ${schemaVersion}; this one knows ${RUN_FILE_VERSION})`, "update wrp");
  const header = headerLine.safeParse(value);
  if (!header.success) throw fail(`the file is damaged: ${issueOf(header.error)}`, AGAIN);
  return header.data;
}

function lineOf(text: string, fail: Fail): Line {
  const value = parsed(text);
  const [kind, ...more] = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (kind === undefined || more.length > 0 || !Object.hasOwn(runFileLines, kind)) throw fail(value === undefined ? "the file is damaged or was cut off: the line is not JSON" : "the file is damaged: no line of a run", AGAIN);
  const line = runFileLines[kind as LineKind].safeParse((value as Record<string, unknown>)[kind]);
  if (!line.success) throw fail(`the file is damaged: "${kind}" ${issueOf(line.error)}`, AGAIN);
  return { kind, value: line.data } as Line;
}

/** Undefined where it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function issueOf(error: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }): string {
  const [issue] = error.issues;
  return `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? ""}`;
}

/** What holds between lines: their order, and that each names only what is there. */
function checker(fail: Fail) {
  const seen = { run: 0, workload: 0, settings: 0, prompt: 0, record: 0, decisions: 0, report: 0 };
  const settings = new Set([""]);
  const files = new Set<string>();
  let last = -1;
  let workloadHash = "";
  let reportKey = "";
  let prompts = 0;

  const must = (good: boolean, what: string) => {
    if (!good) throw fail(`the file is damaged: ${what}`, AGAIN);
  };
  return {
    next(line: Line): void {
      const { kind, value } = line;
      seen[kind]++;
      if (kind === "settings") settings.add(value.hash);
      else {
        const at = ORDER.indexOf(kind);
        must(at >= last && (at === last + 1 || last > 0), `a "${kind}" line stands in the wrong place`);
        last = at;
      }
      if (kind === "run") {
        ({ workloadHash, reportKey } = value);
        must(seen.run === 1, "it has two runs");
      } else if (kind === "workload") {
        must(seen.workload === 1 && value.hash === workloadHash, "the workload is not the run's");
        prompts = value.prompts;
        for (const file of value.files) files.add(file.name);
      } else if (kind === "prompt") {
        must(value.ordinal === seen.prompt - 1, `prompt ${seen.prompt - 1} is missing`);
        must(files.has(value.file), `prompt ${value.ordinal} is of a file that the workload does not have`);
      } else if (kind === "decisions") {
        must(value.codes.length === prompts, "decisions are of another number of prompts");
        must(value.expectation === undefined || isWhole(value.expectation, prompts, value.models.length), "what a policy expected is not of these prompts and models");
      }
      else if (kind === "report") must(value.key === reportKey, "the report is not the run's");
      if (kind === "prompt" || kind === "record") must(value.outcomes.every((answer) => settings.has(answer.settings)), "settings of an answer are missing");
    },
    end(): void {
      must(seen.run === 1 && seen.workload === 1 && seen.report === 1, "it was cut off before its end");
      must(seen.prompt === prompts, `it has ${seen.prompt} of ${prompts} prompts`);
    },
  };
}
