import { open } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { BATCH } from "./container.ts";

/*
 * A thread of its own for the decoder: on damaged bytes it may run for ever or take all memory, which only ending a thread stops.
 * parquet.ts holds the other end.
 */

/** What the thread is asked for. */
export interface DecodeRequest {
  readonly path: string;
  /** The file's bytes, where they do not stand on the disk as they are. */
  readonly bytes: ArrayBuffer | null;
  /** Rows wanted, at most. */
  readonly limit: number;
  /** Bytes that a row group may have, decoded. */
  readonly maxGroupBytes: number;
  /** One Int32, counted up whenever the decoder gets on. */
  readonly progress: SharedArrayBuffer;
}

/** What comes back: rows by columns, then the end; `ask` once for each batch beyond the first few. */
export type Decoded =
  | { readonly rows: readonly (readonly unknown[])[]; readonly columns: readonly string[] }
  | { readonly end: true }
  | { readonly damage: string }
  | { readonly tooLarge: number };

/** What the thread is told: a file to decode, that a batch was taken, that no more is wanted. */
export type ToDecoder = DecodeRequest | "taken" | "stop";

/** Batches on their way at once. */
const AHEAD = 8;

const port = parentPort;
let room = AHEAD;
let stopped = false;
let wake: () => void = () => undefined;

port?.on("message", (message: ToDecoder) => {
  if (message === "taken") room++;
  else if (message === "stop") stopped = true;
  else {
    [room, stopped] = [AHEAD, false];
    void decode(message).then(
      (last) => port.postMessage(last),
      (error: unknown) => port.postMessage({ damage: error instanceof Error ? error.message : String(error) } satisfies Decoded),
    );
  }
  wake();
});

async function decode({ path, bytes, limit, maxGroupBytes, progress }: DecodeRequest): Promise<Decoded> {
  const counter = new Int32Array(progress);
  const tick = (): void => void Atomics.add(counter, 0, 1);
  const handle = bytes ? null : await open(path);
  try {
    const source = counted(bytes ? inMemory(bytes) : await onDisk(handle as NonNullable<typeof handle>), tick);
    const metadata = await parquetMetadataAsync(source);
    const unpack = Object.fromEntries(
      Object.entries(compressors).map(([codec, work]) => [codec, (input: Uint8Array, length: number) => (tick(), (work as typeof decompress)(input, length))]),
    );
    let first = 0;
    for (const group of metadata.row_groups) {
      if (group.total_byte_size > maxGroupBytes) return { tooLarge: Number(group.total_byte_size) };
      const end = Math.min(first + rowsOf(group), limit);
      const columns = columnsOf(metadata, group);
      const rows = await readRows({ file: source, metadata, rowStart: first, rowEnd: end, columns: [...columns], compressors: unpack, onPage: tick });
      if (rows.length !== end - first) throw new Error(`row group ends after ${rows.length} of ${end - first} rows`);
      for (let i = 0; i < rows.length; i += BATCH) {
        while (room === 0 && !stopped) await new Promise<void>((resolve) => (wake = resolve));
        if (stopped) return { end: true };
        room--;
        port?.postMessage({ columns, rows: rows.slice(i, i + BATCH).map((row) => row.map(plain)) } satisfies Decoded);
        tick();
      }
      first = end;
      if (first >= limit) break;
    }
    return { end: true };
  } finally {
    await handle?.close();
  }
}

declare function decompress(input: Uint8Array, length: number): Uint8Array;

function readRows(options: Omit<Parameters<typeof parquetRead>[0], "rowFormat" | "onComplete">): Promise<unknown[][]> {
  return new Promise((onComplete, reject) => {
    parquetRead({ ...options, rowFormat: "array", onComplete: (rows) => onComplete(rows as unknown[][]) }).catch(reject);
  });
}

function rowsOf({ num_rows: count }: FileMetaData["row_groups"][number]): number {
  const rows = Number(count);
  if (!Number.isSafeInteger(rows) || rows < 0 || rows > 2 ** 31) throw new Error("its row counts make no sense");
  return rows;
}

/** The names of a group's columns; of nested ones the outermost. */
function columnsOf({ schema }: FileMetaData, { columns }: FileMetaData["row_groups"][number]): string[] {
  if (schema.length === 0) throw new Error("it has no schema");
  return [...new Set(columns.map((column) => column.meta_data?.path_in_schema[0] ?? ""))];
}

async function onDisk(handle: Awaited<ReturnType<typeof open>>): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const length = Math.min(end, size) - start;
      if (!(length >= 0 && start >= 0)) throw new Error("it points outside itself");
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, start);
      if (bytesRead !== length) throw new Error("it ends too early");
      return bytes.buffer;
    },
  };
}

function inMemory(bytes: ArrayBuffer): AsyncBuffer {
  return { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
}

function counted(source: AsyncBuffer, tick: () => void): AsyncBuffer {
  return { byteLength: source.byteLength, slice: (start, end) => (tick(), source.slice(start, end)) };
}

/** A cell as JSON would hold it: big integers as numbers, NaN as null, dates as text. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
