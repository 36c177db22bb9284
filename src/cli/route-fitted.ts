import { checkEncoder, choiceOf, type TrainedChoice } from "../evaluate/decide-trained.ts";
import { textOfPrompt } from "../evaluate/prompt-vectors.ts";
import { rowProducts } from "../lib/row-products.ts";
import type { PolicySpec } from "../model/config.ts";
import type { Decision, Fact } from "../model/decision.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import { call, factOf, policyName, type Policy, type Undecided } from "../router/index.ts";
import type { ArtefactCard } from "../router/learned/artefact.ts";
import type { Asked, Learned } from "../router/learned/learned.ts";
import { artefactsOf } from "./artefact-file.ts";
import { learningEncoder } from "./learning.ts";
import type { LoadedConfig } from "./load-config.ts";
import { localModels } from "./local-models.ts";
import { openedRouters } from "./onnx-router-file.ts";
import type { World } from "./world.ts";

type FittedBefore = Policy & { readonly learned: Learned } & (Required<Pick<Policy, "trained">> | Required<Pick<Policy, "given">>);

/** Facts that every prompt may have. */
const FACTS = ["prompt.lengthCodePoints", "prompt.tokens", "prompt.turn"];

/** Whether a policy was fitted by `wrp train`, or elsewhere. */
export function isFittedBefore(policy: Policy): policy is FittedBefore {
  return policy.learned !== undefined && (policy.trained !== undefined || policy.given !== undefined);
}

/**
 * Decides one prompt by a policy that was fitted before, with what it expects of each model as facts. Throws WrpError where its file or the
 * encoder cannot be used.
 *
 * @param models that it may choose among
 */
export async function routeFitted(policy: FittedBefore, specs: readonly PolicySpec[], models: readonly string[], prompt: Prompt, loaded: LoadedConfig, world: World): Promise<Decision | Undecided> {
  const own = specs.filter((spec) => policyName(spec) === policy.name);
  const encoder = await learningEncoder(localModels(loaded, world), world);
  if (policy.trained) checkEncoder(policy.name, policy.trained, encoder);
  const [vector] = await encoder.encode([textOfPrompt(prompt) ?? ""]);
  const names = [...FACTS, ...Object.keys(prompt.meta).map((key) => `meta.${key}`)];
  const asked: Asked = {
    rows: { count: 1, width: encoder.dimensions, data: vector as Float32Array },
    facts: new Map(names.map((name) => [name, Float64Array.of(factOf(name).read(prompt, {}) ?? NaN)])),
  };
  const { model, estimates } = policy.trained ? await byArtefact(policy.learned, policy.trained) : await choiceOf(policy.learned, {}, policy.given?.models ?? [], asked, models, { products: rowProducts, opened: await openedRouters(own, world.cwd) });
  const chosen = models[model[0] as number];
  const facts = models.flatMap((name, m): Fact[] => {
    const [quality, costUsd] = [estimates.quality[m]?.[0] as number, estimates.costUsd[m]?.[0] as number];
    if (Number.isNaN(quality)) return [];
    return [{ name: `${name}: ${policy.learned.scores ? "score" : "expected quality"}`, value: quality }, ...(Number.isNaN(costUsd) ? [] : [{ name: `${name}: expected cost, USD`, value: costUsd }])];
  });
  if (chosen === undefined) return { undecided: "it expects nothing of any model here" };
  return { ...call(chosen, policy.trained ? `${policy.trained.policy.kind}, trained on ${policy.trained.trainedOn.prompts} prompts of ${policy.trained.trainedOn.workload}` : `as ${policy.given?.file} scores it`), facts };

  async function byArtefact(learned: Learned, { hash }: ArtefactCard): Promise<TrainedChoice> {
    const artefact = artefactsOf(own, world.cwd).get(hash);
    if (!artefact) throw new WrpError(`the file of policy "${policy.name}" is another than it was`, { hint: "run wrp eval again" });
    return choiceOf(learned, artefact.fitted, artefact.card.models.map(({ name }) => name), asked, models, { products: rowProducts });
  }
}
