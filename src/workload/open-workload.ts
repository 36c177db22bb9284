import { condition } from "../lib/cel.ts";
import { fileHash, valueHash } from "../lib/hash.ts";
import { placed, raise, telling, tellingLater, WrpError, type Tell } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Remark } from "../model/remark.ts";
import type { WorkloadFile, WorkloadSummary } from "../model/workload.ts";
import { readError } from "./bytes.ts";
import { BATCH } from "./containers/container.ts";
import type { DataFile } from "./data-file.ts";
import type { Draft } from "./draft.ts";
import { readExclusion } from "./filters/exclude.ts";
import { newSample, type Sample } from "./filters/sample.ts";
import { newSplit } from "./filters/split.ts";
import type { Import } from "./importers/importer.ts";
import { findImporter } from "./importers/index.ts";
import { commonName, findFile, findFiles } from "./inputs.ts";
import { newNotes } from "./notes.ts";
import { newOddities } from "./oddities.ts";
import { passing, type Gatekeepers } from "./passing.ts";
import { lineOfRecord } from "./record-line.ts";
import { openSource, type Source } from "./source.ts";
import type { OpenedWorkload, WorkloadOptions } from "./workload.ts";

/**
 * Opens files as one workload: finds each one's form by looking inside, and hashes them. Nothing else is read before
 * `batches`. Throws WrpError on what the user can mend; `batches` does so when all bad rows are known.
 *
 * @param tell keeps errors where it does not throw them: what cannot be used is then left out, and the rest is read
 */
export async function openWorkload(options: WorkloadOptions, tell: Tell = raise): Promise<OpenedWorkload> {
  check(options);
  const placeOf: NonNullable<WorkloadOptions["placeOf"]> = options.placeOf ?? (() => undefined);
  const wanted = await Promise.all((options.exclude ?? []).map((name, k) => tellingLater(tell, () => findFile(name, options.cwd), placeOf("exclude", k))));
  const listed = wanted.filter((file) => file !== undefined);
  const found = await findFiles(options.inputs, options.cwd, listed, { tell, placeOf: (k) => placeOf("inputs", k) });
  const wherePlace = placeOf("where");
  const where = telling(tell, () => (options.where === undefined ? null : condition(options.where)), wherePlace) ?? null;
  const exclusion = listed.length > 0 ? ((await tellingLater(tell, () => readExclusion(listed), placeOf("exclude"))) ?? null) : null;
  const opened: OpenFile[] = [];
  for (const file of found) {
    // Among the errors of many files, each says which one it is of; an unknown format is no file's fault.
    const about: Tell = (error) => tell(error.code === "unknown-format" ? error : placed(error, { file: file.name }));
    const one = await tellingLater(tell === raise ? tell : about, () => openFile(file, options), placeOf(options.map ? "map" : "format"));
    if (one) opened.push(one);
  }
  const files = opened.map((one) => one.described);
  let summary: WorkloadSummary | null = null;
  let remarks: () => Promise<Remark[]> = async () => [];
  return {
    name: found.length > 0 ? commonName(found) : "workload",
    hash: valueHash({
      files: opened.map(({ described, base }) => [described.sha256, described.importHash, base]),
      where: options.where ?? null,
      exclude: await Promise.all(listed.map((file) => sha256(file))),
      sample: options.sample ?? null,
      split: options.split ?? null,
      trainShare: options.split === undefined ? null : trainShare(options),
      seed: options.sample === undefined && options.split === undefined ? null : options.seed,
    }),
    files,
    async *batches() {
      summary = null;
      const run = newRun(opened, { exclusion, where, wherePlace }, options, tell);
      yield* run.batches();
      summary = run.summary();
      remarks = () => withLines(run.remarks(), opened);
    },
    summary() {
      if (!summary) throw new Error("a workload has its summary when its prompts have been read");
      return summary;
    },
    remarks: () => remarks(),
  };
}

/** Raised whenever an importer reads the same bytes as something else: what was stored before is then read anew. */
const IMPORT_REVISION = 1;

interface OpenFile {
  readonly described: WorkloadFile;
  /** Names datasets and rows that have no name of their own. */
  readonly base: string;
  readonly name: string;
  readonly source: Source;
  readonly rows: Import;
}

function check({ sample, split, trainShare: share }: WorkloadOptions): void {
  if (sample !== undefined && !(Number.isSafeInteger(sample) && sample > 0))
    throw new WrpError(`a sample must be a whole number of prompts, at least 1 (got ${sample})`);
  if (share !== undefined && !(share > 0 && share < 1)) throw new WrpError(`the train share must be between 0 and 1 (got ${share})`);
  if (split !== undefined && split !== "train" && split !== "test") throw new WrpError(`a split is "train" or "test" (got "${String(split)}")`);
}

