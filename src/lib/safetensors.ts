import { WrpError } from "../model/errors.ts";
import type { Tensor, Tensors } from "../model/tensor.ts";

/** Longer headers are no policy's. */
const MOST_HEADER_BYTES = 16 * 1024 * 1024;
/** The length of the header, in front of it. */
const PREFIX_BYTES = 8;
/** The kinds of table that are written, by their names in the form; those of wider numbers go first, so that each begins at a multiple of its width. */
const KINDS = { U64: BigUint64Array, F64: Float64Array, F32: Float32Array, I32: Int32Array } as const;

type Kind = keyof typeof KINDS;

/** Where a table lies behind the header. */
interface Entry {
  readonly dtype: Kind;
  readonly shape: readonly number[];
  /** Bytes from the header's end. */
  readonly data_offsets: readonly [number, number];
}

/** What the head of a file says. */
export interface SafetensorsHead {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: ReadonlyMap<string, Entry>;
  /** Where the tables begin. */
  readonly dataStart: number;
}

/**
 * Tables and texts in the safetensors form (huggingface/safetensors, README "Format"): 8 bytes of header length, little-endian, a JSON
 * header padded with spaces to 8 bytes, the tables behind it by kind, then by name, as the reference implementation writes them. The same in
 * gives the same bytes.
 */
export function* safetensorsOf(metadata: Readonly<Record<string, string>>, tensors: Tensors): Generator<Uint8Array> {
  let at = 0;
  const order = (data: Tensor["data"]) => Object.keys(KINDS).indexOf(kindOf(data));
  const sorted = Object.entries(tensors).sort(([a, one], [b, other]) => order(one.data) - order(other.data) || (a < b ? -1 : 1));
  const entries = sorted.map(([name, { shape, data }]) => {
    const from = at;
    at += data.byteLength;
    return [name, { dtype: kindOf(data), shape, data_offsets: [from, at] }] as const;
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const padded = Buffer.alloc(Math.ceil(header.length / 8) * 8, " ");
  header.copy(padded);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeBigUInt64LE(BigInt(padded.length));
  yield prefix;
  yield padded;
  for (const [, { data }] of sorted) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** How many bytes of a file its head is. Throws WrpError where these, its first eight, are not those of such a file. */
export function headBytes(prefix: Uint8Array, file: string): number {
  const length = prefix.length < PREFIX_BYTES ? 0n : Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length).readBigUInt64LE();
  if (length < 2n || length > BigInt(MOST_HEADER_BYTES)) throw foreign(file, "its first bytes are no length of a header");
  return PREFIX_BYTES + Number(length);
}

/** @param bytes as many as `headBytes` says, or more. Throws WrpError. */
export function safetensorsHead(bytes: Uint8Array, file: string): SafetensorsHead {
  const dataStart = headBytes(bytes.subarray(0, PREFIX_BYTES), file);
  if (bytes.length < dataStart) throw foreign(file, "it ends within its header");
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + PREFIX_BYTES, dataStart - PREFIX_BYTES).toString("utf8"));
  } catch (error) {
    throw foreign(file, "its header is no JSON", error);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) throw foreign(file, "its header is no JSON object");
  const { __metadata__: metadata = {}, ...tables } = header as Record<string, unknown>;
  if (typeof metadata !== "object" || metadata === null || Object.values(metadata).some((text) => typeof text !== "string")) throw foreign(file, "its metadata are not texts");
  return { metadata: metadata as Record<string, string>, entries: new Map(Object.entries(tables).map(([name, entry]) => [name, entryOf(entry, name, file)])), dataStart };
}

/** The tables of a whole file, copied out of it. Throws WrpError where it is cut off or its tables do not fit their shapes. */
export function tensorsIn(bytes: Uint8Array, { entries, dataStart }: SafetensorsHead, file: string): Record<string, Tensor> {
  return Object.fromEntries(
    [...entries].map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
      if (dataStart + to > bytes.length) throw foreign(file, `it ends within "${name}"`);
      const copy = bytes.slice(dataStart + from, dataStart + to);
      return [name, { shape, data: new KINDS[dtype](copy.buffer, copy.byteOffset, copy.byteLength / KINDS[dtype].BYTES_PER_ELEMENT) }];
    }),
  );
}

function entryOf(entry: unknown, name: string, file: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Record<keyof Entry, unknown>>;
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (typeof dtype !== "string" || !(dtype in KINDS)) throw foreign(file, `"${name}" is of kind ${JSON.stringify(dtype)}: ${Object.keys(KINDS).join(", ")} are read`);
  if (!Array.isArray(shape) || !shape.every(whole)) throw foreign(file, `"${name}" has no shape`);
  const size = shape.reduce((product, axis) => product * axis, KINDS[dtype as Kind].BYTES_PER_ELEMENT);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(whole) || (offsets[1] as number) - (offsets[0] as number) !== size) throw foreign(file, `"${name}" is not as long as its shape says`);
  return { dtype: dtype as Kind, shape, data_offsets: offsets as [number, number] };
}

function kindOf(data: Tensor["data"]): Kind {
  return (Object.keys(KINDS) as Kind[]).find((kind) => data instanceof KINDS[kind]) as Kind;
}

function foreign(file: string, why: string, cause?: unknown): WrpError {
  return new WrpError(`is no safetensors file: ${why}`, { place: { file }, cause });
}
