import { relative, resolve } from "node:path";
import type { Config } from "../model/config.ts";
import type { Classifier, Encoder, SpanFinder } from "../model/encoder.ts";
import { WrpError } from "../model/errors.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

/** Opens a model when it is called the first time. Rejects with WrpError where it cannot be used. */
type Opens<T> = () => Promise<T>;

/** The models of a config that run on this machine: nothing is loaded before one is opened. */
export interface LocalModels {
  /** Null where the config names no encoder, or a live one. */
  readonly encoder: Opens<Encoder> | null;
  /** By type of signal, or `classifier:NAME`. What has `kinds` finds spans. */
  readonly classifiers: ReadonlyMap<string, Opens<Classifier | SpanFinder>>;
}

type Loaded = Pick<LoadedConfig, "config" | "folder" | "cwd" | "placeAt">;
type ModelFile = { readonly model: string; readonly tokenizer?: string | undefined };

/** Errors name the model's file and where the config names it. */
export function localModels(loaded: Loaded, world: Pick<World, "env">): LocalModels {
  const { config } = loaded;
  const { embedder, classifiers = {} } = config;
  return {
    encoder: embedder === undefined || (typeof embedder === "object" && "live" in embedder) ? null : once(["embedder"], () => encoderOf(embedder)),
    classifiers: new Map(Object.entries(classifiers).flatMap(([type, spec]) => (spec ? [[type, once(["classifiers", type], () => classifierOf(type, spec))] as const] : []))),
  };

  async function encoderOf(spec: "built-in" | (ModelFile & { readonly pooling?: "mean" | "cls" | undefined; readonly maxTokens?: number | undefined })): Promise<Encoder> {
    if (spec === "built-in") return (await import("../signals/encoders/use-lite/index.ts")).useLite(cacheFolder(world));
    const { openEncoder } = await import("../signals/encoders/onnx-encoder.ts");
    return openEncoder(withPaths(spec));
  }

  async function classifierOf(type: string, { kind = type === "pii" ? "tokens" : "sequence", multiLabel, ...spec }: NonNullable<NonNullable<Config["classifiers"]>[string]>): Promise<Classifier | SpanFinder> {
    if (kind === "sequence") return (await import("../signals/classifiers/onnx-sequence.ts")).openSequenceClassifier({ ...withPaths(spec), multiLabel });
    if (multiLabel !== undefined) throw new WrpError("multiLabel is for classifiers of whole texts: a token has one label");
    return (await import("../signals/classifiers/onnx-tokens.ts")).openTokenClassifier(withPaths(spec));
  }

  /** Its files as they are seen from the working directory. */
  function withPaths<T extends ModelFile>(spec: T): T {
    const path = (file: string) => relative(loaded.cwd, resolve(loaded.folder, file)) || ".";
    return { ...spec, model: path(spec.model), ...(spec.tokenizer === undefined ? {} : { tokenizer: path(spec.tokenizer) }) };
  }

  function once<T>(path: readonly string[], open: () => Promise<T>): Opens<T> {
    let opened: Promise<T> | undefined;
    return () => (opened ??= open().catch((error: unknown) => {
      const place = loaded.placeAt(path);
      throw error instanceof WrpError && place ? new WrpError(error.located, { place, cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }), ...(error.code === undefined ? {} : { code: error.code }) }) : error;
    }));
  }
}
