import type { Place } from "../model/errors.ts";
import type { Remark } from "../model/remark.ts";
import type { WorkloadFile, WorkloadSummary } from "../model/workload.ts";
import type { Prompt } from "../model/prompt.ts";

export interface WorkloadOptions {
  /** Files, folders, globs, as the user gave them. */
  readonly inputs: readonly string[];
  /** Importer by name; otherwise found by looking inside each file. */
  readonly format?: string;
  /** Columns of a generic table: prompt=question, quality.gpt-4=gpt4_score … */
  readonly map?: Readonly<Record<string, string>>;
  /** CEL; keeps the prompts for which it is true. */
  readonly where?: string;
  /** Files listing prompts to leave out, by exact text. */
  readonly exclude?: readonly string[];
  /** Keep this many prompts, chosen by seed. */
  readonly sample?: number;
  /** Keep one side of a seeded split; duplicates and sessions stay on one side. */
  readonly split?: "train" | "test";
  /** Share of clusters in the training part, in (0,1); default 0.5. */
  readonly trainShare?: number;
  readonly seed: number;
  /** Where the user wrote an option (a file's part of it, by its index), for errors about it. */
  readonly placeOf?: (option: "inputs" | "exclude" | "where" | "format" | "map", index?: number) => Place | undefined;
  /** Directory that relative inputs are resolved against. */
  readonly cwd: string;
}

/** An ordered stream of prompts, read once from files; nothing is held but the batch at hand. */
export interface Workload {
  readonly name: string;
  /** Content hash: the files' bytes and every option that changes what is read. */
  readonly hash: string;
  readonly files: readonly WorkloadFile[];
  /** Prompts in order, in batches of at most 512. */
  batches(): AsyncIterable<readonly Prompt[]>;
  /** Counts and warnings; complete once `batches` has ended. */
  summary(): WorkloadSummary;
}

/** A workload that is read from its files. */
export interface OpenedWorkload extends Workload {
  /** What the summary warns of, each with its place; complete once \`batches\` has ended. */
  remarks(): Promise<readonly Remark[]>;
}
