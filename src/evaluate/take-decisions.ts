import type { StoredDecisions } from "../outcomes/store.ts";

/** Decisions on their way into columns. */
export interface TakenDecisions {
  readonly stored: Omit<StoredDecisions, "notes">;
  /** @param model the one called; empty where none is */
  add(i: number, model: string, reason: string): void;
}

/** Takes the decisions of `n` prompts, each different reason once. */
export function takeDecisions(n: number, models: readonly string[]): TakenDecisions {
  const stored = { models, model: new Int32Array(n).fill(-1), rule: new Int32Array(n).fill(-1), rules: [] as string[] };
  const placeOf = new Map(models.map((name, m) => [name, m]));
  const numbers = new Map<string, number>();
  return {
    stored,
    add(i, model, reason) {
      stored.model[i] = placeOf.get(model) ?? -1;
      let number = numbers.get(reason);
      if (number === undefined) numbers.set(reason, (number = stored.rules.push(reason) - 1));
      stored.rule[i] = number;
    },
  };
}
