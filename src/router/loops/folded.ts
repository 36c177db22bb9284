import { counted } from "../../lib/counted.ts";
import type { OutcomeColumns } from "../../model/columns.ts";
import { foldsOf } from "../../stats/folds.ts";
import { random } from "../../stats/random.ts";
import type { Played } from "./played.ts";
import { walked, type Walk } from "./walk.ts";

/** A cascade that was fitted on some prompts. */
interface FittedWalk {
  /** Folds whose keys agree have the same. */
  readonly key: string;
  readonly walk: Walk;
  /** What it does, for the report. */
  readonly words: string;
}

/**
 * Plays on each fold what was fitted on the others; duplicates and sessions are never on both sides. A fold for which nothing is found has no
 * way.
 *
 * @param fit on the prompts at these places; how many it could use, and what it found
 */
export function playedInFolds(
  columns: OutcomeColumns,
  seed: number,
  wanted: number,
  fit: (others: readonly number[], fold: number) => { readonly prompts: number; readonly found: FittedWalk | null },
): Pick<Played, "paths" | "rules" | "weights" | "notes"> {
  const { n, cluster, clusters } = columns;
  const { fold, folds } = foldsOf(cluster, clusters, wanted, random(seed, "folds"));
  const cascades = new Map<string, { readonly own: FittedWalk; readonly folds: Set<number> }>();
  const sizes: number[] = [];
  for (let f = 0; f < folds; f++) {
    const { prompts, found } = fit(Array.from({ length: n }, (_, i) => i).filter((i) => fold[i] !== f), f);
    sizes.push(prompts);
    if (!found) continue;
    const known = cascades.get(found.key);
    if (known) known.folds.add(f);
    else cascades.set(found.key, { own: found, folds: new Set([f]) });
  }
  const each = [...cascades.values()].map(({ own, folds: ofFolds }) => {
    const { paths, rules, weights } = walked(columns, own.walk);
    return { paths, rules, weights: weights.map((column) => column.map((p, i) => (ofFolds.has(fold[i] as number) ? p : 0))) };
  });
  return {
    paths: each.flatMap(({ paths }) => paths),
    rules: each.flatMap(({ rules }) => rules),
    weights: each.flatMap(({ weights }) => weights),
    notes: [fittedInWords(sizes), ...[...cascades.values()].map(({ own, folds: ofFolds }) => `found in ${counted(ofFolds.size)} ${ofFolds.size === 1 ? "fold" : "folds"}: ${own.words}`)],
  };
}

function fittedInWords(sizes: readonly number[]): string {
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return `its cascade is searched in ${sizes.length} folds, each prompt decided by what was found on ${low === high ? low : `${low} to ${high}`} prompts of the other folds; no duplicate or session is on both sides; intervals are given what was found`;
}
