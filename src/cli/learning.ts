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
export async function withLearning(settings: RunSettings, flags: Pick<EvalFlags, "allowSeen" | "cv" | "shots" | "split" | "live">, local: LocalModels, world: Pick<World, "env">): Promise<{ readonly settings: RunSettings; readonly vectors?: Encoder }> {
  const learned = settings.policies.filter(isLearned);
  const reader = learned[0] ?? settings.policies.find(readsVectors);
  const fittedHere = learned.filter(isFittedHere);
  if (flags.allowSeen && !learned.some(({ kind }) => kind === "trained")) throw new WrpError("--allow-seen is for policies that wrp train wrote, and there is none", { hint: "--policy knn:FILE" });
  if (flags.cv !== undefined && fittedHere.length === 0 && learned.length > 0) throw new WrpError("--cv is for policies that learn here, and those given are trained already");
  if (flags.shots && fittedHere.length === 0) throw new WrpError("--shots is for policies that learn here, and there is none", { hint: "--policy knn, --policy kmeans" });
  if (flags.cv !== undefined && learned.length === 0) throw new WrpError("--cv is for policies that learn from other prompts than they decide, and there is none", { hint: "--policy knn, --policy kmeans" });
  if (!reader) return { settings };
  if (flags.cv !== undefined && flags.split === "test") throw new WrpError("--cv and --split test are two ways to hold prompts out: give one");
  const shots = shotsOf(flags.shots ?? []);
  const { cv = DEFAULT_FOLDS } = flags;
  if (cv < 2 || cv > MOST_FOLDS) throw new WrpError(`--cv must be from 2 to ${MOST_FOLDS} (got ${cv})`);
  if (settings.embedder) throw new WrpError(`policies of kind ${reader.kind} need an embedder that runs on this machine, and the config's is a live one`, { hint: "embedder: built-in, or an ONNX file" });
  const vectors = await learningEncoder(local, world);
  if (flags.live) await vectors.encode(["."]); // what cannot be loaded is told before a call is paid for
  return { settings: { ...settings, learning: { encoder: vectors.id, folds: flags.split === "test" || fittedHere.length === 0 ? null : cv, ...(flags.allowSeen ? { allowSeen: true as const } : {}), ...(shots.length > 0 ? { shots } : {}) } }, vectors };
}

function shotsOf(flags: readonly string[]): NonNullable<RunSettings["learning"]>["shots"] & object {
  const shots = flags.map((flag) => {
    const at = flag.lastIndexOf("="); // a model's name may have one
    const [model, outcomes] = [flag.slice(0, at).trim(), flag.slice(at + 1).trim()];
    if (at <= 0 || model === "" || !/^\d+$/.test(outcomes)) throw new WrpError(`--shots takes MODEL=K, K a whole number (got "${flag}")`);
    return { model, outcomes: Number(outcomes) };
  });
  const twice = shots.find(({ model }, k) => shots.findIndex((other) => other.model === model) < k);
  if (twice) throw new WrpError(`--shots has ${twice.model} twice`);
  return shots;
}

/** What makes the vectors that learned policies decide by: the config's embedder, else the built-in one. */
export async function learningEncoder(local: LocalModels, world: Pick<World, "env">): Promise<Encoder> {
  return (await local.encoder?.()) ?? useLite(cacheFolder(world));
}