function trainShare(options: WorkloadOptions): number {
  return options.trainShare ?? 0.5;
}

async function openFile(file: DataFile, { format, map }: WorkloadOptions): Promise<OpenFile> {
  const hashed = sha256(file);
  hashed.catch(() => undefined); // awaited below, behind errors that say more
  const source = await openSource(file);
  const columnMap = map && Object.keys(map).length > 0 ? map : undefined;
  const importer = findImporter(source, format, columnMap);
  return {
    base: source.base,
    name: file.name,
    source,
    rows: importer.open(source, columnMap ?? {}),
    described: {
      name: file.name,
      format: importer.name,
      sha256: await hashed,
      importHash: valueHash({ format: importer.name, map: columnMap ?? {}, revision: IMPORT_REVISION }),
    },
  };
}

async function sha256(file: DataFile): Promise<string> {
  try {
    return await fileHash(file.path);
  } catch (error) {
    throw readError(file, error);
  }
}

/** One reading of a workload: filters in the order exclude, where, split, sample. */
function newRun(files: readonly OpenFile[], keepers: Gatekeepers, options: WorkloadOptions, tell: Tell) {
  const split = options.split === undefined ? null : newSplit(options.split, trainShare(options), options.seed);
  const sample = options.sample === undefined ? null : newSample(options.sample, options.seed);
  const notes = newNotes();
  const note = newOddities(notes);
  const counts = newCounts();
  const promptsPerFile = files.map(() => 0);
  let kept = 0;

  async function* batches(): AsyncGenerator<readonly Prompt[]> {
    if (split && files.some(({ rows }) => rows.sessions))
      for await (const { prompts } of passing(files, keepers, newNotes(), newCounts(), tell)) for (const prompt of prompts) split.link(prompt);
    for await (const { prompts, file } of passing(files, keepers, notes, counts, tell)) {
      const chosen: Prompt[] = [];
      for (const prompt of prompts) {
        note(prompt);
        if (split && !split.has(prompt)) counts.sampledOut++;
        else if (sample) sample.add(prompt, file);
        else chosen.push(keep(prompt, file));
      }
      if (chosen.length > 0) yield chosen;
    }
    if (sample) yield* sampled(sample.take());
  }

  function* sampled(taken: ReturnType<Sample["take"]>): Generator<readonly Prompt[]> {
    counts.sampledOut = counts.read - counts.excluded - counts.filtered - taken.length;
    for (let i = 0; i < taken.length; i += BATCH) yield taken.slice(i, i + BATCH).map(({ prompt, file }) => keep(prompt, file));
  }

  function keep(prompt: Draft, file: number): Prompt {
    prompt.ordinal = kept++;
    (promptsPerFile[file] as number)++;
    return prompt;
  }

  /** What to warn of, with the record number where the line is not looked up yet. */
  function remarks(): NumberedRemark[] {
    const { exclusion, where, wherePlace = null } = keepers;
    const warned: NumberedRemark[] = notes.noted().map(({ code, message, file, row }) => ({ code, message, place: file === null ? null : { file }, row }));
    const warn = (code: string, message: string, place: Remark["place"]) => warned.push({ code, message, place, row: null });
    const unmet = exclusion?.warning();
    if (unmet) warn("exclude-unmet", unmet, options.placeOf?.("exclude") ?? null);
    if (where && where.missing.count > 0)
      warn("missing-field", `${where.missing.count} prompts lack a field of the condition and do not match (${where.missing.example})`, wherePlace);
    if (options.sample !== undefined && kept < options.sample)
      warn("small-sample", `a sample of ${options.sample} was asked for, but there are only ${kept} prompts: all are taken`, null);
    return warned;
  }

  const summary = (): WorkloadSummary => ({ ...counts, promptsPerFile, warnings: remarks().map(({ message }) => message) });
  return { batches, summary, remarks };
}

type NumberedRemark = Remark & { readonly row: number | null };

async function withLines(remarks: readonly NumberedRemark[], files: readonly OpenFile[]): Promise<Remark[]> {
  return Promise.all(
    remarks.map(async ({ code, message, place, row }) => {
      const source = row === null ? undefined : files.find(({ name, rows }) => name === place?.file && !rows.renumbered)?.source;
      const line = source && (await lineOfRecord(source, row as number));
      return { code, message, place: place && line ? { ...place, line } : place };
    }),
  );
}

function newCounts() {
  return { read: 0, excluded: 0, filtered: 0, sampledOut: 0 };
}
