import type { Random } from "../../stats/random.ts";
import type { Rows } from "../../stats/rows.ts";

/** What a policy that learns as it goes starts from. Arms are the models that it may call, in the order of their names. */
export interface OnlineWorld {
  readonly arms: number;
  /** How many prompts will come. */
  readonly prompts: number;
  /** [prompt] what is known of it before it is answered; null where the policy reads no vectors. */
  readonly contexts: Contexts | null;
  /** [arm] how often it was chosen so far; the replay counts. */
  readonly asked: Uint32Array;
  readonly random: Random;
}

export interface Contexts {
  readonly rows: Rows;
  /** [prompt] 0 where its text is not here. */
  readonly known: Uint8Array;
}

/** A policy at work: it is told of the outcomes of its own choices and of nothing else. */
export interface Learner {
  /** The arm for a prompt; -1 where it cannot tell. @param step from 1 */
  choose(prompt: number, step: number): number;
  /** What came of a choice. @param quality NaN: no grade came @param costUsd NaN: unknown */
  learn(arm: number, prompt: number, quality: number, costUsd: number): void;
}

/** How a policy learns as it goes, and what reaches it. */
export interface Online {
  /** Further prompts that are decided before an outcome is known. */
  readonly delay: number;
  /** Share of prompts whose grade ever comes. */
  readonly feedbackRate: number;
  /** Random orders that its figures are means over; 0: the workload's own alone. */
  readonly shuffles: number;
  /** Its reward is quality - lambda · cost in USD. */
  readonly lambda: number;
  /** Numbers that vectors of prompts are projected to; null: it reads none. */
  readonly dimensions: number | null;
  start(world: OnlineWorld): Learner;
}
