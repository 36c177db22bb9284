import type { OutcomeColumns } from "../../model/columns.ts";
import type { Path } from "../../model/path.ts";
import type { Played } from "./played.ts";
import { voteAt } from "./vote.ts";

/** How a cascade goes on from answer to answer. */
export interface Walk {
  /** In the order in which they are asked. */
  readonly models: readonly string[];
  /** The probability that the answer of a model, by its place in the columns, is kept on each prompt; NaN where it is not known. Not asked of the last one. */
  keeps(columns: OutcomeColumns, m: number, stage: number): (prompt: number) => number;
  /** Whether each model but the last is asked for all its samples; a sample that fails is then none that agrees. */
  readonly votes?: boolean;
  /** Whose answers are looked at before one is given. */
  readonly looks: "none" | "but the last" | "all";
  /** What follows on a failed call: the next model, or nothing. */
  readonly onError: "next" | "fail";
  readonly check: Played["check"];
  /** What a report should warn of, whatever it does. */
  readonly notes?: readonly string[];
  /** What it goes by, as it is said where that is not known. */
  readonly needs: string;
}

/**
 * Plays a cascade over outcomes: a way's probability is the product of those of what happens on it, each answer being kept or not by itself.
 * A failed call is no answer; where none is kept, the last one that there is is given. A prompt that may come to an answer of which it is
 * not known whether it is kept has no way.
 */
export function walked(columns: OutcomeColumns, { models, keeps, votes = false, looks, onError, check, needs, notes = [] }: Walk): Played {
  const { n, failed, samples } = columns;
  const places = models.map((name) => columns.models.indexOf(name));
  const last = places.length - 1;
  const kept = places.slice(0, last).map((m, stage) => keeps(columns, m, stage));
  const paths: Path[] = [];
  const rules: string[] = [];
  const weights: Float64Array[] = [];
  const numbers = new Map<string, number>();
  for (let i = 0; i < n; i++) for (const [stage, gives, probability] of waysOf(i)) (weights[way(stage, gives)] as Float64Array)[i] = probability;
  return { paths, rules, weights, check, notes, needs: `${needs} on the way` };

  function isFailed(m: number, stage: number, i: number): boolean {
    const vote = votes && stage < last && samples ? voteAt(samples, m, i) : null;
    return vote ? vote.failed : failed[m]?.[i] === 1;
  }

  /** Where a prompt's ways end, with whose answer, and how likely. */
  function waysOf(i: number): (readonly [stage: number, gives: number, probability: number])[] {
    const ways: [number, number, number][] = [];
    let [gives, open] = [-1, 1];
    for (const [stage, m] of places.entries()) {
      if (isFailed(m, stage, i)) {
        if (onError === "fail") return [...ways, [stage, stage, open]];
        continue;
      }
      gives = stage;
      if (stage === last) break;
      const p = (kept[stage] as (prompt: number) => number)(i);
      if (Number.isNaN(p)) return [];
      if (p > 0) ways.push([stage, stage, open * p]);
      open *= 1 - p;
      if (open === 0) return ways;
    }
    return [...ways, [last, gives < 0 ? last : gives, open]];
  }

  /** The number of the path that ends at a stage with the answer of this or an earlier one. */
  function way(stage: number, gives: number): number {
    const key = `${stage} ${gives}`;
    let number = numbers.get(key);
    if (number === undefined) {
      const asked = places.slice(0, stage + 1);
      paths.push({ rounds: asked.map((m, k) => Array.from({ length: votes && k < last ? (samples?.perPrompt ?? 1) : 1 }, () => m)), gives: places[gives] as number, checked: looks === "none" ? [] : looks === "all" ? asked : asked.slice(0, last) });
      weights.push(new Float64Array(n));
      number = rules.push(`asked ${models.slice(0, stage + 1).join(", then ")}${gives === stage ? "" : `, whose call failed: the answer is ${models[gives] as string}'s`}`) - 1;
      numbers.set(key, number);
    }
    return number;
  }
}
