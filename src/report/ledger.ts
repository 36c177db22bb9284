import type { Decisions } from "../model/columns.ts";
import type { Estimate } from "../model/report.ts";
import { meanInterval, proportionInterval, type Bounds } from "../stats/intervals.ts";
import type { Column, Mean } from "../stats/means.ts";
import type { Compared } from "./compared.ts";
import { constantModel, fillCosts, fillValues, isBinary } from "./values.ts";

/** Where a policy's means stand among the ledger's columns; null where it has no such figures. */
export interface Entry {
  readonly quality: number;
  readonly cost: number;
  readonly latency: number | null;
}

/** Prompts that the first of two alone has right, the second alone, and all that both decided. */
export interface Pairs {
  readonly won: number;
  readonly lost: number;
  readonly n: number;
}

/** A policy's means, read back. */
export interface Figures {
  readonly quality: Estimate;
  /** Null where its models are unpriced. */
  readonly costUsdPer1k: Estimate | null;
  readonly means: { readonly quality: Mean; readonly cost: Mean };
}

/**
 * Which means have to be taken, each once: models first (quality, cost, latency), then policies that are no single model,
 * then differences. Columns are filled when they are needed, so that only sums are held.
 */
export class Ledger {
  readonly columns: Column[] = [];
  readonly #compared: Compared;
  readonly #models: Entry[];

  constructor(compared: Compared, models: number) {
    this.#compared = compared;
    this.#models = Array.from({ length: models }, (_, m) => ({
      quality: this.add(compared.quality[m] as Float64Array),
      cost: this.add(compared.costUsdPer1k[m] as Float64Array),
      latency: compared.latencyMs.length > 0 ? this.add(compared.latencyMs[m] as Float64Array) : null,
    }));
  }

  model(m: number): Entry {
    return this.#models[m] as Entry;
  }

  /** The entry of a policy; a policy that always takes one model shares that model's. */
  policy(decisions: Decisions): Entry {
    const constant = constantModel(this.#compared, decisions);
    if (constant >= 0) return this.model(constant);
    const values = (table: readonly Float64Array[]) => this.add((into) => fillValues(this.#compared, table, decisions, into));
    const { quality, latencyMs } = this.#compared;
    return {
      quality: values(quality),
      cost: this.add((into) => fillCosts(this.#compared, decisions, into)),
      latency: latencyMs.length > 0 ? values(latencyMs) : null,
    };
  }

  /** The paired difference a - b on each metric, over prompts where both have a value. */
  difference(a: Decisions, b: Decisions): Entry {
    const other = new Float64Array(this.#compared.n);
    const subtract = (fill: (decisions: Decisions, into: Float64Array) => void) =>
      this.add((into) => {
        fill(a, into);
        fill(b, other);
        for (let k = 0; k < into.length; k++) (into[k] as number) -= other[k] as number;
      });
    const of = (table: readonly Float64Array[]) => (decisions: Decisions, into: Float64Array) => fillValues(this.#compared, table, decisions, into);
    const { quality, latencyMs } = this.#compared;
    return {
      quality: subtract(of(quality)),
      cost: subtract((decisions, into) => fillCosts(this.#compared, decisions, into)),
      latency: latencyMs.length > 0 ? subtract(of(latencyMs)) : null,
    };
  }

  /** The difference in quality of two models, strong minus weak, and its discordant shares. */
  gap(weak: number, strong: number): { readonly column: number; readonly pairs: Pairs | null } {
    const only = (model: number): Decisions => ({ form: "mixture", weights: Float64Array.from(this.#models, (_, m) => (m === model ? 1 : 0)) });
    return { column: this.difference(only(strong), only(weak)).quality, pairs: this.pairs(only(strong), only(weak)) };
  }

  /** How two policies' qualities pair up, where each is 0 or 1 on every prompt; null elsewhere. */
  pairs(a: Decisions, b: Decisions): Pairs | null {
    const [qa, qb] = [new Float64Array(this.#compared.n), new Float64Array(this.#compared.n)];
    fillValues(this.#compared, this.#compared.quality, a, qa);
    fillValues(this.#compared, this.#compared.quality, b, qb);
    if (!isBinary(qa) || !isBinary(qb)) return null;
    let [won, lost, n] = [0, 0, 0];
    for (let k = 0; k < qa.length; k++) {
      const difference = (qa[k] as number) - (qb[k] as number);
      if (Number.isNaN(difference)) continue;
      n++;
      if (difference > 0) won++;
      if (difference < 0) lost++;
    }
    return { won, lost, n };
  }

  read(entry: Entry, results: readonly Mean[]): Figures {
    const quality = results[entry.quality] as Mean;
    const cost = results[entry.cost] as Mean;
    return {
      quality: estimate(quality, this.#isProportion(entry) ? proportionInterval(quality) : meanInterval(quality, { low: 0, high: 1 })),
      costUsdPer1k: cost.n === 0 ? null : estimate(cost, meanInterval(cost, { low: 0, high: Infinity })),
      means: { quality, cost },
    };
  }

  /** Values 0 and 1 only: true of any choice among binary outcomes, not of a mixture's expectation. */
  #isProportion(entry: Entry): boolean {
    const source = this.columns[entry.quality] as Column;
    if (typeof source !== "function") return isBinary(source);
    const values = new Float64Array(this.#compared.n);
    source(values);
    return isBinary(values);
  }

  /** Takes the mean of another column over the compared prompts; where it will stand. */
  add(column: Column): number {
    return this.columns.push(column) - 1;
  }
}

function estimate(mean: Mean, ci: Bounds | null): Estimate {
  return { mean: Number.isNaN(mean.mean) ? null : mean.mean, ci, n: mean.n };
}
