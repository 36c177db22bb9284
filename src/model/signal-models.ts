import type { Classifier, Encoder, SpanFinder } from "./encoder.ts";

/** The models that learned signals are read with; a signal without one stays unknown. */
export interface SignalModels {
  /** Makes the vectors that similarity signals compare. */
  readonly encoder?: Encoder;
  /** By the type of signal (`domain`, `pii`, …), or `classifier:NAME` for a custom one. */
  readonly classifiers: ReadonlyMap<string, Classifier | SpanFinder>;
  /** Whether wrp's own models and methods may stand in for those that a router uses. */
  readonly surrogate: boolean;
}

/** What readings with these models hang on, besides signals and prompts. */
export function signalModelIds({ encoder, classifiers, surrogate }: SignalModels): string[] {
  const named = (role: string, model: { readonly id: string; readonly surrogate?: boolean }) => `${model.surrogate ? "surrogate " : ""}${role} ${model.id}`;
  return [...(surrogate ? ["surrogate"] : []), ...(encoder ? [named("encoder", encoder)] : []), ...[...classifiers].map(([type, model]) => named(type, model))];
}
