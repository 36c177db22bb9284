import type { LiveSpec } from "../model/config.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import { valueHash } from "../lib/hash.ts";
import { NoVector } from "../model/embedder.ts";
import { liveSource } from "../pool/live.ts";
import type { LiveAsker } from "./ask-live.ts";
import type { Compared } from "./grading.ts";
import type { JudgeTally } from "./judging.ts";
import { localEmbedder } from "./local-embedder.ts";
import type { Parts } from "./parts.ts";
import { storedEncoder } from "./stored-outputs.ts";

/** Live models with what grades them. */
export interface LiveGrading {
  asker(name: string, spec: LiveSpec): LiveAsker;
  judge(): JudgeTally | null;
  compared(): Compared;
  warnings(): readonly string[];
}

/** Its name in the store: of its requests the tries are kept, its vectors are not. */
const EMBEDDER = "embedder";

/** The embedder of a run that calls nobody. */
const NOT_ASKED = { embed: () => Promise.reject(new NoVector("the embedder was not asked yet: --live asks it")) };

/** Joins live models, graders and the judge. They are loaded only where a run has live models: graders are large. */
export async function liveGrading({ settings, store, signal, live, graderNeeds, encoder }: Pick<Parts, "settings" | "signal" | "live" | "graderNeeds" | "encoder"> & { readonly store: Pick<OutcomeStore, "liveAnswers" | "findOutputs" | "saveOutputs"> }): Promise<LiveGrading> {
  const [{ liveAsker }, { gradings }, { judging }, { similarity }] = await Promise.all([import("./ask-live.ts"), import("./grading.ts"), import("./judging.ts"), import("../grade/graders/similarity.ts")]);
  if (settings.embedder && live?.embedder) {
    const kept = store.liveAnswers(liveSource(settings.embedder.live));
    live.embedder.onTries((texts, tries) => kept.keepTries(EMBEDDER, { hash: valueHash(texts), variant: 0, messages: null }, tries));
  }
  const judge = settings.judge ? judging(settings.judge, store, live?.judge ?? null, signal) : null;
  const graded = gradings(settings, graderNeeds ?? null, judge?.ask ?? null, similarity(encoder ? localEmbedder(storedEncoder(encoder, store)) : (live?.embedder ?? NOT_ASKED), signal));
  return {
    asker: (name, spec) => liveAsker(name, spec, store, graded.of, live ?? null, settings.repeat ?? 1),
    judge: () => judge?.tally() ?? null,
    compared: graded.compared,
    warnings: () => (graded.unjudged() > 0 ? [`${graded.unjudged()} prompts want a judge and there is none, so their live answers have no grade (wrp.yaml: judge: {live: …})`] : []),
  };
}
