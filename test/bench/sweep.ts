import type { CostQuality } from "../../src/stats/hull.ts";
import type { TwoModels } from "../../src/stats/sweep.ts";
import { amount, built, cpuTime, duration, paired, type Aim, type Figure } from "./measure.ts";

export const name = "sweep";
/** Of time's growth over that of n log n. */
export const aim: Aim = { atMost: 1.3 };

const SIZES = [10_000, 100_000] as const;
const HULL_SIZES = [200, 2_000, 20_000, 200_000] as const;
const HULL_AIM: Aim = { atMost: 15 };
const ROUNDS = 5;

/**
 * The exact sweep (rank, walk every threshold, APGR) at ten times the prompts against itself, over the growth that n log n
 * has; and the hull of single models and mixes at up to 200,000 points, against itself at a tenth. In CPU time.
 */
export async function bench(): Promise<Figure[]> {
  return [...(await sweeps()), ...(await hulls())];
}

async function sweeps(): Promise<Figure[]> {
  const { ranking, curve, apgr } = await built<typeof import("../../src/stats/sweep.ts")>("stats/sweep.js");
  const { random } = await built<typeof import("../../src/stats/random.ts")>("stats/random.js");
  const { next } = random(1, "bench");
  const sweep = (data: TwoModels) => apgr(curve(data, ranking(data)));
  const figures: Figure[] = [];
  for (const n of SIZES) {
    const small = twoModels(n, next);
    const large = twoModels(10 * n, next);
    const both = await paired(ROUNDS, () => cpuTime(() => sweep(large)), () => cpuTime(() => sweep(small)));
    const growth = both.ratio / ((10 * Math.log(10 * n)) / Math.log(n));
    figures.push({
      name: `exact sweep at ${amount(10 * n)} / at ${amount(n)}, over n log n`,
      ratio: growth,
      detail: `${duration(both.a)} against ${duration(both.b)}: ${both.ratio.toFixed(1)} times, n log n ${((10 * Math.log(10 * n)) / Math.log(n)).toFixed(1)}; all scores distinct`,
    });
  }
  return figures;
}

/** Scores all distinct, in no order. */
function twoModels(n: number, next: () => number): TwoModels {
  const score = Float64Array.from({ length: n }, (_, i) => i + next() / 2);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [score[i], score[j]] = [score[j] as number, score[i] as number];
  }
  const bit = (p: number) => Float64Array.from({ length: n }, () => (next() < p ? 1 : 0));
  return { score, weakQuality: bit(0.6), strongQuality: bit(0.8) };
}

async function hulls(): Promise<Figure[]> {
  const { nonDecreasingHull } = await built<typeof import("../../src/stats/hull.ts")>("stats/hull.js");
  const { random } = await built<typeof import("../../src/stats/random.ts")>("stats/random.js");
  const { next } = random(1, "hull");
  const shapes: [string, (cost: number) => number][] = [
    ["scattered", () => next()],
    ["all on the hull", (cost) => Math.sqrt(cost)],
  ];
  const figures: Figure[] = [];
  for (const [shape, quality] of shapes) {
    const sets = HULL_SIZES.map((n) => points(n, next, quality));
    const [small, large] = [sets[2] as CostQuality[], sets[3] as CostQuality[]];
    const both = await paired(ROUNDS, () => cpuTime(() => nonDecreasingHull(large)), () => cpuTime(() => nonDecreasingHull(small)));
    const each = sets.map((set) => `${amount(set.length)} in ${duration(cpuTime(() => nonDecreasingHull(set)))}`);
    figures.push({ name: `hull of 200,000 / of 20,000 points, ${shape}`, ratio: both.ratio, aim: HULL_AIM, detail: `${each.join(", ")}; ${amount(nonDecreasingHull(large).length)} vertices` });
  }
  return figures;
}

function points(n: number, next: () => number, quality: (cost: number) => number): CostQuality[] {
  return Array.from({ length: n }, (_, index) => {
    const cost = next();
    return { index, cost, quality: quality(cost) };
  });
}
