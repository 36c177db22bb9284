import { counted } from "../../lib/counted.ts";
import type { PolicySpec } from "../../model/config.ts";
import type { Decision } from "../../model/decision.ts";
import { contentHash } from "../../lib/hash.ts";
import { WrpError } from "../../model/errors.ts";
import type { SignalReadings } from "../../model/signal.ts";
import type { Kind } from "../kind.ts";
import type { Loop, Policy, Undecided } from "../policy.ts";
import { cacheSession } from "../vsr/cache/session.ts";
import type { Outcome } from "../vsr/outcome.ts";
import { loggedReadings } from "../vsr/logged-readings.ts";
import type { StatedPrice } from "../vsr/pricing.ts";
import { unknownReadings } from "../vsr/readings.ts";
import { vsrRouter, type VsrRouter } from "../vsr/router.ts";

type VsrSpec = Extract<PolicySpec, { kind: "vsr" }>;

/** A config is read once, however often its policy is looked at. */
const read = new WeakMap<VsrSpec, VsrRouter>();

/** A config of vLLM Semantic Router, decided as it would decide; where that hangs on signals that nobody computed, it does not decide. */
export const vsr: Kind<"vsr"> = {
  models: (spec) => vsrOf(spec).models.map((model) => ({ model: inPool(model, spec), path: spec.models?.[model] === undefined ? ["config"] : ["models", model] })),
  build(spec, _context, base) {
    const router = vsrOf(spec);
    const recorded = spec.signals === "recorded";
    const seen = { prompts: 0, logged: 0, undetermined: 0, unknown: new Set<string>(), untold: new Set<string>() };
    const undecided = new Map<Outcome, number>();
    return {
      ...base,
      description: `vLLM Semantic Router by ${spec.config}${router.recipe.name === "default" ? "" : `, recipe ${router.recipe.name}`}${setInWords(spec)}`,
      content: { text: contentHash(spec.text ?? ""), recipe: router.recipe.name, models: spec.models ?? {}, ...(spec.manifests ? { manifests: spec.manifests } : {}), ...(recorded ? { signals: "recorded" } : {}) },
      ...(recorded ? {} : { reads: router.signals }),
      answers: new Map(router.outcomes.flatMap((outcome) => (outcome.answer === null ? [] : [[ruleOf(outcome), outcome.answer]]))),
      ...cachesOf(router),
      ...loopsOf(router, spec),
      decide({ prompt, readings: given }) {
        seen.prompts++;
        const logged = recorded ? loggedReadings(prompt, router.recipe) : null;
        if (logged) seen.logged++;
        const readings = given ?? logged ?? unknownReadings(router.signals);
        const { determined, outcomes } = router.route(readings);
        const [outcome] = outcomes;
        if (determined && outcome) {
          if (outcome.open) undecided.set(outcome, (undecided.get(outcome) ?? 0) + 1);
          return decisionOf(outcome, spec);
        }
        seen.undetermined++;
        for (const type of unknownTypes(readings)) seen.unknown.add(type);
        for (const part of prompt.request?.unknown ?? []) seen.untold.add(part);
        return undetermined(outcomes, readings);
      },
      trace(readings) {
        const trace = router.trace(readings);
        const { outcome, baseline } = trace;
        const open = outcome?.open && { ...outcome.open, models: outcome.open.models.map((model) => inPool(model, spec)) };
        return { ...trace, outcome: outcome && { ...outcome, open: open ?? null }, baseline: baseline && inPool(baseline, spec) };
      },
      notes: () => [
        ...(recorded ? [`signals are those that the log has, of ${counted(seen.logged)} of ${counted(seen.prompts)} prompts, as the router that wrote it read them`] : []),
        ...(seen.undetermined > 0 ? [`${counted(seen.undetermined)} of ${counted(seen.prompts)} prompts undetermined, and so not decided: ${[...seen.unknown].toSorted().join(", ")} unknown, since ${recorded ? "the log does not say" : whyUnknown(seen.untold)}`] : []),
        ...[...undecided].map(([outcome, n]) => openNote(outcome, n, seen.prompts)),
        ...router.notes,
      ],
    };
  },
};

function cachesOf({ store, outcomes }: VsrRouter): Pick<Policy, "caches"> {
  const own = new Map(outcomes.flatMap((outcome) => (outcome.cache && outcome.decision !== null && outcome.model !== null ? [[ruleOf(outcome), { decision: outcome.decision, cache: outcome.cache }] as const] : [])));
  if (!store || own.size === 0) return {};
  return { caches: { compares: [...own.values()].some(({ cache: { mode } }) => mode !== "exact"), start: (encoder) => cacheSession(store, own, encoder) } };
}

