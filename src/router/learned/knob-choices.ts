import type { KnobChoices } from "../../model/expectation.ts";
import { nonDecreasingHull } from "../../stats/hull.ts";
import type { Estimates, Knob } from "./learned.ts";

/** Values of a curve besides the policy's own. */
const MOST_VALUES = 32;
/** Rates this close are one: prompts of the same estimates get them by different sums. */
const SAME = 1e-9;

/**
 * A policy's choices at values of its knob from its cheapest choice to its dearest, its own value among them. Where its choices change at
 * few rates of exchange between cost and quality, there is a value between any two of these: the curve is whole. Elsewhere values lie so
 * that about as many choices change from each to the next. Null where what a model costs is not known.
 */
export function knobChoices(knob: Knob, models: readonly string[], estimates: Estimates): KnobChoices | null {
  if (isUnpriced(estimates)) return null;
  const weighed = knob.weighed(estimates);
  const between = valuesBetween(exchangeRates(weighed), MOST_VALUES).map(knob.valueAt);
  const values = [...new Set([...between, knob.own])].sort((a, b) => (knob.larger === "dearer" ? a - b : b - a));
  return { knob: { name: knob.name, unit: knob.unit }, values, own: values.indexOf(knob.own), model: values.map((value) => knob.chooseAt(value, models, weighed)) };
}

/** Whether a model of which something is expected has no expected cost somewhere. */
export function isUnpriced({ quality, costUsd }: Estimates): boolean {
  return quality.some((column, m) => column.some((value, i) => !Number.isNaN(value) && Number.isNaN(costUsd[m]?.[i])));
}

/** Values between any two rates at which some choice changes, rising; where these are more than `most`, so that about as many choices change from each to the next. */
export function knobValues(knob: Knob, estimates: Estimates, most: number): { readonly values: Float64Array; readonly whole: boolean } {
  const rates = exchangeRates(knob.weighed(estimates));
  return { values: Float64Array.from(new Set(valuesBetween(rates, most).map(knob.valueAt))).sort(), whole: groupEnds(rates).length < most };
}

/** Quality given up per cost saved at each change of choice of each prompt, rising: the slopes of the hull of its models. */
function exchangeRates({ quality, costUsd }: Estimates): Float64Array {
  const rates: number[] = [];
  for (let i = 0; i < (quality[0]?.length ?? 0); i++) {
    const hull = nonDecreasingHull(quality.map((column, index) => ({ index, quality: column[i] as number, cost: costUsd[index]?.[i] as number })));
    for (const [k, { quality: high, cost }] of hull.entries()) {
      const before = hull[k - 1];
      if (before && cost > before.cost) rates.push((high - before.quality) / (cost - before.cost));
    }
  }
  return Float64Array.from(rates).sort();
}

/** Rates below all, above all, and between: of all where these are few, else after about equal numbers of them. */
function valuesBetween(rates: Float64Array, most: number): number[] {
  const ends = groupEnds(rates);
  const passed = ends.length < most ? [0, ...ends] : [...new Set([0, ...Array.from({ length: most - 1 }, (_, k) => ends.find((end) => end * (most - 1) >= (k + 1) * rates.length) as number)])];
  return passed.map((k) => {
    const [below, above] = [rates[k - 1], rates[k]];
    if (below === undefined) return 0;
    return above === undefined ? 2 * below : Math.sqrt(below) * Math.sqrt(above);
  });
}

/** One past the last of each group of equal rates. */
function groupEnds(rates: Float64Array): number[] {
  const ends: number[] = [];
  for (let k = 0; k < rates.length; k++) if (k + 1 === rates.length || (rates[k + 1] as number) > (rates[k] as number) * (1 + SAME)) ends.push(k + 1);
  return ends;
}
