import type { RunSettings } from "../evaluate.ts";
import { isFittedHere, isLearned } from "../model/learned-specs.ts";
import { readsVectors } from "../model/online-specs.ts";
import type { Encoder } from "../model/encoder.ts";
import { WrpError } from "../model/errors.ts";
import { useLite } from "../signals/encoders/use-lite/index.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { LocalModels } from "./local-models.ts";
import type { EvalFlags } from "./settings.ts";
import type { World } from "./world.ts";

const DEFAULT_FOLDS = 5;
const MOST_FOLDS = 100;

/**
 * The settings with how their learned policies are fitted, and what makes the vectors that these, and some that learn as they go, decide by: the
 * config's embedder, else the built-in one. Without such a policy nothing is added. Rejects with WrpError where flags contradict or the embedder cannot serve.
 */
export async function withLearning(settings: RunSettings, flags: Pick<EvalFlags, "allowSeen" | "cv" | "split" | "live">, local: LocalModels, world: Pick<World, "env">): Promise<{ readonly settings: RunSettings; readonly vectors?: Encoder }> {
  const learned = settings.policies.filter(isLearned);
  const reader = learned[0] ?? settings.policies.find(readsVectors);
  const fittedHere = learned.filter(isFittedHere);
  if (flags.allowSeen && fittedHere.length === learned.length) throw new WrpError("--allow-seen is for policies that wrp train wrote, and there is none", { hint: "--policy knn:FILE" });
  if (flags.cv !== undefined && fittedHere.length === 0 && learned.length > 0) throw new WrpError("--cv is for policies that learn here, and those given are trained already");
  if (flags.cv !== undefined && learned.length === 0) throw new WrpError("--cv is for policies that learn from other prompts than they decide, and there is none", { hint: "--policy knn, --policy kmeans" });
  if (!reader) return { settings };
  if (flags.cv !== undefined && flags.split === "test") throw new WrpError("--cv and --split test are two ways to hold prompts out: give one");
  const { cv = DEFAULT_FOLDS } = flags;
  if (cv < 2 || cv > MOST_FOLDS) throw new WrpError(`--cv must be from 2 to ${MOST_FOLDS} (got ${cv})`);
  if (settings.embedder) throw new WrpError(`policies of kind ${reader.kind} need an embedder that runs on this machine, and the config's is a live one`, { hint: "embedder: built-in, or an ONNX file" });
  const vectors = await learningEncoder(local, world);
  if (flags.live) await vectors.encode(["."]); // what cannot be loaded is told before a call is paid for
  return { settings: { ...settings, learning: { encoder: vectors.id, folds: flags.split === "test" || fittedHere.length === 0 ? null : cv, ...(flags.allowSeen ? { allowSeen: true as const } : {}) } }, vectors };
}

/** What makes the vectors that learned policies decide by: the config's embedder, else the built-in one. */
export async function learningEncoder(local: LocalModels, world: Pick<World, "env">): Promise<Encoder> {
  return (await local.encoder?.()) ?? useLite(cacheFolder(world));
}
