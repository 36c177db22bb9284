import type { DataFile } from "../data-file.ts";
import type { BadRow } from "../problems.ts";

/** A row as its container gives it: the cells of a table, or an object. */
export type Row = readonly unknown[] | Readonly<Record<string, unknown>>;

/** At most 512 rows in file order. */
export interface RowBatch {
  /** Names of the cells; `null` where rows are objects. */
  readonly columns: readonly string[] | null;
  readonly rows: readonly Row[];
  /** Position of each row: byte offset in the text (byte order mark not counted), or record number where `lines` is false. */
  readonly at: readonly number[];
  /** Record number of the first row, from 0. */
  readonly first: number;
}

export interface ReadOptions {
  /** The file's first bytes (gunzipped, no byte order mark), at most 256 KiB. */
  readonly head: Buffer;
  /** Told of rows that cannot be read; reading goes on. */
  readonly bad: (at: number, problem: BadRow) => void;
  /** Only the first rows are wanted, at most this many: read in small pieces. */
  readonly limit?: number;
}

/** A way to lay rows out in bytes: JSONL, JSON, CSV, Parquet. */
export interface Container {
  readonly name: string;
  /** Whether positions can be told as lines. */
  readonly lines: boolean;
  /** Whether all cells are text, so that numbers need to be read from it. */
  readonly textual: boolean;
  detect(head: Buffer): boolean;
  /** Rows in batches. Throws WrpError where nothing more can be read. */
  read(file: DataFile, options: ReadOptions): AsyncIterable<RowBatch>;
  /** The members with these names of the document that the rows stand in; absent where rows stand in none. */
  members?(file: DataFile, names: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
}

export const BATCH = 512;
