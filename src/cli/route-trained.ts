import { checkEncoder, choiceOf, type TrainedPolicy } from "../evaluate/decide-trained.ts";
import { rowProducts } from "../lib/row-products.ts";
import type { PolicySpec } from "../model/config.ts";
import type { Decision, Fact } from "../model/decision.ts";
import type { Encoder } from "../model/encoder.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import { textOfPrompt } from "../evaluate/prompt-vectors.ts";
import { call, factOf, policyName, type Policy, type Undecided } from "../router/index.ts";
import { artefactsOf } from "./artefact-file.ts";
import { learningEncoder } from "./learning.ts";
import type { LoadedConfig } from "./load-config.ts";
import { localModels } from "./local-models.ts";
import type { World } from "./world.ts";

type Trained = TrainedPolicy["policy"];

/** Facts that every prompt may have. */
const FACTS = ["prompt.lengthCodePoints", "prompt.tokens", "prompt.turn"];

/** Whether a policy was fitted by `wrp train`. */
export function isTrained(policy: Policy): policy is Trained {
  return policy.learned !== undefined && policy.trained !== undefined;
}

/**
 * Decides one prompt by a policy that `wrp train` fitted, with what it expects of each model as facts. Throws WrpError where its file or the
 * encoder cannot be used.
 *
 * @param models that it may choose among
 */
export async function routeTrained(policy: Trained, specs: readonly PolicySpec[], models: readonly string[], prompt: Prompt, loaded: LoadedConfig, world: World): Promise<Decision | Undecided> {
  const { trained } = policy;
  const artefact = artefactsOf(specs.filter((spec) => policyName(spec) === policy.name), world.cwd).get(trained.hash);
  if (!artefact) throw new WrpError(`the file of policy "${policy.name}" is another than it was`, { hint: "run wrp eval again" });
  const encoder: Encoder = await learningEncoder(localModels(loaded, world), world);
  checkEncoder(policy.name, trained, encoder);
  const [vector] = await encoder.encode([textOfPrompt(prompt) ?? ""]);
  const names = [...FACTS, ...Object.keys(prompt.meta).map((key) => `meta.${key}`)];
  const asked = {
    rows: { count: 1, width: encoder.dimensions, data: vector as Float32Array },
    facts: new Map(names.map((name) => [name, Float64Array.of(factOf(name).read(prompt, {}) ?? NaN)])),
  };
  const { model, estimates } = await choiceOf({ policy, artefact }, asked, models, { products: rowProducts });
  const chosen = models[model[0] as number];
  const facts = models.flatMap((name, m): Fact[] => {
    const [quality, costUsd] = [estimates.quality[m]?.[0] as number, estimates.costUsd[m]?.[0] as number];
    if (Number.isNaN(quality)) return [];
    return [{ name: `${name}: expected quality`, value: quality }, ...(Number.isNaN(costUsd) ? [] : [{ name: `${name}: expected cost, USD`, value: costUsd }])];
  });
  if (chosen === undefined) return { undecided: "it expects nothing of any model here" };
  return { ...call(chosen, `${trained.policy.kind}, trained on ${trained.trainedOn.prompts} prompts of ${trained.trainedOn.workload}`), facts };
}
