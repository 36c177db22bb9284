import { WrpError } from "../../model/errors.ts";
import { linesAt, MAX_RECORD_BYTES, PEEK_BYTES, textBytes } from "../bytes.ts";
import type { DataFile } from "../data-file.ts";
import { isDeep, TOO_DEEP } from "../nesting.ts";
import { BadRow } from "../problems.ts";
import { BATCH, type Container, type ReadOptions, type Row, type RowBatch } from "./container.ts";
import { firstNonBlank } from "./json.ts";

/** A batch ends early at this many bytes, so that long lines do not add up. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** One JSON object a line; blank lines are skipped. */
export const jsonl: Container = {
  name: "JSONL",
  lines: true,
  textual: false,
  detect: (head) => head[firstNonBlank(head)] === 0x7b,
  read,
};

async function* read(file: DataFile, { bad, limit }: ReadOptions): AsyncGenerator<RowBatch> {
  let rows: Row[] = [];
  let at: number[] = [];
  let first = 0;
  let bytes = 0;
  for await (const { line, offset } of lines(file, limit === undefined ? undefined : PEEK_BYTES)) {
    if (isBlank(line)) continue;
    try {
      rows.push(parseRow(line));
      at.push(offset);
      bytes += line.length;
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      bad(offset, error);
      continue;
    }
    if (rows.length === BATCH || bytes >= BATCH_BYTES || (limit !== undefined && rows.length >= limit)) {
      yield { columns: null, rows, at, first };
      first += rows.length;
      rows = [];
      at = [];
      bytes = 0;
    }
  }
  if (rows.length > 0) yield { columns: null, rows, at, first };
}

interface Line {
  readonly line: Buffer;
  readonly offset: number;
}

async function* lines(file: DataFile, chunkBytes?: number): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let length = 0;
  let offset = 0;
  for await (const chunk of textBytes(file, chunkBytes)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end);
      const line = pieces.length > 0 ? Buffer.concat([...pieces, piece]) : piece;
      yield { line, offset };
      offset += line.length + 1;
      start = end + 1;
      pieces = [];
      length = 0;
    }
    if (start < chunk.length) {
      pieces.push(chunk.subarray(start));
      length += chunk.length - start;
    }
    if (length > MAX_RECORD_BYTES) {
      const line = (await linesAt(file, [offset])).get(offset) ?? 1;
      throw new WrpError(`a line is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB`, {
        place: { file: file.name, line },
        hint: "one JSON object stands on one line; a text of that size is no prompt",
      });
    }
  }
  if (length > 0) yield { line: Buffer.concat(pieces), offset };
}

function isBlank(line: Buffer): boolean {
  return line.length === 0 || firstNonBlank(line) === line.length;
}

function parseRow(line: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line.toString("utf8"));
  } catch (error) {
    const { message } = error as Error;
    const column = /\bline 1 column (\d+)/.exec(message)?.[1];
    throw new BadRow(`not valid JSON (${message})`, { ...hintFor(line), ...(column === undefined ? {} : { column: Number(column) }) });
  }
  if (isDeep(value)) throw new BadRow(TOO_DEEP);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new BadRow(`each line must be a JSON object (got ${Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`})`);
  return value as Record<string, unknown>;
}

/** What often lies behind lines that are no JSON. */
function hintFor(line: Buffer): { hint?: string } {
  if (/[:[,]\s*-?(NaN|Infinity)\b/.test(line.subarray(0, 1 << 20).toString("latin1"))) return { hint: "JSON has no NaN and no Infinity: write null where a value is not known" };
  const cr = line.indexOf(13);
  return cr !== -1 && cr < line.length - 1 ? { hint: "its lines end in CR alone, as on old Macs: tr '\\r' '\\n' makes them lines" } : {};
}
