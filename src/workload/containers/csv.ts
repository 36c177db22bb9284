import { parse, type CsvError, type Info, type Parser } from "csv-parse";
import { WrpError } from "../../model/errors.ts";
import { linesAt, MAX_RECORD_BYTES, PEEK_BYTES, textBytes } from "../bytes.ts";
import type { DataFile } from "../data-file.ts";
import { brief } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import { BATCH, type Container, type ReadOptions, type RowBatch } from "./container.ts";

/** Comma, tab or semicolon separated values with a header, quoted by `"`; quoted cells may hold newlines. */
export const csv: Container = { name: "CSV", lines: true, textual: true, detect: () => true, read };

async function* read(file: DataFile, { head, bad, limit }: ReadOptions): AsyncGenerator<RowBatch> {
  let records: string[][] = [];
  let ends: number[] = [];
  // on_record takes records past the stream machinery; `bytes` is the offset just behind the record.
  const parser = parse({
    ...dialect(head),
    relax_column_count: true,
    skip_empty_lines: true,
    on_record(record: string[], info: Info) {
      records.push(record);
      ends.push(info.bytes);
      return null;
    },
  });
  parser.resume();
  parser.on("error", () => undefined); // told by the callbacks of write and end
  let columns: readonly string[] | null = null;
  let first = 0;
  let begin = 0;
  let fed = 0;
  try {
    for await (const chunk of textBytes(file, limit === undefined ? undefined : PEEK_BYTES)) {
      const failure = await write(parser, chunk);
      fed += chunk.length;
      yield* drain();
      if (failure) throw await failed(file, begin, failure);
      if (fed - begin > MAX_RECORD_BYTES)
        throw await failed(file, begin, `a record is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB (is a quote never closed?)`);
    }
    const failure = await end(parser);
    yield* drain();
    if (failure) throw await failed(file, begin, failure);
  } finally {
    parser.destroy();
  }

  function* drain(): Generator<RowBatch> {
    if (records.length === 0) return;
    const [taken, behind] = [records, ends];
    records = [];
    ends = [];
    let i = 0;
    if (!columns) {
      columns = header(file, taken[0] as string[]);
      begin = behind[0] as number;
      i = 1;
      yield { columns, rows: [], at: [], first: 0 };
    }
    while (i < taken.length) {
      const rows: string[][] = [];
      const at: number[] = [];
      for (; i < taken.length && rows.length < BATCH; i++) {
        const record = taken[i] as string[];
        if (record.length === columns.length) {
          rows.push(record);
          at.push(begin);
        } else bad(begin, new BadRow(`${record.length} cells, but the header has ${columns.length} columns`));
        begin = behind[i] as number;
      }
      yield { columns, rows, at, first };
      first += rows.length;
    }
  }
}

/** The delimiter that the header has most of (outside quotes), and how lines end. */
function dialect(head: Buffer): { delimiter: string; record_delimiter: string[] } {
  const count: Record<string, number> = { ",": 0, "\t": 0, ";": 0 };
  let quoted = false;
  for (const byte of head) {
    if (byte === 0x22) quoted = !quoted;
    else if (!quoted && (byte === 10 || byte === 13)) break;
    else if (!quoted && (byte === 0x2c || byte === 9 || byte === 0x3b)) (count[String.fromCharCode(byte)] as number)++;
  }
  const delimiter = Object.keys(count).reduce((best, one) => ((count[one] as number) > (count[best] as number) ? one : best), ",");
  return { delimiter, record_delimiter: head.includes(10) || !head.includes(13) ? ["\n", "\r\n"] : ["\r"] };
}

function header(file: DataFile, names: string[]): readonly string[] {
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) !== i);
  if (twice !== undefined) throw new WrpError(`two columns are named "${brief(twice)}"`, { place: { file: file.name, line: 1 } });
  return names;
}

function write(parser: Parser, chunk: Buffer): Promise<CsvError | null> {
  return new Promise((resolve) => parser.write(chunk, (error) => resolve((error as CsvError | null | undefined) ?? null)));
}

function end(parser: Parser): Promise<CsvError | null> {
  return new Promise((resolve) => {
    parser.once("error", (error) => resolve(error as CsvError));
    parser.end(() => resolve(null));
  });
}

async function failed(file: DataFile, at: number, error: CsvError | string): Promise<unknown> {
  if (typeof error !== "string" && typeof error.code !== "string") return error;
  const lines = await linesAt(file, [at]);
  return new WrpError(typeof error === "string" ? error : inWords(error), {
    place: { file: file.name, line: lines.get(at) ?? 1 },
    hint: 'a cell that holds a delimiter, quote or newline stands in double quotes, and quotes in it are doubled: "say ""hi"""',
  });
}

function inWords(error: CsvError): string {
  if (error.code === "CSV_QUOTE_NOT_CLOSED") return "a quote is opened in this record and never closed";
  if (error.code === "CSV_INVALID_CLOSING_QUOTE") return "a quoted cell of this record goes on behind its closing quote";
  if ((error.code as string) === "INVALID_OPENING_QUOTE") return "a cell of this record has a quote inside but does not begin with one";
  return `not valid CSV (${error.message})`;
}
