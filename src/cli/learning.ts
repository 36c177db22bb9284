import type { RunSettings } from "../evaluate.ts";
import { isLearned } from "../model/config.ts";
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
export async function withLearning(settings: RunSettings, flags: Pick<EvalFlags, "cv" | "split" | "live">, local: LocalModels, world: Pick<World, "env">): Promise<{ readonly settings: RunSettings; readonly vectors?: Encoder }> {
  const fitted = settings.policies.find(isLearned);
  const reader = fitted ?? settings.policies.find(readsVectors);
  if (!fitted && flags.cv !== undefined) throw new WrpError("--cv is for policies that are fitted on other prompts than they decide, and there is none", { hint: "--policy knn, --policy kmeans" });
  if (!reader) return { settings };
  if (flags.cv !== undefined && flags.split === "test") throw new WrpError("--cv and --split test are two ways to hold prompts out: give one");
  const { cv = DEFAULT_FOLDS } = flags;
  if (cv < 2 || cv > MOST_FOLDS) throw new WrpError(`--cv must be from 2 to ${MOST_FOLDS} (got ${cv})`);
  if (settings.embedder) throw new WrpError(`policies of kind ${reader.kind} need an embedder that runs on this machine, and the config's is a live one`, { hint: "embedder: built-in, or an ONNX file" });
  const vectors = (await local.encoder?.()) ?? useLite(cacheFolder(world));
  if (flags.live) await vectors.encode(["."]); // what cannot be loaded is told before a call is paid for
  return { settings: { ...settings, learning: { encoder: vectors.id, folds: !fitted || flags.split === "test" ? null : cv } }, vectors };
}
