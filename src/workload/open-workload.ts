import { celScope, condition, type Condition } from "../lib/cel.ts";
import { fileHash, valueHash } from "../lib/hash.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { WorkloadFile, WorkloadSummary } from "../model/workload.ts";
import { readError } from "./bytes.ts";
import { BATCH } from "./containers/container.ts";
import type { DataFile } from "./data-file.ts";
import type { Draft } from "./draft.ts";
import { readExclusion, type Exclusion } from "./filters/exclude.ts";
import { newSample, type Sample } from "./filters/sample.ts";
import { newSplit } from "./filters/split.ts";
import type { Import } from "./importers/importer.ts";
import { findImporter } from "./importers/index.ts";
import { commonName, findFile, findFiles } from "./inputs.ts";
import { newNotes, type Notes } from "./notes.ts";
import { newOddities } from "./oddities.ts";
import { newProblems } from "./problems.ts";
import { openSource } from "./source.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/**
 * Opens files as one workload: finds each one's form by looking inside, and hashes them. Nothing else is read before
 * `batches`. Throws WrpError on what the user can mend; `batches` does so when all bad rows are known.
 */
export async function openWorkload(options: WorkloadOptions): Promise<Workload> {
  check(options);
  const listed = await Promise.all((options.exclude ?? []).map((name) => findFile(name, options.cwd)));
  const found = await findFiles(options.inputs, options.cwd, listed);
  const where = options.where === undefined ? null : condition(options.where);
  const exclusion = listed.length > 0 ? await readExclusion(listed) : null;
  const opened: OpenFile[] = [];
  for (const file of found) opened.push(await openFile(file, options));
  const files = opened.map((one) => one.described);
  let summary: WorkloadSummary | null = null;
  return {
    name: commonName(found),
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

interface OpenFile {
  readonly described: WorkloadFile;
  /** Names datasets and rows that have no name of their own. */
  readonly base: string;
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
function newRun(files: readonly OpenFile[], where: Condition | null, exclusion: Exclusion | null, options: WorkloadOptions) {
  const split = options.split === undefined ? null : newSplit(options.split, trainShare(options), options.seed);
  const sample = options.sample === undefined ? null : newSample(options.sample, options.seed);
  const notes = newNotes();
  const note = newOddities(notes);
  const counts = newCounts();
  const promptsPerFile = files.map(() => 0);
  let kept = 0;

  async function* batches(): AsyncGenerator<readonly Prompt[]> {
    if (split && files.some(({ rows }) => rows.sessions))
      for await (const { prompts } of passing(files, where, exclusion, newNotes(), newCounts())) for (const prompt of prompts) split.link(prompt);
    for await (const { prompts, file } of passing(files, where, exclusion, notes, counts)) {
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

/**
 * Prompts that pass exclude and where, with the index of their file. After the first bad row there are none: the rest
 * is read only to name the other bad rows, then WrpError is thrown.
 */
async function* passing(
  files: readonly OpenFile[],
  where: Condition | null,
  exclusion: Exclusion | null,
  notes: Notes,
  counts: ReturnType<typeof newCounts>,
): AsyncGenerator<{ readonly prompts: Draft[]; readonly file: number }> {
  const problems = newProblems();
  exclusion?.reset();
  if (where) Object.assign(where.missing, { count: 0, example: "" });
  try {
    for (const [file, { rows }] of files.entries()) {
      for await (const { prompts, raws } of rows.read(problems, notes)) {
        const passed: Draft[] = [];
        counts.read += prompts.length;
        for (let i = 0; i < prompts.length; i++) {
          const prompt = prompts[i] as Draft;
          if (exclusion?.has(prompt, raws?.[i])) counts.excluded++;
          else if (where && !where.test(celScope(prompt))) counts.filtered++;
          else passed.push(prompt);
        }
        if (problems.count === 0 && passed.length > 0) yield { prompts: passed, file };
      }
    }
  } catch (error) {
    // A file that breaks off after bad rows is told by its bad rows.
    throw error instanceof WrpError && problems.count > 0 ? await problems.error() : error;
  }
  if (problems.count > 0) throw await problems.error();
}
