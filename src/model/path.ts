import type { OutcomeColumns } from "./columns.ts";

/** A way of several calls to one answer. Models are given by their places in the tables. */
export interface Path {
  /** What is called: round after round, those of a round at the same time. One that stands in a round several times is asked for all its samples, and the answer that most of them gave is its answer. */
  readonly rounds: readonly (readonly number[])[];
  /** Whose answer is given in the end. */
  readonly gives: number;
  /** Whose answers were looked at before one of them was given, one after the other. */
  readonly checked: readonly number[];
}

type Places = Pick<OutcomeColumns, "models" | "remotes" | "paths">;

/** The path whose figures stand at a place of the tables; undefined where something else does. */
export function pathAt({ models, remotes = [], paths = [] }: Places, m: number): Path | undefined {
  return paths[m - models.length - remotes.length];
}

/** Whose answer is given, by its place: a path's giver, else the place itself. */
export function giverAt(columns: Places, m: number): number {
  return pathAt(columns, m)?.gives ?? m;
}

/** All that see the prompt, by their places; one that is called twice stands twice. */
export function calledAt(columns: Places, m: number): readonly number[] {
  return pathAt(columns, m)?.rounds.flat() ?? [m];
}
