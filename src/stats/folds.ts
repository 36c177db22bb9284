import { shuffled, type Random } from "./random.ts";

/**
 * The fold of every prompt, from 0; a cluster is never divided. Clusters are shuffled, and dealt from the largest to the smallest, each to
 * the fold that has the fewest prompts yet. As many folds as there are clusters, where those are fewer.
 *
 * @param cluster [prompt] numbered from 0
 */
export function foldsOf(cluster: Int32Array, clusters: number, folds: number, random: Random): { readonly fold: Int32Array; readonly folds: number } {
  const count = Math.min(folds, clusters);
  const size = new Int32Array(clusters);
  for (const c of cluster) (size[c] as number)++;
  const order = shuffled(clusters, random);
  order.sort((a, b) => (size[b] as number) - (size[a] as number));
  const held = new Int32Array(count);
  const foldOf = new Int32Array(clusters);
  for (const c of order) {
    const fold = held.indexOf(Math.min(...held));
    foldOf[c] = fold;
    (held[fold] as number) += size[c] as number;
  }
  return { fold: Int32Array.from(cluster, (c) => foldOf[c] as number), folds: count };
}
