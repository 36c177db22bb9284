import { contentHash } from "../lib/hash.ts";
import { isClassifier, type Classifier, type Encoder, type Span, type SpanFinder } from "../model/encoder.ts";
import type { SignalModels } from "../model/signal-models.ts";
import type { OutcomeStore } from "../outcomes/store.ts";

type Outputs = Pick<OutcomeStore, "findOutputs" | "saveOutputs">;

/** Texts that are computed before they are kept: what an interrupt loses. */
const GROUP = 1024;
/** Numbers of a span: kind, start, end, confidence. */
const SPAN = 4;

/** The encoder, asked once for each text: what it answered is kept in the store. */
export function storedEncoder(encoder: Encoder, store: Outputs): Encoder {
  return { ...encoder, encode: (texts) => through(encoder.id, texts, store, (some) => encoder.encode(some)) };
}

/** The classifier, asked once for each text. */
export function storedClassifier(classifier: Classifier, store: Outputs): Classifier {
  return { ...classifier, classify: (texts) => through(classifier.id, texts, store, (some) => classifier.classify(some)) };
}

/** The span finder, asked once for each text. Confidences are as precise as float32, offsets right below 2^24. */
export function storedSpanFinder(finder: SpanFinder, store: Outputs): SpanFinder {
  const { kinds } = finder;
  return {
    ...finder,
    async find(texts) {
      const rows = await through(finder.id, texts, store, async (some) => (await finder.find(some)).map((spans) => numbersOf(spans, kinds)));
      return rows.map((row) => spansOf(row, kinds));
    },
  };
}

/** Models for signals whose answers are kept in the store. */
export function storedModels(models: SignalModels, store: Outputs): SignalModels {
  const { encoder } = models;
  const stored = [...models.classifiers].map(([type, model]) => [type, isClassifier(model) ? storedClassifier(model, store) : storedSpanFinder(model, store)] as const);
  return { ...models, ...(encoder ? { encoder: storedEncoder(encoder, store) } : {}), classifiers: new Map(stored) };
}

/** Outputs of the texts, in order: those that the store lacks are computed, each text once, and kept group by group. */
async function through(model: string, texts: readonly string[], store: Outputs, compute: (texts: readonly string[]) => Promise<readonly Float32Array[]>): Promise<Float32Array[]> {
  const hashes = texts.map(contentHash);
  const known = store.findOutputs(model, [...new Set(hashes)]);
  const missing = new Map<string, string>();
  for (const [k, hash] of hashes.entries()) if (!known.has(hash)) missing.set(hash, texts[k] as string);
  const wanted = [...missing];
  for (let first = 0; first < wanted.length; first += GROUP) {
    const group = wanted.slice(first, first + GROUP);
    const outputs = await compute(group.map(([, text]) => text));
    const fresh = new Map(group.map(([hash], k) => [hash, outputs[k] as Float32Array]));
    store.saveOutputs(model, fresh);
    for (const [hash, output] of fresh) known.set(hash, output);
  }
  return hashes.map((hash) => known.get(hash) as Float32Array);
}

function numbersOf(spans: readonly Span[], kinds: readonly string[]): Float32Array {
  return Float32Array.from(spans.flatMap(({ kind, start, end, confidence }) => [kinds.indexOf(kind), start, end, confidence]));
}

function spansOf(numbers: Float32Array, kinds: readonly string[]): Span[] {
  return Array.from({ length: numbers.length / SPAN }, (_, k) => {
    const [kind, start, end, confidence] = numbers.subarray(k * SPAN, (k + 1) * SPAN) as unknown as [number, number, number, number];
    return { kind: kinds[kind] as string, start, end, confidence };
  });
}
