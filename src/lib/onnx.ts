import { stat } from "node:fs/promises";
import { env } from "node:process";
import type { InferenceSession } from "onnxruntime-node";
import { WrpError } from "../model/errors.ts";

/** An input or output of a model. */
export interface OnnxValue {
  readonly name: string;
  /** `float32`, `float16`, `int64`, `int32`, …; null: no tensor. */
  readonly type: string | null;
  /** A number where the model fixes the length, else the name it has, `""` where it has none. */
  readonly shape: readonly (number | string)[];
}

/** Values of a tensor, row after row. */
export interface OnnxTensor {
  readonly type: "float32" | "int64" | "int32";
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array;
}

/** A model that is ready to run. */
export interface OnnxSession {
  /** What it is called in messages: its path. */
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** The outputs `wanted` for these inputs. Throws WrpError where the model refuses them. */
  run(feeds: Readonly<Record<string, OnnxTensor>>, wanted: readonly string[]): Promise<Record<string, OnnxTensor>>;
  close(): Promise<void>;
}

/**
 * Opens a model to run on one core (`threads`: of a single operator). The runtime is loaded on first use. Throws WrpError where the file is
 * missing or no model that this runtime can run.
 *
 * @param model a path (weights beside it, as `.onnx_data`, are found), or the bytes of the file
 */
export async function openOnnx(model: { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array }, threads = 1): Promise<OnnxSession> {
  const name = "path" in model ? model.path : model.name;
  if ("path" in model) {
    const found = await stat(model.path).catch(() => null);
    if (!found?.isFile()) throw new WrpError(found ? "is no file" : "no such model", { place: { file: name }, code: "no-model" });
  }
  const { InferenceSession, Tensor } = await runtime();
  const options: InferenceSession.SessionOptions = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: "sequential", logSeverityLevel: 4 };
  let session: InferenceSession;
  try {
    session = await ("path" in model ? InferenceSession.create(model.path, options) : InferenceSession.create(model.bytes, options));
  } catch (error) {
    throw unusable(name, (error as Error).message, error);
  }
  return {
    name,
    inputs: session.inputMetadata.map(valueOf),
    outputs: session.outputMetadata.map(valueOf),
    async run(feeds, wanted) {
      const given = Object.fromEntries(Object.entries(feeds).map(([key, { type, data, dims }]) => [key, new Tensor(type, data as never, [...dims])]));
      try {
        const results = await session.run(given, [...wanted]);
        for (const value of Object.values(given)) value.dispose();
        return results as unknown as Record<string, OnnxTensor>;
      } catch (error) {
        throw new WrpError(`the model does not run: ${plain((error as Error).message)}`, { place: { file: name }, code: "bad-model", cause: error });
      }
    },
    close: () => session.release(),
  };
}

async function runtime(): Promise<typeof import("onnxruntime-node")> {
  // Unless this is set before it is loaded, it writes an identifier of the machine into the user's home and sends events to its maker (1.29 on, Linux and macOS).
  env["ORT_DISABLE_TELEMETRY"] = "1";
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new WrpError(`models cannot be run on this machine: ${(error as Error).message.split("\n", 1)[0]}`, {
      hint: "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0",
      code: "no-onnx-runtime",
      cause: error,
    });
  }
}

function valueOf(value: InferenceSession.ValueMetadata): OnnxValue {
  return value.isTensor ? { name: value.name, type: value.type, shape: value.shape } : { name: value.name, type: null, shape: [] };
}

function unusable(file: string, said: string, cause: unknown): WrpError {
  const place = { file };
  const why = plain(said);
  if (/opset|IR version/i.test(why)) return new WrpError(`the model is of a version that this runtime cannot run: ${why}`, { hint: "export it with opset 17 to 21", place, code: "bad-model", cause });
  if (/protobuf|ModelProto|No graph/i.test(why)) return new WrpError(`is no ONNX model: ${why}`, { place, code: "bad-model", cause });
  return new WrpError(`the model cannot be opened: ${why}`, { place, code: "bad-model", cause });
}

/** What the runtime says, without where in its own sources that is. */
function plain(said: string): string {
  const line = said.split("\n", 1)[0] as string;
  return line.replace(/^Load model (?:from .*? )?failed:\s*/, "").replace(/^\/\S+:\d+ .*?\)(?: const)? (?=[A-Z])/, "").slice(0, 300);
}
