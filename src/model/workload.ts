/** One file of a workload. */
export interface WorkloadFile {
  /** As named by the user, or found in the folder named. */
  readonly name: string;
  /** The importer that reads it; "prices" for a price list. */
  readonly format: string;
  readonly sha256: string;
  /** Hash of format, column map and files read along with it: the same file read differently is another source of answers. */
  readonly importHash: string;
}

/** What was read: kept beside a workload so that it need not be parsed again. */
export interface WorkloadHeader {
  /** Content: the files' hashes and every option that changes what is read from them. */
  readonly hash: string;
  readonly name: string;
  readonly files: readonly WorkloadFile[];
}

/** Counts and warnings that reading ended with. */
export interface WorkloadSummary {
  readonly read: number;
  readonly excluded: number;
  readonly filtered: number;
  readonly sampledOut: number;
  /** Kept prompts of each file, in the order of `files`; one whose outcomes stand in several files counts for each. */
  readonly promptsPerFile: readonly number[];
  readonly warnings: readonly string[];
}
