import type { PolicySpec } from "../model/config.ts";
import { unknownName, type Place, type WrpError } from "../model/errors.ts";
import { always } from "./kinds/always.ts";
import { automix } from "./kinds/automix.ts";
import { bestOf } from "./kinds/best-of.ts";
import { bestSingle } from "./kinds/best-single.ts";
import { budgeted } from "./kinds/budgeted.ts";
import { cascade } from "./kinds/cascade.ts";
import { cheapest } from "./kinds/cheapest.ts";
import { command } from "./kinds/command.ts";
import { contrastive } from "./kinds/contrastive.ts";
import { hybrid } from "./kinds/hybrid.ts";
import { irt } from "./kinds/irt.ts";
import { elo } from "./kinds/elo.ts";
import { epsilonGreedy } from "./kinds/epsilon-greedy.ts";
import { kmeans } from "./kinds/kmeans.ts";
import { frugal } from "./kinds/frugal.ts";
import { knn } from "./kinds/knn.ts";
import { linucb } from "./kinds/linucb.ts";
import { logistic } from "./kinds/logistic.ts";
import { mf } from "./kinds/mf.ts";
import { mix } from "./kinds/mix.ts";
import { mlp } from "./kinds/mlp.ts";
import { onnx } from "./kinds/onnx.ts";
import { oracle } from "./kinds/oracle.ts";
import { random } from "./kinds/random.ts";
import { recorded } from "./kinds/recorded.ts";
import { remote } from "./kinds/remote.ts";
import { rules } from "./kinds/rules.ts";
import { svm } from "./kinds/svm.ts";
import { thompson } from "./kinds/thompson.ts";
import { threshold } from "./kinds/threshold.ts";
import { trained } from "./kinds/trained.ts";
import { trees } from "./kinds/trees.ts";
import { ucb } from "./kinds/ucb.ts";
import { vsr } from "./kinds/vsr.ts";
import { zeroRouter } from "./kinds/zero-router.ts";
import type { Kind, NamedFact, NamedModel } from "./kind.ts";
import type { Policy, RouterContext } from "./policy.ts";
import type { Tunables } from "./tunables.ts";

/** Every kind of policy. A new kind is its file, its spec in model/config.ts and its line here. */
const kinds: { readonly [K in PolicySpec["kind"]]: Kind<K> } = {
  always,
  random,
  mix,
  cheapest,
  "best-single": bestSingle,
  oracle,
  "zero-router": zeroRouter,
  threshold,
  rules,
  recorded,
  command,
  remote,
  vsr,
  knn,
  kmeans,
  cascade,
  "best-of": bestOf,
  frugal,
  automix,
  logistic,
  svm,
  mlp,
  mf,
  elo,
  hybrid,
  trees,
  irt,
  contrastive,
  onnx,
  trained: trained((spec) => kinds[spec.kind] as Kind<PolicySpec["kind"]>),
  "epsilon-greedy": epsilonGreedy,
  ucb,
  linucb,
  thompson,
  budgeted,
};

/** Builds one policy of its spec; `control` marks those that wrp adds. Throws WrpError. */
export function buildPolicy(spec: PolicySpec, context: RouterContext, control = false): Policy {
  const kind = kinds[spec.kind] as Kind<PolicySpec["kind"]>;
  const [unknown] = unknownModels(spec, context);
  if (unknown) throw unknownModel(unknown.model, context);
  return kind.build(spec as never, context, {
    name: policyName(spec),
    kind: spec.kind,
    control,
    hindsight: false,
  });
}

/** The models that a policy's spec names. */
export function modelsNamed(spec: PolicySpec): readonly NamedModel[] {
  return (kinds[spec.kind] as Kind<PolicySpec["kind"]>).models?.(spec as never) ?? [];
}

/** What of a policy may be tuned; null where its kind has nothing to tune. */
export function tunablesOf(spec: PolicySpec, context: RouterContext): Tunables | null {
  return (kinds[spec.kind] as Kind<PolicySpec["kind"]>).tunables?.(spec as never, context) ?? null;
}

/** The numeric facts that a policy's spec names, of a trained one those that it was trained on. */
export function factsNamed(spec: PolicySpec): readonly NamedFact[] {
  return (kinds[spec.kind] as Kind<PolicySpec["kind"]>).facts?.(spec as never) ?? [];
}

/** Those that are not among the run's models. */
export function unknownModels(spec: PolicySpec, { models }: RouterContext): readonly NamedModel[] {
  return modelsNamed(spec).filter(({ model }) => !models.some(({ name }) => name === model));
}

export function unknownModel(model: string, { models }: RouterContext, place?: Place): WrpError {
  return unknownName("model", model, models.map(({ name }) => name), place);
}

/** The name that a policy goes by: its own, else its kind's, or its one model's. */
export function policyName(spec: PolicySpec): string {
  return spec.name ?? (spec.kind === "always" ? spec.model : spec.kind);
}

export { call } from "./policy.ts";
export { factOf } from "./facts.ts";
export { vsrOf, vsrPrices } from "./kinds/vsr.ts";
export { unknownReadings } from "./vsr/readings.ts";
export type { VsrTrace } from "./vsr/trace.ts";
export type { ModelFigures, Policy, PolicyCache, PolicySession, RouterContext, SessionHost, SessionTimes, Undecided } from "./policy.ts";
