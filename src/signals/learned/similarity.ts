import type { Encoder } from "../../model/encoder.ts";
import type { Tell } from "../../model/errors.ts";
import type { SignalModels } from "../../model/signal-models.ts";
import type { SignalSpec } from "../../model/signal.ts";
import type { Findings, LearnedKind } from "../kind.ts";
import type { RequestView } from "../request-view.ts";

/** Vectors by text; an empty text has none. */
export type Vectors = ReadonlyMap<string, Float32Array>;

/** What one compiled type of similarity signals asks of the encoder, and makes of it. */
export interface Similarity<Bank> {
  /** Which signals, as `type:name`, are then known. */
  readonly keys: readonly string[];
  /** The specs' own texts. */
  readonly examples: readonly string[];
  /** Made of them, once. */
  bank(vectors: Vectors): Bank;
  /** The texts of a request that are compared. */
  texts(view: RequestView): readonly string[];
  find(view: RequestView, bank: Bank, vectors: Vectors, findings: Findings): void;
}

/** A type of signal, or the part of one, that compares sentence vectors: unknown where no encoder is given. */
export function bySimilarity<Bank>(compile: (specs: readonly SignalSpec[], tell: Tell) => Similarity<Bank>): LearnedKind {
  return (specs, tell, { encoder }: SignalModels) => {
    const similarity = compile(specs, tell);
    if (!encoder || similarity.keys.length === 0) return null;
    let bank: Promise<Bank> | null = null;
    return {
      surrogate: encoder.surrogate === true,
      async read(views, findings) {
        const prepared = await (bank ??= vectorsOf(encoder, similarity.examples).then(similarity.bank));
        const vectors = await vectorsOf(encoder, views.flatMap(similarity.texts));
        for (const [i, view] of views.entries()) {
          const found = findings[i] as Findings;
          for (const key of similarity.keys) found.unknown.delete(key);
          similarity.find(view, prepared, vectors, found);
        }
      },
    };
  };
}

async function vectorsOf(encoder: Encoder, texts: readonly string[]): Promise<Vectors> {
  const wanted = [...new Set(texts)].filter((text) => text !== "");
  const vectors = wanted.length === 0 ? [] : await encoder.encode(wanted);
  return new Map(wanted.map((text, i) => [text, vectors[i] as Float32Array]));
}
