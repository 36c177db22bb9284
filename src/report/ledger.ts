import type { Decisions } from "../model/columns.ts";
import type { Estimate } from "../model/report.ts";
import { meanInterval, proportionInterval, type Bounds } from "../stats/intervals.ts";
import type { Column, Mean } from "../stats/means.ts";
import type { Compared } from "./compared.ts";
import { constantModel, fillValues, isBinary } from "./values.ts";

/** Where a policy's means stand among the ledger's columns; null where it has no such figures. */
export interface Entry {
  readonly quality: number;
  readonly cost: number;
  readonly latency: number | null;
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
  readonly #binary: boolean;

  constructor(compared: Compared, models: number) {
    this.#compared = compared;
    this.#binary = compared.quality.every((column) => isBinary(column));
    this.#models = Array.from({ length: models }, (_, m) => ({
      quality: this.#add(compared.quality[m] as Float64Array),
      cost: this.#add(compared.costUsdPer1k[m] as Float64Array),
      latency: compared.latencyMs.length > 0 ? this.#add(compared.latencyMs[m] as Float64Array) : null,
    }));
  }

  model(m: number): Entry {
    return this.#models[m] as Entry;
  }

  /** The entry of a policy; a policy that always takes one model shares that model's. */
  policy(decisions: Decisions): Entry {
    const constant = constantModel(this.#compared, decisions);
    if (constant >= 0) return this.model(constant);
    const fill = (table: readonly Float64Array[]) => this.#add((into) => fillValues(this.#compared, table, decisions, into));
    const { quality, costUsdPer1k, latencyMs } = this.#compared;
    return { quality: fill(quality), cost: fill(costUsdPer1k), latency: latencyMs.length > 0 ? fill(latencyMs) : null };
  }

  /** The paired difference a - b on each metric, over prompts where both have a value. */
  difference(a: Decisions, b: Decisions): Entry {
    const other = new Float64Array(this.#compared.n);
    const subtract = (table: readonly Float64Array[]) =>
      this.#add((into) => {
        fillValues(this.#compared, table, a, into);
        fillValues(this.#compared, table, b, other);
        for (let k = 0; k < into.length; k++) (into[k] as number) -= other[k] as number;
      });
    const { quality, costUsdPer1k, latencyMs } = this.#compared;
    return { quality: subtract(quality), cost: subtract(costUsdPer1k), latency: latencyMs.length > 0 ? subtract(latencyMs) : null };
  }

  /** The difference in quality of two models, strong minus weak. */
  gap(weak: number, strong: number): number {
    const [w, s] = [this.#compared.quality[weak] as Float64Array, this.#compared.quality[strong] as Float64Array];
    return this.#add((into) => {
      for (let k = 0; k < into.length; k++) into[k] = (s[k] as number) - (w[k] as number);
    });
  }

  /** Prompts that a alone, and b alone, gets right; null where a quality is not binary or a policy is a mixture. */
  discordant(a: Decisions, b: Decisions): [number, number] | null {
    if (!this.#binary || a.form !== "choice" || b.form !== "choice") return null;
    const { quality, at, n } = this.#compared;
    const counts: [number, number] = [0, 0];
    for (let k = 0; k < n; k++) {
      const qa = quality[a.model[at[k] as number] as number]?.[k];
      const qb = quality[b.model[at[k] as number] as number]?.[k];
      if (qa === 1 && qb === 0) counts[0]++;
      if (qa === 0 && qb === 1) counts[1]++;
    }
    return counts;
  }

  read(entry: Entry, results: readonly Mean[]): Figures {
    const quality = results[entry.quality] as Mean;
    const cost = results[entry.cost] as Mean;
    return {
      quality: estimate(quality, quality.n < 2 ? null : this.#isProportion(entry) ? proportionInterval(quality, quality.n) : meanInterval(quality, { low: 0, high: 1 })),
      costUsdPer1k: cost.n === 0 ? null : estimate(cost, meanInterval(cost, { low: 0, high: Infinity })),
      means: { quality, cost },
    };
  }

  /** Variance of a mean over what independent prompts of the same spread would have; 1 where nothing varies. */
  designEffect(entry: Entry, metric: "quality" | "costUsdPer1k", results: readonly Mean[]): number {
    const k = metric === "quality" ? entry.quality : entry.cost;
    const mean = results[k] as Mean;
    const variance = this.#variance(k, mean);
    return mean.se > 0 && variance > 0 ? (mean.se * mean.se * mean.n) / variance : 1;
  }

  #variance(k: number, mean: Mean): number {
    const source = this.columns[k] as Column;
    const values = typeof source === "function" ? new Float64Array(this.#compared.n) : source;
    if (typeof source === "function") source(values);
    let squares = 0;
    for (const v of values) if (!Number.isNaN(v)) squares += (v - mean.mean) ** 2;
    return squares / Math.max(1, mean.n - 1);
  }

  /** Values 0 and 1 only: true of any choice among binary outcomes, not of a mixture's expectation. */
  #isProportion(entry: Entry): boolean {
    if (!this.#binary) return false;
    const source = this.columns[entry.quality] as Column;
    if (typeof source !== "function") return true;
    const values = new Float64Array(this.#compared.n);
    source(values);
    return isBinary(values);
  }

  #add(column: Column): number {
    return this.columns.push(column) - 1;
  }
}

function estimate(mean: Mean, ci: Bounds | null): Estimate {
  return { mean: Number.isNaN(mean.mean) ? null : mean.mean, ci, n: mean.n };
}
