import { WrpError } from "../model/errors.ts";
import { rawBytes } from "./bytes.ts";
import type { Container, Row, RowBatch } from "./containers/container.ts";
import { findContainer } from "./containers/index.ts";
import { baseName, type DataFile } from "./data-file.ts";
import { newProblems, type Problems } from "./problems.ts";

/** Gets one column's value out of a row; undefined where the row has none. */
export type Column = (row: Row) => unknown;

/** A data file whose layout is known: what importers read from. */
export interface Source {
  readonly file: DataFile;
  readonly base: string;
  readonly container: Container;
  /** Column names; of object rows, the keys (nested ones dotted) seen in the first rows. */
  readonly columns: readonly string[];
  /** The first rows, to look at. */
  readonly head: readonly Row[];
  /** Whether the header, or one of the first rows, has this column; nested keys by dotted path. */
  has(name: string): boolean;
  /** Gets a column's values; rows without it give undefined. */
  column(name: string): Column;
  /** The members with these names of the document that the rows stand in: {} where they stand in none. */
  members(names: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /** All rows; those that cannot be read go to `problems`. */
  batches(problems: Problems): AsyncIterable<RowBatch>;
}

const HEAD_BYTES = 256 * 1024;
const HEAD_ROWS = 20;

/** Looks inside a file. Throws WrpError where it is empty, damaged or has no rows. */
export async function openSource(file: DataFile): Promise<Source> {
  const bytes = await headBytes(file);
  if (bytes.every((byte) => byte === 32 || (byte >= 9 && byte <= 13))) throw new WrpError("the file is empty", { place: { file: file.name } });
  const container = findContainer(bytes);
  const { columns, rows } = await headRows(file, container, bytes);
  return {
    file,
    base: baseName(file.name),
    container,
    columns: columns ?? keysOf(rows),
    head: rows,
    has: (name) => (columns ? columns.includes(name) : rows.some((row) => property(name)(row) !== undefined)),
    column: (name) => (columns ? cell(columns.indexOf(name)) : property(name)),
    members: async (names) => (await container.members?.(file, names)) ?? {},
    batches: (problems) =>
      container.read(file, { head: bytes, bad: (at, problem) => problems.add(file, at, container.lines, problem) }),
  };
}

/** The columns of a file as messages list them. */
export function columnList(source: Source): string {
  const listed = source.columns.slice(0, 40).map((name) => (name === "" ? '""' : name));
  const rest = source.columns.length - listed.length;
  return listed.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

async function headBytes(file: DataFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of rawBytes(file)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= HEAD_BYTES) break;
  }
  const head = Buffer.concat(chunks).subarray(0, HEAD_BYTES);
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

async function headRows(file: DataFile, container: Container, head: Buffer): Promise<{ columns: readonly string[] | null; rows: Row[] }> {
  const problems = newProblems();
  const bad: Parameters<Container["read"]>[1]["bad"] = (at, problem) => problems.add(file, at, container.lines, problem);
  let columns: readonly string[] | null = null;
  const rows: Row[] = [];
  for await (const batch of container.read(file, { head, bad, limit: HEAD_ROWS })) {
    columns = batch.columns;
    rows.push(...batch.rows.slice(0, HEAD_ROWS - rows.length));
    if (rows.length >= HEAD_ROWS) break;
  }
  if (rows.length > 0) return { columns, rows };
  if (problems.count > 0) throw await problems.error();
  throw new WrpError(columns ? "no prompts: the file has a header and no rows" : "no prompts: the file has no rows", {
    place: { file: file.name },
  });
}

function cell(index: number): Column {
  return (row) => (row as readonly unknown[])[index];
}

function property(name: string): Column {
  return (row) => lookUp(row as Record<string, unknown>, name);
}

/** The value under a key, or under a dotted path whose parts may hold dots themselves. */
function lookUp(object: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(object, path)) return object[path];
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const inner = Object.hasOwn(object, path.slice(0, dot)) ? object[path.slice(0, dot)] : null;
    if (!isObject(inner)) continue;
    const found = lookUp(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function keysOf(rows: readonly Row[]): string[] {
  const keys = new Set<string>();
  for (const row of rows) addKeys(row as Record<string, unknown>, "", keys, 0);
  return [...keys];
}

function addKeys(object: Readonly<Record<string, unknown>>, prefix: string, keys: Set<string>, depth: number): void {
  for (const [key, value] of Object.entries(object)) {
    if (isObject(value) && depth < 4) addKeys(value, `${prefix}${key}.`, keys, depth + 1);
    else keys.add(prefix + key);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
