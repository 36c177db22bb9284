import { open, type FileHandle } from "node:fs/promises";
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { WrpError } from "../../model/errors.ts";
import { firstBytes, isGzip, rawBytes, readError } from "../bytes.ts";
import type { DataFile } from "../data-file.ts";
import { BATCH, type Container, type ReadOptions, type RowBatch } from "./container.ts";

/** Apache Parquet, one row group in memory at a time. */
export const parquet: Container = {
  name: "Parquet",
  lines: false,
  textual: false,
  detect: (head) => head.subarray(0, 4).toString("latin1") === "PAR1",
  read,
};

const MAX_BYTES = 1024 * 1024 * 1024;

async function* read(file: DataFile, { limit = Infinity }: ReadOptions): AsyncGenerator<RowBatch> {
  const gzip = isGzip(await firstBytes(file, 2));
  await using handle = await openFile(file);
  const source = gzip ? inMemory(await gunzipped(file)) : await onDisk(file, handle);
  const metadata = await decoded(file, () => parquetMetadataAsync(source));
  let first = 0;
  for (const group of groups(file, metadata)) {
    const start = first;
    const end = Math.min(start + group, limit);
    const rows = await decoded(file, () => parquetReadObjects({ file: source, metadata, rowStart: start, rowEnd: end, compressors }));
    if (rows.length !== end - start) throw damaged(file, `row group ends after ${rows.length} of ${end - start} rows`);
    for (let i = 0; i < rows.length; i += BATCH) {
      const batch = rows.slice(i, i + BATCH).map((row) => plain(row) as Record<string, unknown>);
      yield { columns: null, rows: batch, at: batch.map((_, j) => first + j), first };
      first += batch.length;
    }
    if (first >= limit) return;
  }
}

/** Rows in each row group. */
function groups(file: DataFile, metadata: FileMetaData): number[] {
  return metadata.row_groups.map((group) => {
    if (group.total_byte_size > MAX_BYTES)
      throw new WrpError(`a row group of ${group.total_byte_size} bytes is too large (at most ${MAX_BYTES})`, {
        place: { file: file.name },
        hint: "write the file again with smaller row groups",
      });
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0 || rows > 2 ** 31) throw damaged(file, "its row counts make no sense");
    return rows;
  });
}

async function openFile(file: DataFile): Promise<FileHandle> {
  try {
    return await open(file.path);
  } catch (error) {
    throw readError(file, error);
  }
}

async function onDisk(file: DataFile, handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const length = Math.min(end, size) - start;
      if (!(length >= 0)) throw damaged(file, "it points outside itself");
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, start);
      if (bytesRead !== length) throw damaged(file, "it ends too early");
      return bytes.buffer;
    },
  };
}

function inMemory(bytes: ArrayBuffer): AsyncBuffer {
  return { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
}

async function gunzipped(file: DataFile): Promise<ArrayBuffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of rawBytes(file)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES)
      throw new WrpError(`a gzipped Parquet file may hold at most ${MAX_BYTES} bytes`, {
        place: { file: file.name },
        hint: "gunzip it first: Parquet is compressed inside",
      });
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes.buffer;
}

/** The decoder throws errors of every kind on damaged bytes; all of them say one thing to the user. */
async function decoded<T>(file: DataFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WrpError) throw error;
    throw damaged(file, (error as Error).message, error);
  }
}

function damaged(file: DataFile, why: string, cause?: unknown): WrpError {
  return new WrpError(`the Parquet file is damaged or cut off (${why})`, { place: { file: file.name }, cause });
}

/** A cell as JSON would hold it: big integers as numbers, NaN as null, dates as text. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  const object: Record<string, unknown> = {};
  for (const key of Object.keys(value)) object[key] = plain((value as Record<string, unknown>)[key]);
  return object;
}
