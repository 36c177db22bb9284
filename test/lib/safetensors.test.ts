import * as fc from "fast-check";
import { expect, test } from "vitest";
import { safetensorsHead, safetensorsOf, tensorsIn } from "../../src/lib/safetensors.ts";
import type { Tensors } from "../../src/model/tensor.ts";

const bytesOf = (metadata: Record<string, string>, tensors: Tensors) => Buffer.concat([...safetensorsOf(metadata, tensors)]);
const read = (bytes: Uint8Array) => {
  const head = safetensorsHead(bytes, "x.safetensors");
  return { metadata: head.metadata, tensors: tensorsIn(bytes, head, "x.safetensors") };
};

/** Written by the reference implementation (safetensors.numpy.save, Python, 0.8). */
const REFERENCE =
  "AAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidiDDqSJ9LCJiIjp7ImR0eXBlIjoiVTY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJjIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlswLDRdLCJkYXRhX29mZnNldHMiOlsxNiwxNl19LCJhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOlsxNiwzMl19LCJkIjp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMzIsMzZdfX0gICAgAQAAAAAAAAAAAAAAAAEAAAAAwD8AAADAAAAAAKabRDv5////";
const SAME: Tensors = {
  a: { shape: [2, 2], data: Float32Array.of(1.5, -2, 0, 3e-3) },
  b: { shape: [2], data: BigUint64Array.of(1n, 2n ** 40n) },
  c: { shape: [0, 4], data: new Float64Array(0) },
  d: { shape: [1], data: Int32Array.of(-7) },
};

test("the bytes are those of the reference implementation, both ways", () => {
  expect(bytesOf({ k: "v é" }, SAME).toString("base64")).toBe(REFERENCE);
  expect(read(Buffer.from(REFERENCE, "base64"))).toEqual({ metadata: { k: "v é" }, tensors: SAME });
});

test("what is written is read, gaps and all", () => {
  const data = fc.oneof(
    fc.float32Array({ maxLength: 9 }),
    fc.float64Array({ maxLength: 9 }),
    fc.int32Array({ maxLength: 9 }),
    fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 9 }).map((values) => BigUint64Array.from(values)),
  );
  const tensors = fc.dictionary(fc.string().filter((name) => name !== "__metadata__" && name !== "__proto__"), data.map((own) => ({ shape: [own.length], data: own })), { noNullPrototype: true });
  fc.assert(
    fc.property(tensors, fc.dictionary(fc.string().filter((name) => name !== "__proto__"), fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()), { noNullPrototype: true }), (of, metadata) => {
      expect(read(bytesOf(metadata, of))).toEqual({ metadata, tensors: of });
    }),
  );
});

test.each([
  [Buffer.alloc(0), "its first bytes are no length of a header"],
  [Buffer.from("prompt,model\n"), "its first bytes are no length of a header"],
  [Buffer.from(REFERENCE, "base64").subarray(0, 40), "it ends within its header"],
  [Buffer.from(REFERENCE, "base64").subarray(0, 280), 'it ends within "a"'],
  [headed("{]"), "its header is no JSON"],
  [headed("[1]"), "its header is no JSON object"],
  [headed('{"__metadata__":{"a":1}}'), "its metadata are not texts"],
  [headed('{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}'), '"a" is of kind "BF16"'],
  [headed('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}'), '"a" has no shape'],
  [headed('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}'), '"a" is not as long as its shape says'],
  [headed('{"a":null}'), '"a" is of kind undefined'],
])("%# is refused", (bytes, why) => {
  expect(() => read(bytes)).toThrow(why);
});

function headed(header: string): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, Buffer.from(header)]);
}
