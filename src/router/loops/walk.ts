import { counted } from "../../lib/counted.ts";
import type { OutcomeColumns } from "../../model/columns.ts";
import type { Path } from "../../model/path.ts";
import { WrpError } from "../../model/errors.ts";
import type { Played } from "./played.ts";
import { verdict } from "./verdict.ts";

/** Where the models' columns are. Throws WrpError where one has several answers to a prompt: a mean of grades is the grade of no answer. */
export function placesOf({ models, samples }: OutcomeColumns, names: readonly string[]): number[] {
  const several = names.find((name) => samples?.models[models.indexOf(name)]);
  if (several !== undefined) throw new WrpError(`${several} has several answers to each prompt (repeat), and what several calls lead to is played over one`, { hint: "judge it in a run of its own, without --repeat" });
  return names.map((name) => models.indexOf(name));
}

/** How a cascade goes on from answer to answer. */
export interface Walk {
  /** In the order in which they are asked. */
  readonly models: readonly string[];
  /** The probability that the answer of a model, by its place in the columns, is kept on each prompt; NaN where it is not known. Not asked of the last one where that is not looked at. */
  keeps(columns: OutcomeColumns, m: number, stage: number): (prompt: number) => number;
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
 * Plays a cascade over outcomes. A failed call is no answer; where none is kept, the last one that there is is given.
 * Throws WrpError where there are several answers to a prompt.
 */
export function walked(columns: OutcomeColumns, seed: number, { models, keeps, looks, onError, check, needs, notes = [] }: Walk): Played {
  const { n, failed } = columns;
  const places = placesOf(columns, models);
  const last = places.length - 1;
  const kept = places.map((m, stage) => (stage < last || looks === "all" ? keeps(columns, m, stage) : () => 1));
  const paths: Path[] = [];
  const rules: string[] = [];
  const numbers = new Map<string, number>();
  const taken = Int32Array.from({ length: n }, (_, i) => {
    let gives = -1;
    for (const [stage, m] of places.entries()) {
      if (failed[m]?.[i] === 1) {
        if (onError === "fail") return way(stage, stage);
        continue;
      }
      gives = stage;
      const p = (kept[stage] as (prompt: number) => number)(i);
      if (Number.isNaN(p) && stage < last) return -1;
      if (verdict(columns, seed, i, m, p)) return way(stage, stage);
    }
    return way(last, gives < 0 ? last : gives);
  });
  const unknown = taken.reduce((count, one) => count + (one < 0 ? 1 : 0), 0);
  return { paths, rules, taken, check, notes: unknown === 0 ? notes : [...notes, `${counted(unknown)} of ${counted(n)} prompts are not decided: ${needs} on the way is not known`] };

  /** The number of the path that ends at a stage with the answer of this or an earlier one. */
  function way(stage: number, gives: number): number {
    const key = `${stage} ${gives}`;
    let number = numbers.get(key);
    if (number === undefined) {
      const asked = places.slice(0, stage + 1);
      paths.push({ rounds: asked.map((m) => [m]), gives: places[gives] as number, checked: looks === "none" ? [] : looks === "all" ? asked : asked.slice(0, last) });
      number = rules.push(`asked ${models.slice(0, stage + 1).join(", then ")}${gives === stage ? "" : `, whose call failed: the answer is ${models[gives] as string}'s`}`) - 1;
      numbers.set(key, number);
    }
    return number;
  }
}
