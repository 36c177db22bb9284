import { condition } from "../lib/cel.ts";
import { fileHash, valueHash } from "../lib/hash.ts";
import { placed, raise, telling, tellingLater, WrpError, type Tell } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Remark } from "../model/remark.ts";
import type { WorkloadFile, WorkloadSummary } from "../model/workload.ts";
import { readError } from "./bytes.ts";
import { BATCH } from "./containers/container.ts";
import { baseName, type DataFile } from "./data-file.ts";
import type { Draft } from "./draft.ts";
import { readExclusion } from "./filters/exclude.ts";
import { newSample, type Sample } from "./filters/sample.ts";
import { newSplit } from "./filters/split.ts";
import type { ColumnMap, Importer } from "./importers/importer.ts";
import { findImporter, importers } from "./importers/index.ts";
import { commonName, findFile, findFiles } from "./inputs.ts";
import { newNotes } from "./notes.ts";
import { newOddities } from "./oddities.ts";
import { passing, type Gatekeepers, type Part } from "./passing.ts";
import { notePriceLists, readPriceList, type PriceList } from "./price-list.ts";
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
  const placeOf: PlaceOf = options.placeOf ?? (() => undefined);
  const wanted = await Promise.all((options.exclude ?? []).map((name, k) => tellingLater(tell, () => findFile(name, options.cwd), placeOf("exclude", k))));
  const listed = wanted.filter((file) => file !== undefined);
  const found = await findFiles(options.inputs, options.cwd, listed, { tell, placeOf: (k) => placeOf("inputs", k) });
  const wherePlace = placeOf("where");
  const where = telling(tell, () => (options.where === undefined ? null : condition(options.where, wherePlace)), wherePlace) ?? null;
  const exclusion = listed.length > 0 ? ((await tellingLater(tell, () => readExclusion(listed), placeOf("exclude"))) ?? null) : null;
  const opened = await openFiles(found, options, tell);
  const files = opened.files.map((one) => one.described);
  let summary: WorkloadSummary | null = null;
  let remarks: () => Promise<Remark[]> = async () => [];
  return {
    name: found.length > 0 ? commonName(found) : "workload",
    hash: valueHash({
      files: opened.files.map(({ described, base }) => [described.sha256, described.importHash, base]),
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

type PlaceOf = NonNullable<WorkloadOptions["placeOf"]>;

/** Raised whenever importers of every form read the same bytes as something else. A form of its own has `revision`. */
const IMPORT_REVISION = 2;

interface Opened {
  /** In the order of the inputs, price lists among them. */
  readonly files: readonly OpenFile[];
  readonly parts: readonly Part[];
  readonly lists: readonly PriceList[];
}

interface OpenFile {
  readonly described: WorkloadFile;
  /** Names datasets and rows that have no name of their own. */
  readonly base: string;
  /** Null of a price list. */
  readonly source: Source | null;
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

async function openFiles(found: readonly DataFile[], { format, map, placeOf }: WorkloadOptions, tell: Tell): Promise<Opened> {
  const columnMap = map && Object.keys(map).length > 0 ? map : undefined;
  const place = placeOf?.(columnMap ? "map" : "format");
  // Among the errors of many files, each says which one it is of; an unknown format is no file's fault.
  const about = (file: DataFile): Tell => (tell === raise ? tell : (error) => tell(error.code === "unknown-format" ? error : placed(error, { file: file.name })));
  const looked: Looked[] = [];
  for (const file of found) {
    const seen = await tellingLater(about(file), () => look(file, format, columnMap), place);
    if (seen) looked.push(seen);
  }
  const lists = looked.flatMap(({ list }) => list ?? []);
  if (looked.length > 0 && lists.length === looked.length) tell(new WrpError("no prompts: the file is a price list", { place: { file: (looked[0] as Looked).file.name } }));
  const importHashes: string[] = looked.map(() => importHash({ format: "prices" }));
  const parts = grouped(looked).flatMap(({ importer, members }): Part[] => {
    const sources = members.map((index) => (looked[index] as Looked).source as Source);
    const prices = importer.prices ? lists.filter(({ keys }) => keys === importer.prices) : [];
    // Outcomes come from all that is read together, and models may be named after files: each is another source than it is alone.
    const together = [...members.map((index) => looked[index] as Looked), ...looked.filter(({ list }) => list && prices.includes(list))];
    const beside = importer.joins || prices.length > 0 ? together.map(({ file, sha256: sha }) => [sha, baseName(file.name)]) : undefined;
    for (const index of members) importHashes[index] = importHash({ format: importer.name, map: columnMap ?? {}, beside, ...(importer.revision === undefined ? {} : { own: importer.revision }) });
    const [first] = sources as [Source, ...Source[]];
    const rows = telling(about(first.file), () => importer.open(first, columnMap ?? {}, { sources, prices }), place);
    return rows ? [{ name: members.length === 1 ? first.file.name : null, rows, files: members }] : [];
  });
  return {
    parts,
    lists,
    files: looked.map(({ file, importer, source, sha256: sha }, index) => ({
      base: baseName(file.name),
      source,
      described: { name: file.name, format: importer?.name ?? "prices", sha256: sha, importHash: importHashes[index] as string },
    })),
  };
}

function importHash(how: { readonly format: string; readonly map?: ColumnMap; readonly beside?: readonly (readonly string[])[] | undefined; readonly own?: number }): string {
  return valueHash({ ...how, revision: IMPORT_REVISION });
}

/** A file that was looked into: a price list, or rows and who reads them. */
interface Looked {
  readonly file: DataFile;
  readonly sha256: string;
  readonly list: PriceList | null;
  readonly source: Source | null;
  readonly importer: Importer | null;
}

async function look(file: DataFile, format: string | undefined, map: ColumnMap | undefined): Promise<Looked> {
  const hashed = sha256(file);
  hashed.catch(() => undefined); // awaited below, behind errors that say more
  const list = await readPriceList(file, importers.flatMap(({ prices }) => prices ?? []));
  if (list) return { file, list, source: null, importer: null, sha256: await hashed };
  const source = await openSource(file);
  const importer = findImporter(source, format, map);
  return { file, list, source, importer, sha256: await hashed };
}

/** The indices of files to be read as one, in the order of each one's first file. */
function grouped(looked: readonly Looked[]): { readonly importer: Importer; readonly members: number[] }[] {
  const groups: { importer: Importer; members: number[] }[] = [];
  for (const [index, { importer }] of looked.entries()) {
    if (!importer) continue;
    const group = importer.joins ? groups.find((one) => one.importer === importer) : undefined;
    if (group) group.members.push(index);
    else groups.push({ importer, members: [index] });
  }
  return groups;
}

async function sha256(file: DataFile): Promise<string> {
  try {
    return await fileHash(file.path);
  } catch (error) {
    throw readError(file, error);
  }
}

/** One reading of a workload: filters in the order exclude, where, split, sample. */
function newRun({ files, parts, lists }: Opened, keepers: Gatekeepers, options: WorkloadOptions, tell: Tell) {
  const split = options.split === undefined ? null : newSplit(options.split, trainShare(options), options.seed);
  const sample = options.sample === undefined ? null : newSample(options.sample, options.seed);
  const notes = newNotes();
  const note = newOddities(notes);
  const counts = newCounts();
  const promptsPerFile = files.map(() => 0);
  notePriceLists(lists, notes);
  let kept = 0;

  async function* batches(): AsyncGenerator<readonly Prompt[]> {
    if (split && parts.some(({ rows }) => rows.sessions))
      for await (const passed of passing(parts, keepers, newNotes(), newCounts(), tell)) for (const { prompt } of passed) split.link(prompt);
    for await (const passed of passing(parts, keepers, notes, counts, tell)) {
      const chosen: Prompt[] = [];
      for (const { prompt, files: standsIn } of passed) {
        note(prompt);
        if (split && !split.has(prompt)) counts.sampledOut++;
        else if (sample) sample.add(prompt, standsIn);
        else chosen.push(keep(prompt, standsIn));
      }
      if (chosen.length > 0) yield chosen;
    }
    if (sample) yield* sampled(sample.take());
  }

  function* sampled(taken: ReturnType<Sample["take"]>): Generator<readonly Prompt[]> {
    counts.sampledOut = counts.read - counts.excluded - counts.filtered - taken.length;
    for (let i = 0; i < taken.length; i += BATCH) yield taken.slice(i, i + BATCH).map(({ prompt, files: standsIn }) => keep(prompt, standsIn));
  }

  function keep(prompt: Draft, standsIn: readonly number[]): Prompt {
    prompt.ordinal = kept++;
    for (const file of standsIn) (promptsPerFile[file] as number)++;
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

async function withLines(remarks: readonly NumberedRemark[], { files, parts }: Opened): Promise<Remark[]> {
  return Promise.all(
    remarks.map(async ({ code, message, place, row }) => {
      const k = files.findIndex(({ described }) => described.name === place?.file);
      const source = files[k]?.source;
      const numbered = row !== null && !parts.some(({ rows, files: members }) => rows.renumbered && members.includes(k));
      const line = source && numbered ? await lineOfRecord(source, row) : null;
      return { code, message, place: place && line ? { ...place, line } : place };
    }),
  );
}

function newCounts() {
  return { read: 0, excluded: 0, filtered: 0, sampledOut: 0 };
}
