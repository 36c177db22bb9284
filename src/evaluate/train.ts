import type { PolicySpec } from "../model/config.ts";
import type { Encoder } from "../model/encoder.ts";
import { WrpError } from "../model/errors.ts";
import { priceBook } from "../pool/price-book.ts";
import { assemble, type PlaceOf } from "../router/assemble.ts";
import { policyName } from "../router/index.ts";
import { artefactFile, type ArtefactCard } from "../router/learned/artefact.ts";
import { columnsUnder, figuresUnder, gather, promptsAgain } from "./gather.ts";
import { fitted, stoppableProducts } from "./fitting.ts";
import type { Parts } from "./parts.ts";
import { promptVectors } from "./prompt-vectors.ts";
import { storedEncoder } from "./stored-outputs.ts";
import { readablePlaces, trainingAt } from "./training.ts";

/** What training tells as it goes. */
export type TrainEvent = { readonly type: "read"; readonly prompts: number } | { readonly type: "reading vectors"; readonly prompts: number; readonly of: number } | { readonly type: "fitting"; readonly prompts: number };

/** A policy that is fitted: its card, its file, and what should be said of it. */
export interface Trained {
  readonly card: ArtefactCard;
  readonly bytes: Iterable<Uint8Array>;
  readonly notes: readonly string[];
}

type TrainParts = Pick<Parts, "store" | "workload" | "settings" | "clockMs" | "signal" | "concurrency" | "wrpVersion"> & {
  readonly encoder: Encoder;
  readonly placeOf?: PlaceOf;
  /** Which part of the data the workload is. */
  readonly split?: ArtefactCard["trainedOn"]["split"];
};

/**
 * Fits a learned policy on a whole workload. The same workload, settings and seed give the same bytes. Throws WrpError where nothing of it
 * can be learned from.
 */
export async function* train(spec: PolicySpec, parts: TrainParts): AsyncGenerator<TrainEvent, Trained> {
  const { settings, store, workload, signal, wrpVersion, split } = parts;
  const { columns: all, warnings } = yield* gather(parts, priceBook(settings.models));
  if (all.n === 0) throw new WrpError("no prompt is left to train on");
  const columns = columnsUnder(settings.missing, all);
  const figures = figuresUnder(settings.missing, all);
  const { policies } = assemble(figures, [spec], columns.facts, false, parts.placeOf);
  const policy = policies.find(({ name }) => name === policyName(spec));
  if (!policy?.learned || policy.trained) throw new WrpError(`policies of kind ${spec.kind} are not trained`);

  const encoder = storedEncoder(parts.encoder, store);
  const reading = promptVectors(promptsAgain(parts), columns.n, encoder, signal);
  let step = await reading.next();
  for (; !step.done; step = await reading.next()) yield { type: "reading vectors", prompts: step.value, of: columns.n };
  const vectors = step.value;
  const at = readablePlaces(vectors);
  if (at.length === 0) throw new WrpError("no prompt has a text here, so nothing can be learned of them");

  yield { type: "fitting", prompts: at.length };
  const tables = await fitted(policy.learned, trainingAt(columns, columns.models, vectors, at), { seed: settings.seed, round: 0, products: stoppableProducts(signal) });
  const { name: _, ...kind } = spec;
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  const card = {
    wrpVersion,
    policy: kind as PolicySpec,
    models: figures.map(({ name, quality, costUsdPer1k }) => ({ name, quality: known(quality), costUsdPer1k: known(costUsdPer1k) })),
    encoder: { id: encoder.id, name: encoder.name, dimensions: encoder.dimensions },
    seed: settings.seed,
    trainedOn: { workload: workload.name, hash: workload.hash, prompts: at.length, textless: columns.n - at.length, ...(split ? { split } : {}) },
  };
  const sessions = new Set(at.map((i) => vectors.session[i] as bigint).filter((session) => session !== 0n));
  const seen = { prompts: BigUint64Array.from(new Set(at.map((i) => columns.promptHash[i] as bigint))), sessions: BigUint64Array.from(sessions) };
  return { ...artefactFile(card, { fitted: tables, seen }), notes: [...warnings, ...policy.learned.remarks(at.length)] };
}
