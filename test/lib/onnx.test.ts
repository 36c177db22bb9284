import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { onnxFile, type Graph } from "../../src/lib/onnx-file.ts";
import { openOnnx } from "../../src/lib/onnx.ts";

const folder = mkdtempSync(join(tmpdir(), "wrp-onnx-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clip: Graph = {
  inputs: [{ name: "x", type: "float32", shape: ["n", 2] }],
  outputs: [{ name: "y", type: "float32", shape: ["n", 2] }],
  constants: [{ name: "least", dims: [2], data: Float32Array.of(-0.5, 0) }],
  nodes: [{ operator: "Max", inputs: ["x", "least"], outputs: ["y"] }],
};

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe("a model", () => {
  test("tells its inputs and outputs, and runs, from its path and from its bytes", async () => {
    for (const model of [{ path: file("clip.onnx", onnxFile(clip)) }, { name: "clip", bytes: onnxFile(clip) }]) {
      const session = await openOnnx(model);
      expect(session.inputs).toEqual([{ name: "x", type: "float32", shape: ["n", 2] }]);
      expect(session.outputs).toEqual([{ name: "y", type: "float32", shape: ["n", 2] }]);
      const { y } = await session.run({ x: { type: "float32", dims: [2, 2], data: Float32Array.of(-1, -1, 3, 4) } }, ["y"]);
      expect([...(y?.data ?? [])]).toEqual([-0.5, 0, 3, 4]);
      expect(y?.dims).toEqual([2, 2]);
      await session.close();
    }
  });

  test("that refuses its inputs says why", async () => {
    const session = await openOnnx({ name: "clip", bytes: onnxFile(clip) });
    await expect(session.run({ x: { type: "int64", dims: [1, 2], data: BigInt64Array.of(1n, 2n) } }, ["y"])).rejects.toMatchObject({ code: "bad-model", place: { file: "clip" }, message: expect.stringContaining("Unexpected input data type") });
  });

  test.each([
    ["gone.onnx", null, "no such model"],
    ["words.onnx", "not a model at all", "is no ONNX model: Protobuf parsing failed."],
    ["empty.onnx", "", "is no ONNX model: ModelProto does not have a graph."],
    ["cut.onnx", onnxFile(clip).subarray(0, 40), "is no ONNX model: Protobuf parsing failed."],
    ["new.onnx", onnxFile(clip, 99), "of a version that this runtime cannot run: ONNX Runtime only *guarantees* support"],
    ["odd.onnx", onnxFile({ ...clip, nodes: [{ operator: "Nope", inputs: ["x"], outputs: ["y"] }] }), "No Op registered for Nope"],
  ])("%s cannot be opened, and the error names it", async (name, bytes, message) => {
    const path = bytes === null ? join(folder, name) : file(name, bytes);
    await expect(openOnnx({ path })).rejects.toMatchObject({ name: "WrpError", place: { file: path }, message: expect.stringContaining(message) });
  });
});
