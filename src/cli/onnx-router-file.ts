import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { openOnnx, type OnnxSession } from "../lib/onnx.ts";
import type { PolicySpec } from "../model/config.ts";
import { WrpError, type Place } from "../model/errors.ts";
import { scorerOf } from "../router/learned/onnx-scores.ts";
import { fileError } from "./text-file.ts";

type OnnxSpec = Extract<PolicySpec, { kind: "onnx" }>;

/** Names that the weights beside a model have, which a file of its own cannot hold. */
const BESIDE = ["_data", ".data"];

/** The policy with the hash of its file and of the weights beside it. Throws WrpError. @param folder what the file is relative to; @param place where the policy names it */
export function withOnnxHash(spec: OnnxSpec, folder: string, place?: Place): OnnxSpec {
  if (spec.hash !== undefined) return spec;
  const model = place ? join(dirname(place.file), spec.model) : spec.model;
  const path = resolve(folder, spec.model);
  try {
    if (!statSync(path).isFile()) throw new WrpError(`${model} is no regular file`, place ? { place } : {});
    const sha = createHash("sha256");
    for (const file of [path, ...BESIDE.map((end) => path + end)]) if (existsSync(file)) sha.update(readFileSync(file));
    return { ...spec, model, hash: sha.digest("hex").slice(0, 32) };
  } catch (error) {
    if (error instanceof WrpError) throw error;
    const found = fileError(error as NodeJS.ErrnoException, model);
    throw place ? new WrpError(found.located, { cause: error, place, ...(found.hint === undefined ? {} : { hint: found.hint }) }) : found;
  }
}

/** The files of the `onnx` policies among these, opened, by their hashes. Rejects with WrpError where one cannot be run, fed or read. @param cwd what they are relative to */
export async function openedRouters(policies: readonly PolicySpec[], cwd: string): Promise<ReadonlyMap<string, OnnxSession>> {
  const opened = new Map<string, OnnxSession>();
  for (const spec of policies) {
    if (spec.kind !== "onnx") continue;
    const { hash } = spec;
    if (hash === undefined) throw new Error(`${spec.model} was not read`);
    if (withOnnxHash({ ...spec, hash: undefined }, cwd).hash !== hash) throw new WrpError("is another than it was", { place: { file: spec.model }, hint: "run wrp eval again" });
    const session = opened.get(hash) ?? (await openOnnx({ path: spec.model }));
    opened.set(hash, session);
    scorerOf(session, spec);
  }
  return opened;
}
