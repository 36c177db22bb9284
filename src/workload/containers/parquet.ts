import { stat } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { WrpError } from "../../model/errors.ts";
import { firstBytes, isGzip, rawBytes, readError } from "../bytes.ts";
import type { DataFile } from "../data-file.ts";
import { isDeep, TOO_DEEP } from "../nesting.ts";
import type { Container, ReadOptions, Row, RowBatch } from "./container.ts";
import type { Decoded, DecodeRequest, ToDecoder } from "./parquet-decoder.ts";

/** Apache Parquet, one row group in memory at a time, decoded by a thread of its own (parquet-decoder.ts). */
export const parquet: Container = {
  name: "Parquet",
  lines: false,
  textual: false,
  detect: (head) => head.subarray(0, 4).toString("latin1") === "PAR1",
  read,
};

const MEGABYTE = 1024 * 1024;
/** A row group may be this large, and a gzipped file, which is unpacked in memory. */
const MAX_BYTES = 1024 * MEGABYTE;

async function* read(file: DataFile, { limit = Infinity }: ReadOptions): AsyncGenerator<RowBatch> {
  const bytes = isGzip(await firstBytes(file, 2)) ? await gunzipped(file) : null;
  const megabytes = Math.ceil((bytes?.byteLength ?? (await sizeOf(file))) / MEGABYTE);
  const decoder = borrowDecoder(megabytes);
  let first = 0;
  try {
    decoder.begin({ path: file.path, bytes, limit, maxGroupBytes: MAX_BYTES });
    for (;;) {
      const message = await decoder.next();
      if ("end" in message) return;
      if ("damage" in message) throw damaged(file, message.damage);
      if ("tooLarge" in message)
        throw new WrpError(`a row group of ${message.tooLarge} bytes is too large (at most ${MAX_BYTES})`, {
          place: { file: file.name },
          hint: "write the file again with smaller row groups",
        });
      const rows = message.rows.map(newRow(message.columns));
      if (rows.some((row) => isDeep(row))) throw new WrpError(TOO_DEEP, { place: { file: file.name } });
      yield { columns: null, rows, at: rows.map((_, i) => first + i), first };
      first += rows.length;
    }
  } finally {
    await decoder.giveBack();
  }
}

function newRow(columns: readonly string[]): (cells: readonly unknown[]) => Row {
  if (columns.includes("__proto__")) return (cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
  return (cells) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] as string] = cells[i];
    return row;
  };
}

interface Decoder {
  begin(request: Omit<DecodeRequest, "progress">): void;
  /** What comes next; damage where the thread gets no further or out of memory. */
  next(): Promise<Decoded>;
  /** Ends reading; the thread is kept for the next file where it is well. */
  giveBack(): Promise<void>;
}

/** Files up to this size share one thread: starting it takes longer than reading them. */
const SHARED_MEGABYTES = 32;
/** JavaScript memory of a thread, MiB: what rows of a small file take, and more for every MiB of a large one. */
const [HEAP, HEAP_PER_MEGABYTE, HEAP_MOST] = [1024, 16, 4096];
/** How often the decoder is looked at, ms; in how many looks it must get on (a page is unpacked, a column read): more for large files. */
const [LOOK_MS, LOOKS, LOOKS_PER_MEGABYTE] = [100, 100, 10];

let idle: Thread | null = null;

function borrowDecoder(megabytes: number): Decoder {
  const shared = megabytes <= SHARED_MEGABYTES;
  const thread = (shared ? idle : null) ?? newThread(shared ? HEAP : Math.min(HEAP_MOST, HEAP + HEAP_PER_MEGABYTE * megabytes));
  if (thread === idle) idle = null;
  const patience = LOOKS + LOOKS_PER_MEGABYTE * megabytes;
  let over = false;
  const next = async (): Promise<Decoded> => {
    const message = await thread.receive(patience);
    if ("rows" in message) thread.send("taken");
    else over = true;
    return message;
  };
  return {
    next,
    begin: ({ bytes, ...request }) => thread.send({ ...request, bytes, progress: thread.progress }, bytes ? [bytes] : []),
    async giveBack() {
      if (!over) thread.send("stop");
      while (!over) await next();
      if (shared && thread.well() && idle === null) idle = thread;
      else await thread.end();
    },
  };
}

type Thread = ReturnType<typeof newThread>;

function newThread(heapMegabytes: number) {
  // The module has the ending that this one has: .ts in tests, .js as built.
  const url = new URL(`./parquet-decoder${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url);
  const worker = new Worker(url, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } });
  const progress = new SharedArrayBuffer(4);
  const counter = new Int32Array(progress);
  const received: Decoded[] = [];
  let lost: Decoded | null = null;
  let wake: () => void = () => undefined;
  worker.unref(); // waiting for it is what keeps the process, below
  worker.on("message", (message: Decoded) => {
    received.push(message);
    wake();
  });
  worker.on("error", (error: NodeJS.ErrnoException) => lose(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "decoding it takes more memory than a file of its size can need" : error.message));
  worker.on("exit", () => lose("its decoder ended"));

  function lose(damage: string): void {
    lost ??= { damage };
    wake();
  }

  return {
    progress,
    well: () => lost === null,
    send: (message: ToDecoder, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer),
    async end(): Promise<void> {
      await worker.terminate();
    },
    /** The next message. The thread is ended where it gets no further for as many looks as `patience`. */
    async receive(patience: number): Promise<Decoded> {
      let seen = Atomics.load(counter, 0);
      let looks = 0;
      // Looks are counted, not time: a machine that is busy with others looks less often, too.
      const watch = setInterval(() => {
        const now = Atomics.load(counter, 0);
        looks = now === seen ? looks + 1 : 0;
        seen = now;
        if (looks < patience) return;
        lose("decoding it does not come to an end");
        void worker.terminate();
      }, LOOK_MS);
      try {
        while (received.length === 0 && lost === null) await new Promise<void>((resolve) => (wake = resolve));
      } finally {
        clearInterval(watch);
      }
      return received.shift() ?? (lost as unknown as Decoded);
    },
  };
}

async function sizeOf(file: DataFile): Promise<number> {
  try {
    return (await stat(file.path)).size;
  } catch (error) {
    throw readError(file, error);
  }
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

function damaged(file: DataFile, why: string): WrpError {
  return new WrpError(`the Parquet file is damaged or cut off (${why})`, { place: { file: file.name }, hint: "copy or make it again" });
}
