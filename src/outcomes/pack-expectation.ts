import { deflateSync, inflateSync } from "node:zlib";
import { z } from "zod";
import type { Expectation } from "../model/expectation.ts";

/** Columns of numbers as base64 of their deflated bytes, little-endian, one column after the other. */
export const packedExpectation = z.object({
  /** 32-bit floats, [model][prompt]. */
  quality: z.base64(),
  models: z.number().int().nonnegative(),
  choices: z
    .object({
      knob: z.object({ name: z.string(), unit: z.string() }),
      values: z.array(z.number()),
      own: z.number().int().nonnegative(),
      /** 16-bit whole numbers, [value][prompt]: each value's model less that of the value before it, which is mostly 0. */
      model: z.base64(),
    })
    .nullable(),
});

export type PackedExpectation = z.infer<typeof packedExpectation>;

export function packExpectation({ quality, choices }: Expectation): PackedExpectation {
  return {
    quality: packed(joined(quality, (length) => new Float32Array(length))),
    models: quality.length,
    choices: choices && {
      ...choices,
      values: [...choices.values],
      model: packed(joined(choices.model.map((column, k) => column.map((m, i) => m - (choices.model[k - 1]?.[i] ?? 0))), (length) => new Int16Array(length))),
    },
  };
}

/** @param prompts of each column */
export function unpackExpectation({ quality, models, choices }: PackedExpectation, prompts: number): Expectation {
  const floats = new Float32Array(unpacked(quality));
  const steps = choices && new Int16Array(unpacked(choices.model));
  const model: Int32Array[] = [];
  for (const [k] of (choices?.values ?? []).entries()) model.push(Int32Array.from({ length: prompts }, (_, i) => (model[k - 1]?.[i] ?? 0) + ((steps as Int16Array)[k * prompts + i] as number)));
  return { quality: Array.from({ length: models }, (_, m) => floats.slice(m * prompts, (m + 1) * prompts)), choices: choices && { ...choices, model } };
}

/** Whether it is of this many prompts and models (or of no expected qualities), and names no others. */
export function isWhole(given: PackedExpectation, prompts: number, models: number): boolean {
  const { quality, choices } = given;
  const holds = (text: string, bytes: number) => {
    try {
      return inflateSync(Buffer.from(text, "base64"), { maxOutputLength: bytes + 1 }).length === bytes;
    } catch {
      return false;
    }
  };
  if ((given.models !== models && given.models !== 0) || !holds(quality, 4 * given.models * prompts)) return false;
  if (choices === null) return true;
  if (choices.own >= choices.values.length || !holds(choices.model, 2 * choices.values.length * prompts)) return false;
  return unpackExpectation(given, prompts).choices?.model.every((column) => column.every((m) => m >= -1 && m < models)) ?? false;
}

function joined<A extends Float32Array | Int16Array>(columns: readonly ArrayLike<number>[], room: (length: number) => A): A {
  const length = columns[0]?.length ?? 0;
  const all = room(columns.length * length);
  for (const [k, column] of columns.entries()) all.set(column, k * length);
  return all;
}

function packed({ buffer, byteOffset, byteLength }: Float32Array | Int16Array): string {
  return deflateSync(new Uint8Array(buffer, byteOffset, byteLength)).toString("base64");
}

/** In memory of its own, where numbers of any width can begin. */
function unpacked(text: string): ArrayBuffer {
  return Uint8Array.from(inflateSync(Buffer.from(text, "base64"))).buffer;
}
