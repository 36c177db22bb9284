import type { ReportPolicy } from "../model/report.ts";
import { proportionInterval } from "../stats/intervals.ts";
import type { Mean } from "../stats/means.ts";
import { differenceInterval } from "./comparisons.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy, PerturbedChoices } from "./input.ts";
import type { Ledger } from "./ledger.ts";

/** What is said beside figures of perturbed prompts. */
export const ASSUMED = "robustness: a perturbed copy is taken to have the outcomes of its prompt; nobody asked the models again";

type Row = NonNullable<ReportPolicy["robustness"]>[number];

/** A policy's choices on perturbed copies, before the resamples are in. */
export interface PendingRobustness {
  finish(results: readonly Mean[]): Row[];
}

/**
 * How a policy's choices hold when prompts are written otherwise: the share that stays, and what the other choices change, each copy against
 * its own prompt, on the report's own resamples. A copy is taken to have the outcomes of its prompt: it asks the same. Null where no copy was
 * asked about. Prompts on which the policy itself calls no model are left out.
 */
export function pendingRobustness({ decisions, perturbed = [] }: DecidedPolicy, compared: Compared, ledger: Ledger): PendingRobustness | null {
  if (decisions.form !== "choice" || perturbed.length === 0) return null;
  const rows = perturbed.map((copies) => {
    const moves = movesOf(decisions.model, copies, compared);
    const add = (value: (from: number, to: number, k: number) => number) =>
      ledger.add((into) => {
        into.fill(NaN);
        for (const { k, from, to } of moves) into[k] = value(from, to, k);
      });
    const changed = moves.filter(({ from, to }) => from !== to);
    return {
      copies,
      identical: changed.length === 0,
      unchanged: add((from, to) => (from === to ? 1 : 0)),
      quality: add(difference(compared.quality)),
      cost: changed.some(({ from, to }) => [from, to].some((m) => compared.priced[m] === false)) ? null : add(difference(compared.costUsdPer1k)),
    };
  });
  return {
    finish: (results) =>
      rows.map(({ copies, identical, unchanged, quality, cost }): Row => {
        const share = results[unchanged] as Mean;
        return {
          kind: copies.kind,
          perturbation: copies.perturbation,
          unchanged: { mean: known(share.mean), ci: share.n === 0 ? null : proportionInterval(share), n: share.n },
          quality: changeOf("quality", results[quality] as Mean, identical),
          costUsdPer1k: cost === null ? null : changeOf("costUsdPer1k", results[cost] as Mean, identical),
        };
      }),
  };
}

/** Of compared prompts that have a copy: where they stand, and the models of prompt and copy; -1: none is called for the copy. */
function movesOf(model: Int32Array, { at, model: chosen }: PerturbedChoices, compared: Compared): { readonly k: number; readonly from: number; readonly to: number }[] {
  const copyOf = new Map([...at].map((i, c) => [i, c]));
  return [...compared.at].flatMap((i, k) => {
    const c = copyOf.get(i);
    const from = model[i] as number;
    return c === undefined || from < 0 || from >= compared.models ? [] : [{ k, from, to: chosen[c] as number }];
  });
}

/** NaN where a figure is a gap, or no model is called for the copy. The same choice changes nothing, also where its figure is a gap. */
function difference(table: readonly Float64Array[]): (from: number, to: number, k: number) => number {
  return (from, to, k) => (from === to ? 0 : to < 0 ? NaN : (table[to]?.[k] as number) - (table[from]?.[k] as number));
}

function changeOf(metric: "quality" | "costUsdPer1k", mean: Mean, identical: boolean): Row["quality"] {
  return mean.n === 0 ? null : { mean: known(mean.mean), ci: differenceInterval(metric, { mean, pairs: null, identical }), n: mean.n };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
