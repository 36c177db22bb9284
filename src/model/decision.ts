/** One step that a policy asks for. Later steps may depend on earlier answers (cascades, loops). */
export type Step =
  | { readonly do: "call"; readonly model: string; /** At the same time as the call before it. */ readonly together?: true }
  | { readonly do: "answer"; readonly text: string }
  | { readonly do: "refuse"; readonly reason: string };

/** A fact that a decision rests on, as `wrp route` shows it. */
export interface Fact {
  readonly name: string;
  readonly value: string | number | boolean | null;
}

/**
 * What a policy wants for one prompt, with the reasons. Several alternatives with probabilities are a random choice
 * (their probabilities sum to 1); one alternative has probability 1, its propensity.
 */
export interface Decision {
  readonly alternatives: readonly { readonly steps: readonly Step[]; readonly probability: number }[];
  /** The rule that fired, in words. */
  readonly rule: string;
  readonly facts: readonly Fact[];
}
