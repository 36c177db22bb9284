import type { Rows } from "../../src/stats/rows.ts";
import { amount, built, duration, median, type Aim, type Figure } from "./measure.ts";

export const name = "knn";
/** GFLOP/s of an exact search. */
export const aim: Aim = { atLeast: 20 };

const WIDTH = 512;
const ROUNDS = 3;
/** Asked, and searched: a fold of routellm-mmlu's 14,042 prompts, and all of them; a batch against many. */
const SIZES = [
  [2_808, 11_234, 31],
  [14_042, 14_042, 31],
  [1_000, 100_000, 31],
] as const;
/** Training prompts of a fold, and clusters. */
const CLUSTERS = [11_234, 32] as const;

/** The exact search of nearest neighbours, two operations a multiplication, choosing the k of them with it; and clusters by k-means. */
export async function bench(): Promise<Figure[]> {
  const { nearestRows } = await built<typeof import("../../src/stats/nearest-rows.ts")>("stats/nearest-rows.js");
  const { kMeans } = await built<typeof import("../../src/stats/k-means.ts")>("stats/k-means.js");
  const { rowProducts } = await built<typeof import("../../src/lib/row-products.ts")>("lib/row-products.js");
  const { random } = await built<typeof import("../../src/stats/random.ts")>("stats/random.js");
  const { next } = random(1, "bench");
  const figures: Figure[] = [];
  for (const [asked, among, k] of SIZES) {
    const [a, b] = [unitRows(asked, next), unitRows(among, next)];
    const ms = await middle(() => nearestRows(a, b, k, rowProducts));
    figures.push({
      name: `${amount(k)} nearest of ${amount(among)} for ${amount(asked)}`,
      ratio: (2 * asked * among * WIDTH) / ms / 1e6,
      unit: "GFLOP/s",
      detail: `${WIDTH} dimensions, one core: ${duration(ms)}`,
    });
  }
  const [count, clusters] = CLUSTERS;
  const rows = unitRows(count, next);
  let rounds = 0;
  const ms = await middle(async () => void (rounds = (await kMeans(rows, clusters, random(1, "k"), rowProducts)).inertia.length));
  figures.push({ name: `k-means, ${clusters} clusters of ${amount(count)}`, ratio: ms / 1000, unit: "s", aim: null, detail: `${rounds} rounds; vectors in no clusters at all` });
  return figures;
}

/** Milliseconds of CPU time, of all threads: what else the machine does is left out. */
async function middle(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const started = process.cpuUsage();
    await call();
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / 1000);
  }
  return median(times.slice(1));
}

function unitRows(count: number, next: () => number): Rows {
  const data = new Float32Array(count * WIDTH);
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * WIDTH, (i + 1) * WIDTH);
    let norm = 0;
    for (let d = 0; d < WIDTH; d++) norm += (row[d] = next() - 0.5) ** 2;
    for (let d = 0; d < WIDTH; d++) (row[d] as number) /= Math.sqrt(norm);
  }
  return { count, width: WIDTH, data };
}