/** What outcomes tell of algorithms that go by answers. */
function loopsOf({ outcomes }: VsrRouter, spec: VsrSpec): Pick<Policy, "loops"> {
  const loops = outcomes.flatMap((outcome): [string, Loop][] => {
    const loop = outcome.open?.loop?.((model) => inPool(model, spec));
    if (!loop) return [];
    return [[openReason(outcome, spec), { ...loop, name: ruleOf(outcome), note: (undecided, of) => openNote(outcome, undecided, of) }]];
  });
  return loops.length === 0 ? {} : { loops: new Map(loops) };
}

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

/** What the config's models cost by the config itself, by their names in the pool. */
export function vsrPrices(spec: VsrSpec): ReadonlyMap<string, StatedPrice> {
  return new Map([...vsrOf(spec).prices].map(([model, stated]) => [inPool(model, spec), stated]));
}

function inPool(model: string, { models }: VsrSpec): string {
  return models?.[model] ?? model;
}

function decisionOf(outcome: Outcome, spec: VsrSpec): Decision | Undecided {
  const { model, answer, open } = outcome;
  const rule = ruleOf(outcome);
  if (open) return { undecided: openReason(outcome, spec) };
  if (answer !== null) return { alternatives: [{ steps: [{ do: "answer", text: answer }], probability: 1 }], rule, facts: [] };
  if (model === null) return { undecided: `${rule}, and the config names no default model` };
  return { alternatives: [{ steps: [{ do: "call", model: inPool(model, spec) }], probability: 1 }], rule, facts: [] };
}

function openReason(outcome: Outcome, spec: VsrSpec): string {
  return `${ruleOf(outcome)}: undetermined among ${outcome.open?.models.map((one) => inPool(one, spec)).join(", ")}: ${outcome.open?.why}`;
}

function openNote({ decision, open }: Outcome, n: number, of: number): string {
  return `${counted(n)} of ${counted(of)} prompts go to decision "${decision}", whose model is undetermined: ${openInWords(open)}`;
}

function ruleOf(outcome: Outcome): string {
  const by = outcome.decision === null ? "no decision matched: the default model" : `decision "${outcome.decision}"`;
  if (outcome.answer !== null) return `${by}: answered by fast_response`;
  const algorithm = outcome.selection?.algorithm ?? outcome.open?.algorithm;
  return [by, ...settingsOf(outcome), ...(algorithm === undefined ? [] : [`algorithm ${algorithm}`])].join(", ");
}

function openInWords(open: Outcome["open"]): string {
  if (!open) return "";
  const { algorithm, why, calls, models } = open;
  const among = calls === "one" ? `one of ${models.join(", ")} answers` : calls === "some" ? `at least ${models[0]} is called and paid for, at most all of ${models.join(", ")}` : calls === "all" ? `all are paid for` : `what is called and paid for is not known`;
  return `algorithm ${algorithm}: ${why}; ${among}`;
}

function settingsOf({ lora, useReasoning, reasoningEffort }: Outcome): string[] {
  return [...(lora === null ? [] : [`LoRA ${lora}`]), ...(useReasoning ? [reasoningEffort === null ? "with reasoning" : `with reasoning, effort ${reasoningEffort}`] : [])];
}

function undetermined(outcomes: readonly Outcome[], readings: SignalReadings): Undecided {
  const decisions = [...new Set(outcomes.map(({ decision }) => (decision === null ? "none" : `"${decision}"`)))];
  return { undecided: `undetermined: ${decisions.join(" or ")}, by ${unknownTypes(readings).join(", ")}` };
}

/** @param untold parts of requests that the log does not tell */
function whyUnknown(untold: ReadonlySet<string>): string {
  const nobody = "nothing here reads them";
  return `${untold.size === 0 ? nobody : `${nobody}, or the log does not tell what they read of requests: ${[...untold].toSorted().join(", ")}`} (wrp help vsr)`;
}

function setInWords({ set = {} }: VsrSpec): string {
  const paths = Object.keys(set);
  return paths.length === 0 ? "" : paths.length > 3 ? `, ${paths.length} numbers set` : `, with ${paths.map((path) => `${path} = ${set[path]}`).join(", ")}`;
}

function unknownTypes({ unknown }: SignalReadings): string[] {
  return [...new Set([...unknown].map((key) => key.slice(0, key.indexOf(":"))))].toSorted();
}
