import { WrpError } from "../../model/errors.ts";
import type { Tensor, Tensors } from "../../model/tensor.ts";
import type { Rows } from "../../stats/rows.ts";

/** The rows as a table [count, width]. */
export function tensorOf({ count, width, data }: Rows): Tensor {
  return { shape: [count, width], data };
}

/** Columns of one length as a table [columns, length] of 64-bit floats. */
export function tensorOfColumns(columns: readonly ArrayLike<number>[]): Tensor {
  return joined(columns, (length) => new Float64Array(length));
}

/** The same of 32-bit integers. */
export function tensorOfWholes(columns: readonly Int32Array[]): Tensor {
  return joined(columns, (length) => new Int32Array(length));
}

/** Throws WrpError where there is no such table of 32-bit floats with two axes. @param width that it must have; default: any */
export function rowsOf(tensors: Tensors, name: string, width?: number): Rows {
  const { shape, data } = tensorNamed(tensors, name, 2);
  if (!(data instanceof Float32Array)) throw new WrpError(`what was fitted is of another kind: "${name}" is not of 32-bit floats`);
  const [count, own] = shape as [number, number];
  if (width !== undefined && own !== width) throw new WrpError(`"${name}" was fitted on vectors of ${own} numbers, and these have ${width}`, { hint: "use the embedder that it was trained with" });
  return { count, width: own, data };
}

/** The rows of a table with two axes, of the same memory. Throws WrpError where there is none of 64-bit floats. */
export function columnsOf(tensors: Tensors, name: string): Float64Array[] {
  const { shape, data } = tensorNamed(tensors, name, 2);
  if (!(data instanceof Float64Array)) throw new WrpError(`what was fitted is of another kind: "${name}" is not of 64-bit floats`);
  return parted(shape, (from, to) => data.subarray(from, to));
}

/** The same of 32-bit integers. */
export function wholesOf(tensors: Tensors, name: string): Int32Array[] {
  const { shape, data } = tensorNamed(tensors, name, 2);
  if (!(data instanceof Int32Array)) throw new WrpError(`what was fitted is of another kind: "${name}" is not of 32-bit integers`);
  return parted(shape, (from, to) => data.subarray(from, to));
}

/** Throws WrpError where no table has this name and number of axes. */
export function tensorNamed(tensors: Tensors, name: string, axes: number): Tensor {
  const found = tensors[name];
  if (!found || found.shape.length !== axes) throw new WrpError(`what was fitted is of another kind: it has ${found ? `${found.shape.length} axes in "${name}"` : `no "${name}"`}`);
  return found;
}

function joined(columns: readonly ArrayLike<number>[], room: (length: number) => Float64Array | Int32Array): Tensor {
  const length = columns[0]?.length ?? 0;
  const data = room(columns.length * length);
  for (const [c, column] of columns.entries()) data.set(column, c * length);
  return { shape: [columns.length, length], data };
}

function parted<T>(shape: readonly number[], part: (from: number, to: number) => T): T[] {
  const [count, length] = shape as [number, number];
  return Array.from({ length: count }, (_, c) => part(c * length, (c + 1) * length));
}
