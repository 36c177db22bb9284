import type { Random } from "./random.ts";

/**
 * How prompts are resampled: clusters (connected duplicates and sessions) within strata (datasets). Units are numbered so
 * that each stratum's are contiguous: stratum h has units start[h] … start[h+1]-1.
 */
export interface Design {
  /** Unit of every prompt. */
  readonly unit: Int32Array;
  readonly units: number;
  /** Length strata + 1. */
  readonly start: Int32Array;
  /** Clusters before any grouping. */
  readonly clusters: number;
}

/** More clusters than this are put at random into groups, which are then resampled whole. */
const MOST_UNITS = 5_000;

/**
 * Builds the design of `n` prompts. A cluster belongs to the stratum of its first prompt; strata of one cluster are pooled.
 * Beyond 5,000 clusters, clusters of a stratum are dealt at random into equal groups: group sums are again independent and
 * alike, so every variance and bootstrap below stays valid on some 5,000 units (the "random groups" of Wolter 2007, ch. 2),
 * and the cost of a resample no longer grows with n.
 */
export function design(cluster: Int32Array, clusters: number, stratum: Int32Array, random: Random): Design {
  const n = cluster.length;
  const home = new Int32Array(clusters).fill(-1);
  for (let i = 0; i < n; i++) if (home[cluster[i] as number] === -1) home[cluster[i] as number] = stratum[i] as number;

  const members = new Map<number, number[]>();
  let used = 0;
  for (let c = 0; c < clusters; c++) {
    if (home[c] === -1) continue; // a cluster none of whose prompts is compared
    used++;
    const list = members.get(home[c] as number);
    if (list) list.push(c);
    else members.set(home[c] as number, [c]);
  }
  const strata = pooled([...members.entries()].sort(([a], [b]) => a - b).map(([, list]) => list));

  const unitOfCluster = new Int32Array(clusters);
  const start = new Int32Array(strata.length + 1);
  let units = 0;
  strata.forEach((list, h) => {
    const wanted =
      used <= MOST_UNITS ? list.length : Math.max(Math.min(list.length, 30), Math.round((MOST_UNITS * list.length) / used));
    if (wanted < list.length) shuffle(list, random);
    // Dealing keeps group sizes within one cluster of each other.
    list.forEach((c, k) => (unitOfCluster[c] = units + (k % wanted)));
    units += wanted;
    start[h + 1] = units;
  });

  const unit = new Int32Array(n);
  for (let i = 0; i < n; i++) unit[i] = unitOfCluster[cluster[i] as number] as number;
  return { unit, units, start, clusters: used };
}

/** Values per unit less their stratum's mean: what the acceleration of a stratified bootstrap is taken of. */
export function centredByStratum({ start }: Design, values: Float64Array): Float64Array {
  const centred = new Float64Array(values.length);
  for (let h = 0; h + 1 < start.length; h++) {
    const [from, to] = [start[h] as number, start[h + 1] as number];
    let sum = 0;
    for (let u = from; u < to; u++) sum += values[u] as number;
    for (let u = from; u < to; u++) centred[u] = (values[u] as number) - sum / (to - from);
  }
  return centred;
}

/** One resample: how often each unit was drawn, with replacement within its stratum, written into `weights`. */
export function drawWeights({ start }: Design, random: Random, weights: Float64Array): void {
  weights.fill(0);
  for (let h = 0; h + 1 < start.length; h++) {
    const from = start[h] as number;
    const count = (start[h + 1] as number) - from;
    for (let k = 0; k < count; k++) (weights[from + random.below(count)] as number) += 1;
  }
}

function pooled(strata: number[][]): number[][] {
  const large = strata.filter((list) => list.length > 1);
  const rest = strata.filter((list) => list.length <= 1).flat();
  if (rest.length === 0) return large;
  if (rest.length === 1 && large.length > 0) {
    (large[0] as number[]).push(...rest);
    return large;
  }
  return [...large, rest];
}

function shuffle(list: number[], random: Random): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = list[i] as number;
    list[i] = list[j] as number;
    list[j] = held;
  }
}
