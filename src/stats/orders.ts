import { shuffled, type Random } from "./random.ts";

/**
 * A random order of all items in which those of a cluster keep theirs: every such order is as likely as another. A session's turns come
 * after one another, with others between them.
 *
 * @param cluster [item] numbered from 0
 */
export function shuffledKeepingClusters(cluster: Int32Array, clusters: number, random: Random): Int32Array {
  const n = cluster.length;
  const order = Int32Array.from(shuffled(n, random));
  // The places that a cluster's items fell on are dealt to them again, the first to the first.
  const next = new Int32Array(clusters + 1);
  for (const c of cluster) (next[c + 1] as number)++;
  for (let c = 0; c < clusters; c++) (next[c + 1] as number) += next[c] as number;
  const members = new Int32Array(n);
  const from = next.slice();
  for (let i = 0; i < n; i++) members[(from[cluster[i] as number] as number)++] = i;
  for (let k = 0; k < n; k++) order[k] = members[(next[cluster[order[k] as number] as number] as number)++] as number;
  return order;
}
