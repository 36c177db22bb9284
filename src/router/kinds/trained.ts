import { policySpecSchema, type PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";
import { artefactCard, figuresOf } from "../learned/artefact.ts";
import { alphaTunable } from "../learned/by-alpha.ts";
import { lambdaTunable } from "../learned/by-lambda.ts";

/**
 * A policy that `wrp train` fitted, from its file. What its estimates hang on is as it was trained; how it chooses by them may be set anew.
 *
 * @param kindOf the kind that a spec is of
 */
export function trained(kindOf: (spec: PolicySpec) => Kind<PolicySpec["kind"]>): Kind<"trained"> {
  return {
    tunables(spec) {
      const { policy } = artefactCard(spec);
      if ("alpha" in policy) return alphaTunable({ ...spec, alpha: spec.alpha ?? policy.alpha });
      if ("lambda" in policy) return lambdaTunable({ ...spec, lambda: spec.lambda ?? (policy.lambda as number) });
      return { numbers: [], tuned: () => spec };
    },
    facts(spec) {
      if (spec.card === undefined) return [];
      const { policy } = artefactCard(spec);
      return (kindOf(policy).facts?.(policy as never) ?? []).map(({ fact }) => ({ fact, path: ["artefact"] }));
    },
    build(spec, context, base) {
      const card = artefactCard(spec);
      const { kind } = card.policy;
      if (spec.of !== undefined && spec.of !== kind) throw new WrpError(`policy "${base.name}" is to be of kind ${spec.of}, and ${spec.artefact} is of kind ${kind}`, { hint: `--policy ${kind}:${spec.artefact}` });
      const own = chosenAnew(card.policy, spec, base.name);
      const inner = kindOf(own).build(own as never, { ...context, models: figuresOf(card) }, base);
      if (!inner.learned) throw new Error("only learned kinds have cards");
      const names = card.models.map(({ name }) => name);
      if (!names.some((name) => context.models.some((model) => model.name === name)))
        throw new WrpError(`policy "${base.name}" was trained on models of which none is here`, { hint: `it knows ${names.join(", ")}; here are ${context.models.map(({ name }) => name).join(", ")}` });
      return {
        ...base,
        description: `${inner.description}; trained on ${card.trainedOn.prompts} prompts of ${card.trainedOn.workload}`,
        content: { hash: card.hash, kind, ...(inner.content as object) },
        learned: inner.learned,
        trained: card,
      };
    },
  };
}

/** The kind's own spec with what is set of how it chooses. Throws WrpError where it has no such setting. */
function chosenAnew(own: PolicySpec, { lambda, alpha }: Extract<PolicySpec, { kind: "trained" }>, name: string): PolicySpec {
  const set = Object.entries({ lambda, alpha }).filter(([, value]) => value !== undefined);
  const lacking = set.find(([key]) => !(key in own));
  if (lacking) throw new WrpError(`policy "${name}" is of kind ${own.kind}, which has no ${lacking[0]}`);
  return policySpecSchema.parse({ ...own, ...Object.fromEntries(set) });
}
