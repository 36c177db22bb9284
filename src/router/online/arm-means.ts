/**
 * Means of what was revealed of each arm. With a discount below 1 an outcome's weight shrinks by it at every prompt (discounted UCB, Garivier
 * & Moulines 2011, section 2: N(γ, i) and X̄(γ, i)).
 */
export class ArmMeans {
  readonly #discount: number;
  /** [arm] weight of the grades, and their sum. */
  readonly #grades: Float64Array;
  readonly #quality: Float64Array;
  readonly #bills: Float64Array;
  readonly #costUsd: Float64Array;

  constructor(arms: number, discount = 1) {
    this.#discount = discount;
    this.#grades = new Float64Array(arms);
    this.#quality = new Float64Array(arms);
    this.#bills = new Float64Array(arms);
    this.#costUsd = new Float64Array(arms);
  }

  /** A prompt has passed. */
  age(): void {
    if (this.#discount === 1) return;
    for (const sums of [this.#grades, this.#quality, this.#bills, this.#costUsd]) for (let arm = 0; arm < sums.length; arm++) (sums[arm] as number) *= this.#discount;
  }

  /** NaN is a gap. */
  learn(arm: number, quality: number, costUsd: number): void {
    if (!Number.isNaN(quality)) {
      (this.#grades[arm] as number) += 1;
      (this.#quality[arm] as number) += quality;
    }
    if (!Number.isNaN(costUsd)) {
      (this.#bills[arm] as number) += 1;
      (this.#costUsd[arm] as number) += costUsd;
    }
  }

  /** How many grades of an arm weigh on its mean. */
  grades(arm: number): number {
    return this.#grades[arm] as number;
  }

  /** Of all arms. */
  allGrades(): number {
    let sum = 0;
    for (const grades of this.#grades) sum += grades;
    return sum;
  }

  /** NaN where no grade came. */
  quality(arm: number): number {
    return (this.#quality[arm] as number) / (this.#grades[arm] as number);
  }

  /** How many known costs of an arm weigh on their mean. */
  bills(arm: number): number {
    return this.#bills[arm] as number;
  }

  /** USD; 0 before the first cost is known. */
  costUsd(arm: number): number {
    const bills = this.bills(arm);
    return bills === 0 ? 0 : (this.#costUsd[arm] as number) / bills;
  }

  /** Mean quality - lambda · mean cost; NaN where no grade came. */
  reward(arm: number, lambda: number): number {
    return this.quality(arm) - lambda * this.costUsd(arm);
  }
}
