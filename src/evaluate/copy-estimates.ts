import type { Encoder } from "../model/encoder.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import { factOf } from "../router/index.ts";
import type { Asked, Estimates, Learned } from "../router/learned/learned.ts";
import { rowsAt } from "../stats/rows.ts";
import { gaps, scatter } from "./learned-estimates.ts";
import type { Parts } from "./parts.ts";
import type { PerturbedPrompts } from "./perturbed-prompts.ts";
import { promptVectors } from "./prompt-vectors.ts";

/** What is known of perturbed copies before anything answers them. */
interface CopiesAsked {
  readonly at: readonly number[];
  readonly asked: Asked;
}

/** Vectors and facts of perturbed copies. */
export async function copiesAsked(copies: readonly PerturbedPrompts[], { facts }: Pick<OutcomeColumns, "facts">, encoder: Encoder, signal: Parts["signal"]): Promise<CopiesAsked[]> {
  const all: CopiesAsked[] = [];
  for (const { at, prompts } of copies) {
    const reading = promptVectors([prompts], prompts.length, encoder, signal);
    let step = await reading.next();
    while (!step.done) step = await reading.next();
    const own = [...facts.keys()].map((name) => [name, Float64Array.from(prompts, (prompt) => factOf(name).read(prompt, {}) ?? NaN)] as const);
    all.push({ at, asked: { rows: step.value.rows, facts: new Map(own) } });
  }
  return all;
}

/** What fitted policies expect of perturbed copies: each copy by what was fitted without its prompt. */
export class CopyEstimates {
  readonly #copies: readonly CopiesAsked[];
  readonly #models: readonly string[];
  readonly #estimates = new Map<string, Estimates[]>();

  constructor(copies: readonly CopiesAsked[], models: readonly string[]) {
    this.#copies = copies;
    this.#models = models;
  }

  /** Takes estimates of the copies of these prompts. @param estimator what estimates alike */
  async add(estimator: string, places: readonly number[], estimate: (asked: Asked) => Promise<Estimates>): Promise<void> {
    const wanted = new Set(places);
    for (const [c, { at, asked }] of this.#copies.entries()) {
      const own = [...at.keys()].filter((k) => wanted.has(at[k] as number));
      if (own.length === 0) continue;
      const facts = new Map([...asked.facts].map(([name, values]) => [name, Float64Array.from(own, (k) => values[k] as number)]));
      scatter(await estimate({ rows: rowsAt(asked.rows, own), facts }), own, this.#of(estimator)[c] as Estimates);
    }
  }

  /** [perturbation][copy] the model that a policy chooses. */
  choose(estimator: string, { choose }: Learned): Int32Array[] {
    return this.#of(estimator).map((expected) => choose(this.#models, expected));
  }

  #of(estimator: string): Estimates[] {
    let own = this.#estimates.get(estimator);
    const none = (n: number) => gaps({ models: this.#models, n });
    if (!own) this.#estimates.set(estimator, (own = this.#copies.map(({ at }) => ({ quality: none(at.length), costUsd: none(at.length) }))));
    return own;
  }
}
