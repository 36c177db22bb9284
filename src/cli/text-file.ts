import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { WrpError } from "../model/errors.ts";

/** Reads a text file whole, without a byte order mark. Throws WrpError with file (and line) where it is none, or is larger than `maxBytes`. */
export function readTextFile(file: string, cwd: string, maxBytes: number): string {
  return textWithMark(file, cwd, maxBytes).replace(/^\uFEFF/, "");
}

/** The same with its byte order mark, where it has one. */
export function textWithMark(file: string, cwd: string, maxBytes: number): string {
  const path = resolve(cwd, file);
  const place = { file };
  let bytes: Buffer;
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw new WrpError("is a folder, not a file", { place });
    // Reading a pipe that nobody writes to would never end.
    if (!found.isFile()) throw new WrpError("is no regular file", { place, hint: "pipes and devices are not read: save it to a file first" });
    if (found.size > maxBytes) throw new WrpError(`is too large: ${found.size} bytes (at most ${maxBytes})`, { place, hint: "is this the file that was meant?" });
    bytes = readFileSync(path);
  } catch (error) {
    throw error instanceof WrpError ? error : fileError(error as NodeJS.ErrnoException, file);
  }
  if (isUtf8(bytes) && !bytes.includes(0)) return bytes.toString("utf8");
  throw notText(file, bytes);
}

function notText(file: string, bytes: Buffer): WrpError {
  const utf16 = /^(\xff\xfe|\xfe\xff)/.test(bytes.toString("latin1", 0, 2));
  if (utf16) return new WrpError("this is UTF-16 text, not UTF-8", { place: { file, line: 1 }, hint: "save it as UTF-8, for example: iconv -f UTF-16 -t UTF-8" });
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(10, start);
    const piece = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (piece.includes(0)) return new WrpError("a NUL byte: this is no text", { place: { file, line } });
    if (end === -1 || !isUtf8(piece)) break;
    start = end + 1;
  }
  return new WrpError("not UTF-8 text", { place: { file, line }, hint: "save the file as UTF-8, for example: iconv -f latin1 -t UTF-8" });
}

/** Why a file could not be read, in words. */
export function fileError(error: NodeJS.ErrnoException, file: string): WrpError {
  return new WrpError(reason(error), { place: { file }, cause: error });
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT" || code === "ENOTDIR") return "no such file";
  if (code === "EACCES" || code === "EPERM") return "cannot be read: permission denied";
  return code === "ELOOP" ? "cannot be read: its links go round in a circle" : `cannot be read: ${message}`;
}
