import Tokenizer from "@streamparser/json/tokenizer.js";
import TokenParser from "@streamparser/json/tokenparser.js";
import { WrpError } from "../../model/errors.ts";
import { linesAt, MAX_RECORD_BYTES, PEEK_BYTES, textBytes } from "../bytes.ts";
import type { DataFile } from "../data-file.ts";
import { isDeep, TOO_DEEP } from "../nesting.ts";
import { BATCH, type Container, type ReadOptions, type Row, type RowBatch } from "./container.ts";

/**
 * One JSON document: a list of objects, or an object that holds exactly one list of objects (several such objects one
 * after the other too), or else an object that is a row itself.
 */
export const json: Container = { name: "JSON", lines: true, textual: false, detect, read, members };

/** Lists of objects that belong to a row and are not lists of rows. */
const ROW_KEYS = new Set(["messages", "outcomes", "hallucination_span_details"]);
/** More of them, in an object that is a span. */
const SPAN_KEYS = new Set(["attributes", "events", "links"]);

/** How an API's page of rows begins: counts and names, then `data`. */
const PAGE = /^\{(\s*"[^"\\]*"\s*:\s*("[^"\\]*"|[-+.\w]+)\s*,)*\s*"data"\s*:\s*\[\s*\{/;

/** Lists of objects that are rows only where there is no other list: what a run's rows add up to. */
const ASIDE_KEYS = new Set(["leaderboard"]);

/** How a list of JSON begins behind its bracket; letters are left out, since texts begin with [words] too. */
const LIST_ITEM = /^\s*([{[\]"\d-]|$)/;

function detect(head: Buffer): boolean {
  const start = firstNonBlank(head);
  if (head[start] === 0x5b) return LIST_ITEM.test(head.subarray(start + 1, start + 100).toString("latin1"));
  return head[start] === 0x7b && !isLineOfRows(head, start);
}

/** The index of the first byte that is no white space; the length where there is none. */
export function firstNonBlank(bytes: Buffer): number {
  let i = 0;
  while (i < bytes.length && (bytes[i] === 32 || (bytes[i] as number) - 9 <= 4 && (bytes[i] as number) >= 9)) i++;
  return i;
}

/** Whether a text that begins with an object goes on line by line (JSONL) rather than being one document. */
function isLineOfRows(head: Buffer, start: number): boolean {
  const newline = head.indexOf(10, start);
  const line = head.subarray(start, newline === -1 ? head.length : newline).toString("utf8").trimEnd();
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // A document over several lines ends its first one inside a structure; one endless line is a row unless it
    // plainly opens a list of objects.
    if (newline !== -1) return !/[{[,:]$/.test(line);
    const begin = line.slice(0, 1000);
    const opening = /^\{\s*"([^"\\]*)"\s*:\s*\[\s*\{/.exec(begin);
    return opening ? ROW_KEYS.has(opening[1] as string) : !PAGE.test(begin);
  }
  const alone = newline === -1 || firstNonBlank(head.subarray(newline)) === head.length - newline;
  if (!alone) return true;
  const isSpan = Object.hasOwn(value as object, "attributes");
  const isOwn = (key: string): boolean => ROW_KEYS.has(key) || (isSpan && SPAN_KEYS.has(key));
  return !Object.entries(value as object).some(
    ([key, list]) => !isOwn(key) && Array.isArray(list) && list.length > 0 && typeof list[0] === "object" && list[0] !== null,
  );
}

async function* read(file: DataFile, { head, limit }: ReadOptions): AsyncGenerator<RowBatch> {
  const inObject = head[firstNonBlank(head)] === 0x7b;
  const items = newItems(inObject);
  let first = 0;
  let offset = 0;
  for await (const chunk of textBytes(file, limit === undefined ? undefined : PEEK_BYTES)) {
    items.write(chunk);
    offset += chunk.length;
    if (items.failure) break;
    if (offset - items.since > MAX_RECORD_BYTES)
      throw await failed(file, items.since, `an object is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB`);
    for (const batch of items.take(first)) {
      first += batch.rows.length;
      yield batch;
    }
  }
  if (!items.failure) items.end();
  if (items.failure) throw await failed(file, items.failure.at, items.failure.message);
  for (const batch of items.take(first)) {
    first += batch.rows.length;
    yield batch;
  }
  if (inObject && first === 0) yield* wholeObject(file);
}

/** A file that is one object, and so one row. */
async function* wholeObject(file: DataFile): AsyncGenerator<RowBatch> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of textBytes(file)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_RECORD_BYTES) break;
  }
  let row: Row;
  try {
    row = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Row;
  } catch {
    // Several objects, or one too large to be a row.
    throw new WrpError("the JSON object holds no list of objects", {
      place: { file: file.name },
      hint: "rows are a list of objects, alone or as the only one in an object; or one object a line (JSONL)",
    });
  }
  if (isDeep(row)) throw await failed(file, 0, TOO_DEEP);
  yield { columns: null, rows: [row], at: [0], first: 0 };
}

/** Read up to where all are found, so names that stand before the rows cost little. */
async function members(file: DataFile, names: readonly string[]): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const tokenizer = new Tokenizer();
  const parser = new TokenParser({ paths: names.map((name) => `$.${name}`), keepStack: false });
  let over = false;
  const stop = (): void => void (over = true); // what is wrong with the file is told when its rows are read
  tokenizer.onToken = (token) => parser.write(token);
  tokenizer.onError = stop;
  parser.onError = stop;
  parser.onEnd = stop;
  parser.onValue = ({ key, value }) => {
    found[String(key)] = value;
    over = names.every((name) => Object.hasOwn(found, name));
  };
  for await (const chunk of textBytes(file)) {
    tokenizer.write(chunk);
    if (over) break;
  }
  return found;
}

async function failed(file: DataFile, at: number, message: string): Promise<WrpError> {
  const lines = await linesAt(file, [at]);
  return new WrpError(message, { place: { file: file.name, line: lines.get(at) ?? 1 } });
}

/** Feeds bytes to the parser and collects the rows that they complete. */
function newItems(inObject: boolean) {
  const depthOfItems = inObject ? 2 : 1;
  // An empty separator lets another document follow: a first line too long to be known as one makes JSONL look like JSON.
  const options = inObject ? { separator: "" } : {};
  const tokenizer = new Tokenizer(options);
  const parser = new TokenParser({ paths: [inObject ? "$.*.*" : "$.*"], keepStack: false, ...options });
  let depth = 0;
  let start = 0;
  let last = 0;
  let list: string | null = null;
  let rows: Row[] = [];
  let at: number[] = [];
  const aside: { row: Row; at: number }[] = [];
  let failure: { at: number; message: string } | null = null;
  const fail = (where: number, message: string) => (failure ??= { at: where, message });

  tokenizer.onToken = (token) => {
    last = token.offset;
    const kind: number = token.token;
    if (kind === 0 || kind === 2) {
      if (depth === depthOfItems) start = token.offset;
      depth++;
    } else if (kind === 1 || kind === 3) depth--;
    parser.write(token);
  };
  tokenizer.onError = (error) => fail(last, `not valid JSON (${error.message})`);
  parser.onError = (error) => fail(last, `not valid JSON (${error.message})`);
  parser.onValue = ({ value, parent, stack }) => {
    const isRow = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!Array.isArray(parent)) return;
    if (inObject) {
      const key = String(stack.at(-1)?.key);
      if (!isRow || ROW_KEYS.has(key)) return;
      if (ASIDE_KEYS.has(key)) return void aside.push({ row: value as Record<string, unknown>, at: start });
      if (list !== null && list !== key) fail(start, `the JSON object holds several lists of objects ("${list}" and "${key}")`);
      list = key;
    } else if (!isRow) return void fail(last, "each item of the list must be an object");
    if (isDeep(value)) return void fail(start, TOO_DEEP);
    rows.push(value as Record<string, unknown>);
    at.push(start);
  };
  parser.onEnd = () => undefined;

  return {
    get failure() {
      return failure as { at: number; message: string } | null;
    },
    /** Offset where the object (or else the value) being read begins. */
    get since() {
      return depth > depthOfItems ? start : last;
    },
    write(chunk: Buffer) {
      tokenizer.write(chunk);
    },
    end() {
      if (depth > 0) fail(last, "the JSON ends too early: it was cut off");
      else tokenizer.end();
      if (list !== null) return;
      rows.push(...aside.map((item) => item.row));
      at.push(...aside.map((item) => item.at));
    },
    take(first: number): RowBatch[] {
      const batches: RowBatch[] = [];
      for (let i = 0; i < rows.length; i += BATCH)
        batches.push({ columns: null, rows: rows.slice(i, i + BATCH), at: at.slice(i, i + BATCH), first: first + i });
      rows = [];
      at = [];
      return batches;
    },
  };
}
