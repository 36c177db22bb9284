import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { WrpError } from "../model/errors.ts";
import type { DataFile } from "./data-file.ts";
import { refuseForeign } from "./foreign.ts";

/** No single record, line or cell may be larger than this many bytes. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Bytes read at once; fewer where only the beginning of a file is looked at. */
const CHUNK_BYTES = 256 * 1024;
export const PEEK_BYTES = 16 * 1024;

/** A file's bytes, gunzipped where they begin with gzip's magic. Throws WrpError where reading or gunzipping fails. */
export async function* rawBytes(file: DataFile, chunkBytes = CHUNK_BYTES): AsyncGenerator<Buffer> {
  if (!isGzip(await firstBytes(file, 2))) {
    yield* plainBytes(file, chunkBytes);
    return;
  }
  const read = createReadStream(file.path, { highWaterMark: chunkBytes });
  const stream = read.pipe(createGunzip({ chunkSize: chunkBytes }));
  read.on("error", (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw readError(file, error);
  } finally {
    read.destroy();
    stream.destroy();
  }
}

/** Reads by hand: a stream's bookkeeping costs more than the reading. */
async function* plainBytes(file: DataFile, chunkBytes: number): AsyncGenerator<Buffer> {
  try {
    const handle = await open(file.path);
    try {
      for (;;) {
        const room = Buffer.allocUnsafeSlow(chunkBytes);
        const { bytesRead } = await handle.read(room, 0, chunkBytes);
        if (bytesRead === 0) return;
        yield bytesRead === chunkBytes ? room : room.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(file, error);
  }
}

/**
 * The bytes of a text file, without a byte order mark. Throws WrpError with file and line where they are not UTF-8.
 * Chunks may end inside a character.
 */
export async function* textBytes(file: DataFile, chunkBytes = CHUNK_BYTES): AsyncGenerator<Buffer> {
  let tail: Buffer = Buffer.alloc(0);
  let offset = 0;
  let begun = false;
  for await (const chunk of withoutBom(rawBytes(file, chunkBytes))) {
    if (!begun) refuseForeign(file.name, chunk);
    begun = true;
    const bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : chunk;
    const whole = bytes.length - unfinished(bytes);
    const checked = bytes.subarray(0, whole);
    if (!isUtf8(checked)) throw await notUtf8(file, offset, checked);
    offset += whole;
    tail = bytes.subarray(whole);
    yield chunk;
  }
  if (tail.length > 0) throw await notUtf8(file, offset, tail);
}

/** The line (from 1) of each byte offset of a text file, its byte order mark not counted; blank lines before it are skipped. */
export async function linesAt(file: DataFile, offsets: Iterable<number>): Promise<Map<number, number>> {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const lines = new Map<number, number>();
  let next = 0;
  let at = 0;
  let line = 1;
  if (wanted.length === 0) return lines;
  for await (const chunk of withoutBom(rawBytes(file))) {
    for (let i = 0; i < chunk.length && next < wanted.length; i++, at++) {
      const byte = chunk[i];
      if (byte !== 10 && byte !== 13)
        while (next < wanted.length && (wanted[next] as number) <= at) lines.set(wanted[next++] as number, line);
      if (byte === 10) line++;
    }
    if (next === wanted.length) break;
  }
  for (; next < wanted.length; next++) lines.set(wanted[next] as number, line);
  return lines;
}

/** The first bytes of a file as they lie on disk, gzip or not. Throws WrpError where it cannot be read. */
export async function firstBytes(file: DataFile, count: number): Promise<Buffer> {
  try {
    await using handle = await open(file.path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw readError(file, error);
  }
}

export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** An error of reading or gunzipping as what the user can act on. */
export function readError(file: DataFile, error: unknown): unknown {
  if (error instanceof WrpError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const place = { file: file.name };
  if (code === "Z_BUF_ERROR")
    return new WrpError("the gzip file ends too early", { place, hint: "it was cut off: copy or download it again", cause: error });
  if (code.startsWith("Z_"))
    return new WrpError(`the gzip file is damaged (${error.message})`, { place, hint: "copy or download it again; gunzip -t tests it", cause: error });
  if (code === "EACCES" || code === "EPERM") return new WrpError("cannot be read: permission denied", { place, hint: "make the file readable: chmod +r", cause: error });
  if (code) return new WrpError(`cannot be read (${code})`, { place, cause: error });
  return error;
}

async function* withoutBom(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = head.length > 0 ? Buffer.concat([head, chunk]) : chunk;
    if (head.length < 3) continue;
    yield head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
    head = null;
  }
  if (head && head.length > 0) yield head;
}

/** How many bytes at the end belong to a character that goes on in the next chunk. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

async function notUtf8(file: DataFile, offset: number, bytes: Buffer): Promise<WrpError> {
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(10, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  // Bytes that a line begins with tell the line even where it begins in an earlier chunk.
  const lines = await linesAt(file, [offset + start]);
  return new WrpError("not UTF-8 text", {
    place: { file: file.name, line: lines.get(offset + start) ?? 1 },
    hint: "save the file as UTF-8, for example: iconv -f latin1 -t utf-8",
  });
}
