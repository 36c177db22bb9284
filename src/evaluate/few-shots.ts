import { unknownName } from "../model/errors.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Training } from "../router/learned/learned.ts";
import { random } from "../stats/random.ts";
import type { RunSettings } from "./parts.ts";

/** How many training outcomes of which models learned policies see. */
export type Shots = NonNullable<NonNullable<RunSettings["learning"]>["shots"]>;

/** Throws WrpError where one is of no model that there is. */
export function checkShots(shots: Shots, models: readonly string[]): void {
  for (const { model } of shots) if (!models.includes(model)) throw unknownName("model", model, models);
}

/**
 * A training of which no more than so many outcomes of some models are left, the rest gaps, as where a model is new. Which are left is drawn
 * by the seed and the prompt: fewer are among more, and in another fold they are the same ones, as far as they are there.
 *
 * @param at where the training's prompts stand in the columns
 */
export function withFewShots(training: Training, shots: Shots, models: readonly string[], { promptHash }: Pick<OutcomeColumns, "promptHash">, at: readonly number[], seed: number): Training {
  let [quality, costUsd] = [training.quality, training.costUsd];
  for (const { model, outcomes } of shots) {
    const m = models.indexOf(model);
    const drawn = at.map((i, k) => ({ k, i, lot: random(seed, "shots", model, String(promptHash[i])).next() })).filter(({ k }) => !Number.isNaN(quality[m]?.[k] as number));
    const seen = new Set(drawn.sort((a, b) => a.lot - b.lot || a.i - b.i).slice(0, outcomes).map(({ k }) => k));
    const few = (table: readonly Float64Array[]) => table.map((column, own) => (own === m ? column.map((value, k) => (seen.has(k) ? value : NaN)) : column));
    if (drawn.length > seen.size) [quality, costUsd] = [few(quality), few(costUsd)];
  }
  return { ...training, quality, costUsd };
}

/** What a report says of it. @param rounds trainings, of which each was left so few */
export function shotsInWords(shots: Shots, models: readonly string[], trainings: readonly Training[]): string[] {
  return shots.map(({ model, outcomes }) => {
    const m = models.indexOf(model);
    const seen = trainings.map(({ quality }) => (quality[m] as Float64Array).reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0));
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    return `${model} as a new model: of its graded training outcomes, ${low === high ? low : `${low} to ${high}`} ${high === 1 ? "was" : "were"} seen (--shots ${model}=${outcomes}); its own figures are of all`;
  });
}
