import type { Contexts } from "./online.ts";

/**
 * Ridge regression of the reward on a prompt's numbers and a constant, an arm apart from the others: A = ridge · I + Σ x xᵀ, θ = A⁻¹ Σ r x
 * (Li et al. 2010, "disjoint linear models", eq. 3 and 4). A⁻¹ is kept up by Sherman & Morrison 1950, θ with it.
 */
export class LinearArms {
  readonly #width: number;
  readonly #lambda: number;
  readonly #contexts: Contexts;
  /** [arm] the upper triangle of A⁻¹, row after row. */
  readonly #inverse: readonly Float64Array[];
  readonly #theta: readonly Float64Array[];
  readonly #x: Float64Array;
  readonly #v: Float64Array;
  #at = -1;

  /** @param lambda the reward is quality - lambda · cost in USD */
  constructor(arms: number, contexts: Contexts, { ridge, lambda }: { readonly ridge: number; readonly lambda: number }) {
    const width = contexts.rows.width + 1;
    const prior = new Float64Array((width * (width + 1)) / 2);
    for (let i = 0, k = 0; i < width; k += width - i, i++) prior[k] = 1 / ridge;
    this.#width = width;
    this.#lambda = lambda;
    this.#contexts = contexts;
    this.#inverse = Array.from({ length: arms }, () => prior.slice());
    this.#theta = Array.from({ length: arms }, () => new Float64Array(width));
    this.#x = new Float64Array(width).fill(1);
    this.#v = new Float64Array(width);
  }

  /** Whether a prompt has numbers. */
  knows(prompt: number): boolean {
    return this.#contexts.known[prompt] === 1;
  }

  /** xᵀθ */
  expected(arm: number, prompt: number): number {
    this.#read(prompt);
    const theta = this.#theta[arm] as Float64Array;
    let sum = 0;
    for (let i = 0; i < this.#width; i++) sum += (this.#x[i] as number) * (theta[i] as number);
    return sum;
  }

  /** √(xᵀ A⁻¹ x) */
  spread(arm: number, prompt: number): number {
    this.#read(prompt);
    const [x, inverse, width] = [this.#x, this.#inverse[arm] as Float64Array, this.#width];
    let sum = 0;
    for (let i = 0, k = 0; i < width; i++) {
      const own = x[i] as number;
      let row = ((inverse[k++] as number) * own) / 2;
      for (let j = i + 1; j < width; j++) row += (inverse[k++] as number) * (x[j] as number);
      sum += own * row;
    }
    return Math.sqrt(Math.max(0, 2 * sum));
  }

  /** A reward that is not known (NaN) teaches nothing. */
  learn(arm: number, prompt: number, quality: number, costUsd: number): void {
    const reward = quality - (this.#lambda === 0 ? 0 : this.#lambda * costUsd);
    if (Number.isNaN(reward)) return;
    const [theta, inverse, x, v, width] = [this.#theta[arm] as Float64Array, this.#inverse[arm] as Float64Array, this.#x, this.#v, this.#width];
    const error = reward - this.expected(arm, prompt);
    v.fill(0);
    for (let i = 0, k = 0; i < width; i++)
      for (let j = i; j < width; j++, k++) {
        (v[i] as number) += (inverse[k] as number) * (x[j] as number);
        if (j > i) (v[j] as number) += (inverse[k] as number) * (x[i] as number);
      }
    let scale = 1;
    for (let i = 0; i < width; i++) scale += (x[i] as number) * (v[i] as number);
    for (let i = 0, k = 0; i < width; i++) {
      const own = (v[i] as number) / scale;
      (theta[i] as number) += own * error;
      for (let j = i; j < width; j++, k++) (inverse[k] as number) -= own * (v[j] as number);
    }
  }

  #read(prompt: number): void {
    if (this.#at === prompt) return;
    const { data, width } = this.#contexts.rows;
    for (let i = 0; i < width; i++) this.#x[i] = data[prompt * width + i] as number;
    this.#at = prompt;
  }
}
