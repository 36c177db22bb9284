/** A learned policy's choices along a curve: as it would choose at other values of what it weighs cost by. */
export interface KnobChoices {
  /** What it turns, and what that is counted in. */
  readonly knob: { readonly name: string; readonly unit: string };
  /** From the cheapest choice to the dearest. */
  readonly values: readonly number[];
  /** Which of the values is the policy's own. */
  readonly own: number;
  /** [value][prompt] index of a model, -1 undecided. */
  readonly model: readonly Int32Array[];
}

/** What a learned policy expected before it chose. Nothing of it rests on the outcomes of the prompts that it is about. */
export interface Expectation {
  /** [model][prompt] expected quality; NaN where nothing tells. Empty of a policy that ranks models without expecting grades. */
  readonly quality: readonly Float32Array[];
  /** Null where what models cost is not known, or the policy weighs cost by nothing. */
  readonly choices: KnobChoices | null;
}
