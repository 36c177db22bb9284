import { gradesOfScores } from "../../stats/preferences.ts";
import { knownMean } from "../../stats/known-mean.ts";
import type { Tensors } from "../../model/tensor.ts";
import { columnsOf, tensorOfColumns } from "./tensors.ts";

/** How models did over the training, for kinds that learn who wins against whom. */
export interface Standings {
  /** [model] mean grade; NaN without one. */
  readonly means: Float64Array;
  /** [model] 1 where it was graded on a prompt on which another model was too, else 0. */
  readonly met: Float64Array;
}

export function standingsOf(quality: readonly Float64Array[]): Standings {
  const met = new Float64Array(quality.length);
  for (let i = 0; i < (quality[0]?.length ?? 0); i++) {
    const here = [...quality.keys()].filter((m) => !Number.isNaN(quality[m]?.[i]));
    if (here.length > 1) for (const m of here) met[m] = 1;
  }
  return { means: Float64Array.from(quality, (column) => knownMean(column)), met };
}

/** [a · models + b] the share of a win of a against b on a training prompt: a grade's lead is a share of a win, a gap none. */
export function winShares(quality: readonly Float64Array[]): ((prompt: number) => number)[] {
  return quality.flatMap((own, a) => quality.map((other, b) => (i: number) => (a === b ? 0 : (1 + (own[i] as number) - (other[i] as number)) / 2 || 0)));
}

/**
 * Expected grades from scores that tell who wins. One that met no other model has its mean; the others' grades are about the mean of
 * their means, for who wins says nothing of how hard a prompt is for all. This shift is the same for all of them, and moves no choice
 * among them.
 *
 * @param scores [model][prompt]; those of a model that met no other are not looked at
 */
export function gradesByWins(scores: readonly Float64Array[], { means, met }: Standings): Float64Array[] {
  const grades = scores.map((column) => new Float64Array(column.length));
  const mean = knownMean(means.map((own, m) => (met[m] ? own : NaN)));
  const [here, into] = [new Float64Array(scores.length), new Float64Array(scores.length)];
  for (let i = 0; i < (scores[0]?.length ?? 0); i++) {
    for (const [m, column] of scores.entries()) here[m] = met[m] ? (column[i] as number) : NaN;
    gradesOfScores(here, mean, into);
    for (const [m, column] of grades.entries()) column[i] = met[m] ? (into[m] as number) : (means[m] as number);
  }
  return grades;
}

/** As a table whose name begins so. */
export function tensorsOfStandings(name: string, { means, met }: Standings): Tensors {
  return { [`${name}.standings`]: tensorOfColumns([means, met]) };
}

/** Throws WrpError where there are none of this name. */
export function standingsIn(tensors: Tensors, name: string): Standings {
  const [means, met] = columnsOf(tensors, `${name}.standings`) as [Float64Array, Float64Array];
  return { means, met };
}
