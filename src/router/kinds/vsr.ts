import type { PolicySpec } from "../../model/config.ts";
import type { Decision } from "../../model/decision.ts";
import { contentHash } from "../../lib/hash.ts";
import { WrpError } from "../../model/errors.ts";
import type { SignalReadings } from "../../model/signal.ts";
import type { Kind } from "../kind.ts";
import type { Undecided } from "../policy.ts";
import type { Outcome } from "../vsr/outcome.ts";
import { unknownReadings } from "../vsr/readings.ts";
import { vsrRouter, type VsrRouter } from "../vsr/router.ts";

type VsrSpec = Extract<PolicySpec, { kind: "vsr" }>;

/** A config is read once, however often its policy is looked at. */
const read = new WeakMap<VsrSpec, VsrRouter>();

/** A config of vLLM Semantic Router, decided as it would decide; where that hangs on signals that nobody computed, it does not decide. */
export const vsr: Kind<"vsr"> = {
  models: (spec) => vsrOf(spec).models.map((model) => ({ model: spec.models?.[model] ?? model, path: spec.models?.[model] === undefined ? ["config"] : ["models", model] })),
  build(spec, _context, base) {
    const router = vsrOf(spec);
    const seen = { prompts: 0, undetermined: 0, answered: 0, unknown: new Set<string>() };
    return {
      ...base,
      description: `vLLM Semantic Router by ${spec.config}${router.recipe.name === "default" ? "" : `, recipe ${router.recipe.name}`}${setInWords(spec)}`,
      content: { text: contentHash(spec.text ?? ""), recipe: router.recipe.name, models: spec.models ?? {} },
      reads: router.signals,
      decide({ readings = unknownReadings(router.signals) }) {
        seen.prompts++;
        const { determined, outcomes } = router.route(readings);
        const [outcome] = outcomes;
        if (determined && outcome) {
          if (outcome.answer !== null) seen.answered++;
          return decisionOf(outcome, spec);
        }
        seen.undetermined++;
        for (const type of unknownTypes(readings)) seen.unknown.add(type);
        return undetermined(outcomes, readings);
      },
      trace: (readings) => router.trace(readings),
      notes: () => [
        ...(seen.undetermined > 0 ? [`${counted(seen.undetermined)} of ${counted(seen.prompts)} prompts undetermined, and so not decided: ${[...seen.unknown].toSorted().join(", ")} unknown, since no model for them is given`] : []),
        ...(seen.answered > 0 ? [`${counted(seen.answered)} of ${counted(seen.prompts)} prompts answered by fast_response, without a model`] : []),
        ...router.notes,
      ],
    };
  },
};

/** The config that a policy names, read. Throws WrpError where upstream would not load it, or it lacks what the policy asks for. */
export function vsrOf(spec: VsrSpec): VsrRouter {
  const known = read.get(spec);
  if (known) return known;
  if (spec.text === undefined) throw new WrpError(`${spec.config} is not read`, { hint: "wrp reads it where the policy is given" });
  const router = vsrRouter(spec.text, spec.config, spec);
  for (const name of Object.keys(spec.models ?? {})) if (!router.models.includes(name)) throw new WrpError(`models: ${spec.config} never routes to "${name}"`, { code: "unknown-model", hint: `it routes to ${router.models.join(", ")}` });
  read.set(spec, router);
  return router;
}

function decisionOf(outcome: Outcome, spec: VsrSpec): Decision | Undecided {
  const { decision, model, answer } = outcome;
  const by = decision === null ? "no decision matched: the default model" : `decision "${decision}"`;
  if (answer !== null) return { alternatives: [{ steps: [{ do: "answer", text: answer }], probability: 1 }], rule: `${by}: answered by fast_response`, facts: [] };
  if (model === null) return { undecided: `${by}, and the config names no default model` };
  const rule = [by, ...settingsOf(outcome), ...(outcome.selection ? [`algorithm ${outcome.selection.algorithm}`] : [])].join(", ");
  return { alternatives: [{ steps: [{ do: "call", model: spec.models?.[model] ?? model }], probability: 1 }], rule, facts: [] };
}

function settingsOf({ lora, useReasoning, reasoningEffort }: Outcome): string[] {
  return [...(lora === null ? [] : [`LoRA ${lora}`]), ...(useReasoning ? [reasoningEffort === null ? "with reasoning" : `with reasoning, effort ${reasoningEffort}`] : [])];
}

function undetermined(outcomes: readonly Outcome[], readings: SignalReadings): Undecided {
  const decisions = [...new Set(outcomes.map(({ decision }) => (decision === null ? "none" : `"${decision}"`)))];
  return { undecided: `undetermined: ${decisions.join(" or ")}, by ${unknownTypes(readings).join(", ")}` };
}

function setInWords({ set = {} }: VsrSpec): string {
  const paths = Object.keys(set);
  return paths.length === 0 ? "" : paths.length > 3 ? `, ${paths.length} numbers set` : `, with ${paths.map((path) => `${path} = ${set[path]}`).join(", ")}`;
}

function unknownTypes({ unknown }: SignalReadings): string[] {
  return [...new Set([...unknown].map((key) => key.slice(0, key.indexOf(":"))))].toSorted();
}

function counted(n: number): string {
  return n.toLocaleString("en-US");
}
