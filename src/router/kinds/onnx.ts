import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";
import { byLambda, lambdaTunable } from "../learned/by-lambda.ts";
import { checkFacts } from "../learned/facts.ts";
import { factsFed, scorerOf } from "../learned/onnx-scores.ts";

/**
 * A router of one's own as an ONNX file: of the prompt's vector and of numeric facts it makes a score of each model. Nothing is fitted here
 * but what a call costs, which is each model's mean.
 */
export const onnx: Kind<"onnx"> = {
  models: ({ models }) => models.map((model, k) => ({ model, path: ["models", k] })),
  facts: ({ inputs }) => factsFed(inputs).map((fact) => ({ fact, path: ["inputs"] })),
  tunables: lambdaTunable,
  build(spec, context, base) {
    const { model, models, inputs, output, score, lambda } = spec;
    const hash = hashOf(spec);
    const twice = models.find((name, k) => models.indexOf(name) !== k);
    if (twice !== undefined) throw new WrpError(`policy "${base.name}" scores ${twice} twice`);
    checkFacts(base.name, factsFed(inputs), context);
    const costs = models.map((name) => (context.models.find((one) => one.name === name)?.costUsdPer1k ?? NaN) / 1000);
    const unpriced = models.find((_, m) => Number.isNaN(costs[m]));
    if (lambda > 0 && unpriced !== undefined) throw new WrpError(`policy "${base.name}" weighs costs (lambda=${lambda}), and the cost of ${unpriced} is not known`, { hint: "give models prices in wrp.yaml, or let it weigh quality alone" });
    return {
      ...base,
      description: `the model of highest quality - ${lambda} · cost in USD, quality as ${model} scores it, cost the model's mean`,
      content: { hash, models, inputs: inputs ?? null, output: output ?? null, score, lambda, costs: costs.map((usd) => (Number.isNaN(usd) ? null : usd)) },
      given: { file: model, hash, models },
      learned: {
        estimator: { kind: "onnx", hash, models, inputs: inputs ?? null, output: output ?? null, score },
        fit: async () => ({}),
        async estimate(_fitted, asked, { opened }) {
          const session = opened?.get(hash);
          if (!session) throw new Error(`${model} was not opened`);
          return { quality: await scorerOf(session, spec)(asked), costUsd: costs.map((usd) => new Float64Array(asked.rows.count).fill(usd)) };
        },
        remarks: () => [],
        ...byLambda(lambda),
      },
    };
  },
};

/** The hash of its file. Throws where nobody has read it: whoever takes a spec from the user does. */
function hashOf({ hash, model }: Extract<PolicySpec, { kind: "onnx" }>): string {
  if (hash === undefined) throw new Error(`${model} was not read`);
  return hash;
}
