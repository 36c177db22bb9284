import { celScope, condition, type Condition } from "../lib/cel.ts";
import { fileHash, valueHash } from "../lib/hash.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { WorkloadFile, WorkloadSummary } from "../model/workload.ts";
import { readError } from "./bytes.ts";
import { BATCH } from "./containers/container.ts";
import { baseName, type DataFile } from "./data-file.ts";
import type { Draft } from "./draft.ts";
import { readExclusion, type Exclusion } from "./filters/exclude.ts";
import { newSample, type Sample } from "./filters/sample.ts";
import { newSplit } from "./filters/split.ts";
import type { ColumnMap, Import, Importer } from "./importers/importer.ts";
import { findImporter, importers } from "./importers/index.ts";
import { commonName, findFile, findFiles } from "./inputs.ts";
import { newNotes, type Notes } from "./notes.ts";
import { newOddities } from "./oddities.ts";
import { notePriceLists, readPriceList, type PriceList } from "./price-list.ts";
import { newProblems } from "./problems.ts";
import { openSource, type Source } from "./source.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/**
 * Opens files as one workload: finds each one's form by looking inside, and hashes them. Nothing else is read before
 * `batches`. Throws WrpError on what the user can mend; `batches` does so when all bad rows are known.
 */
export async function openWorkload(options: WorkloadOptions): Promise<Workload> {
  check(options);
  const listed = await Promise.all((options.exclude ?? []).map((name) => findFile(name, options.cwd)));
  const found = await findFiles(options.inputs, options.cwd, listed);
  const where = options.where === undefined ? null : condition(options.where, options.wherePlace);
  const exclusion = listed.length > 0 ? await readExclusion(listed) : null;
  const opened = await openFiles(found, options);
  const files = opened.files.map((one) => one.described);
  let summary: WorkloadSummary | null = null;
  return {
    name: commonName(found),
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
      const run = newRun(opened, where, exclusion, options);
      yield* run.batches();
      summary = run.summary();
    },
    summary() {
      if (!summary) throw new Error("a workload has its summary when its prompts have been read");
      return summary;
    },
  };
}

/** Raised whenever an importer reads the same bytes as something else: what was stored before is then read anew. */
const IMPORT_REVISION = 1;

interface Opened {
  /** In the order of the inputs, price lists among them. */
  readonly files: readonly { readonly described: WorkloadFile; /** Names datasets and rows that have no name of their own. */ readonly base: string }[];
  readonly parts: readonly Part[];
  readonly lists: readonly PriceList[];
}

/** What is read as one: a file, or all files of a form that joins them. */
interface Part {
  readonly rows: Import;
  /** Indices of its files. */
  readonly files: readonly number[];
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

async function openFiles(found: readonly DataFile[], { format, map }: WorkloadOptions): Promise<Opened> {
  const columnMap = map && Object.keys(map).length > 0 ? map : undefined;
  const looked: Looked[] = [];
  for (const file of found) looked.push(await look(file, format, columnMap));
  const lists = looked.flatMap(({ list }) => list ?? []);
  if (lists.length === looked.length) throw new WrpError("no prompts: the file is a price list", { place: { file: (found[0] as DataFile).name } });
  const importHashes: string[] = looked.map(() => importHash({ format: "prices" }));
  const parts = grouped(looked).map(({ importer, members }): Part => {
    const sources = members.map((index) => (looked[index] as Looked).source as Source);
    const prices = importer.prices ? lists.filter(({ keys }) => keys === importer.prices) : [];
    // Outcomes come from all that is read together, and models may be named after files: each is another source than it is alone.
    const together = [...members.map((index) => looked[index] as Looked), ...looked.filter(({ list }) => list && prices.includes(list))];
    const beside = importer.joins || prices.length > 0 ? together.map(({ file, sha256: sha }) => [sha, baseName(file.name)]) : undefined;
    for (const index of members) importHashes[index] = importHash({ format: importer.name, map: columnMap ?? {}, beside });
    return { rows: importer.open(sources[0] as Source, columnMap ?? {}, { sources, prices }), files: members };
  });
  return {
    parts,
    lists,
    files: looked.map(({ file, importer, sha256: sha }, index) => ({
      base: baseName(file.name),
      described: { name: file.name, format: importer?.name ?? "prices", sha256: sha, importHash: importHashes[index] as string },
    })),
  };
}

function importHash(how: { readonly format: string; readonly map?: ColumnMap; readonly beside?: readonly (readonly string[])[] | undefined }): string {
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
function newRun({ files, parts, lists }: Opened, where: Condition | null, exclusion: Exclusion | null, options: WorkloadOptions) {
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
      for await (const passed of passing(parts, where, exclusion, newNotes(), newCounts())) for (const { prompt } of passed) split.link(prompt);
    for await (const passed of passing(parts, where, exclusion, notes, counts)) {
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

  function summary(): WorkloadSummary {
    const warnings = notes.warnings();
    const unmet = exclusion?.warning();
    if (unmet) warnings.push(unmet);
    if (where && where.missing.count > 0)
      warnings.push(`${where.missing.count} prompts lack a field of the condition and do not match (${where.missing.example})`);
    if (options.sample !== undefined && kept < options.sample)
      warnings.push(`a sample of ${options.sample} was asked for, but there are only ${kept} prompts: all are taken`);
    return { ...counts, promptsPerFile, warnings };
  }
  return { batches, summary };
}

function newCounts() {
  return { read: 0, excluded: 0, filtered: 0, sampledOut: 0 };
}

interface Passed {
  readonly prompt: Draft;
  /** Indices of the files in which it stands. */
  readonly files: readonly number[];
}

/**
 * Prompts that pass exclude and where. After the first bad row there are none: the rest
 * is read only to name the other bad rows, then WrpError is thrown.
 */
async function* passing(
  parts: readonly Part[],
  where: Condition | null,
  exclusion: Exclusion | null,
  notes: Notes,
  counts: ReturnType<typeof newCounts>,
): AsyncGenerator<readonly Passed[]> {
  const problems = newProblems();
  exclusion?.reset();
  if (where) Object.assign(where.missing, { count: 0, example: "" });
  try {
    for (const { rows, files } of parts) {
      for await (const { prompts, raws, sources } of rows.read(problems, notes)) {
        const passed: Passed[] = [];
        counts.read += prompts.length;
        for (let i = 0; i < prompts.length; i++) {
          const prompt = prompts[i] as Draft;
          if (exclusion?.has(prompt, raws?.[i])) counts.excluded++;
          else if (where && !where.test(celScope(prompt))) counts.filtered++;
          else passed.push({ prompt, files: sources?.[i]?.map((source) => files[source] as number) ?? files });
        }
        if (problems.count === 0 && passed.length > 0) yield passed;
      }
    }
  } catch (error) {
    // A file that breaks off after bad rows is told by its bad rows.
    throw error instanceof WrpError && problems.count > 0 ? await problems.error() : error;
  }
  if (problems.count > 0) throw await problems.error();
}
