import { WrpError } from "../model/errors.ts";

interface Foreign {
  /** What the file is, as in "this is …". */
  readonly what: string;
  readonly hint: string;
}

const unpack = (how: string): string => `unpack it first: ${how} (gzip is read as it is)`;

/** Beginnings of files that are often given for text, and what to do about them. */
const beginnings: readonly (readonly [string, Foreign])[] = [
  ["\xff\xfe\0\0", { what: "UTF-32 text", hint: "save it as UTF-8, for example: iconv -f UTF-32 -t UTF-8" }],
  ["\xff\xfe", { what: "UTF-16 text", hint: "save it as UTF-8, for example: iconv -f UTF-16 -t UTF-8" }],
  ["\xfe\xff", { what: "UTF-16 text", hint: "save it as UTF-8, for example: iconv -f UTF-16 -t UTF-8" }],
  ["\x1f\x8b", { what: "a gzip file inside a gzip file", hint: "gunzip it once" }],
  ["PK\x03\x04", { what: "a ZIP archive (or a spreadsheet)", hint: unpack("unzip; of a spreadsheet, save the sheet as CSV") }],
  ["\x28\xb5\x2f\xfd", { what: "a Zstandard file", hint: unpack("zstd -d") }],
  ["\xfd7zXZ\0", { what: "an xz file", hint: unpack("xz -d") }],
  ["BZh", { what: "a bzip2 file", hint: unpack("bunzip2") }],
  ["SQLite format 3\0", { what: "an SQLite database", hint: "write its table out as CSV or JSONL" }],
  ["ARROW1", { what: "an Arrow file", hint: "write it as Parquet" }],
  ["Obj\x01", { what: "an Avro file", hint: "write it as Parquet or JSONL" }],
  ["ORC", { what: "an ORC file", hint: "write it as Parquet" }],
];

/** Throws WrpError where a file's first bytes show that it is no UTF-8 text but something known. */
export function refuseForeign(file: string, head: Buffer): void {
  const known = foreignKind(head);
  if (known) throw new WrpError(`this is ${known.what}, not UTF-8`, { place: { file, line: 1 }, hint: known.hint });
}

function foreignKind(head: Buffer): Foreign | null {
  const start = head.toString("latin1", 0, 20);
  for (const [beginning, foreign] of beginnings)
    // Letters alone could begin a text.
    if (start.startsWith(beginning) && (!/^\w+$/.test(beginning) || head.subarray(0, 100).includes(0))) return foreign;
  return nulPattern(head.subarray(0, 1000));
}

/** NUL bytes in every second place are UTF-16 without a byte order mark. */
function nulPattern(head: Buffer): Foreign | null {
  const nuls = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) nuls[i % 2] = (nuls[i % 2] as number) + 1;
  const [even, odd] = nuls as [number, number];
  if (even + odd === head.length) return { what: "nothing but NUL bytes", hint: "the file was probably never written to the end: copy or make it again" };
  const half = head.length / 2;
  const order = odd > 0.7 * half && even < 0.2 * half ? "LE" : even > 0.7 * half && odd < 0.2 * half ? "BE" : null;
  return order && { what: "UTF-16 text", hint: `save it as UTF-8, for example: iconv -f UTF-16${order} -t UTF-8` };
}
