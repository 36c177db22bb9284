import { expect, test } from "vitest";
import { LinearArms } from "../../src/router/online/linear-arms.ts";
import { random } from "../../src/stats/random.ts";
import { onlineOf, played } from "../contract/online-policy.ts";

/** [arm][prompt] Bernoulli rewards; `share` may change along the prompts. */
function bernoulli(n: number, arms: number, share: (arm: number, prompt: number) => number, seed: number) {
  const draw = random(seed, "rewards");
  return {
    quality: Array.from({ length: arms }, (_, arm) => Float64Array.from({ length: n }, (__, i) => (draw.next() < share(arm, i) ? 1 : 0))),
    costUsd: Array.from({ length: arms }, () => new Float64Array(n)),
  };
}

const SHARES = [0.9, 0.8, 0.7, 0.6, 0.5];
const GAPS = SHARES.map((share) => 0.9 - share);
const N = 8000;
const SEEDS = [...Array(20).keys()];

/** Pseudo-regret Σ Δ of the choices, mean over seeds, after each of these numbers of prompts. */
function pseudoRegret(spec: Record<string, unknown>, upTo: readonly number[], gaps: readonly number[] = GAPS): number[] {
  const sums = upTo.map(() => 0);
  for (const seed of SEEDS) {
    const chosen = played(onlineOf(spec), { ...bernoulli(N, gaps.length, (arm) => 0.9 - (gaps[arm] as number), seed), seed });
    for (const [j, end] of upTo.entries()) (sums[j] as number) += chosen.slice(0, end).reduce((sum, arm) => sum + (gaps[arm] as number), 0) / SEEDS.length;
  }
  return sums;
}

test("UCB1 stays below the bound of Auer et al. 2002 (theorem 1) and grows as the logarithm", () => {
  const regret = pseudoRegret({ kind: "ucb" }, [N / 16, N / 4, N]) as [number, number, number];
  for (const [j, n] of [N / 16, N / 4, N].entries()) {
    const bound = GAPS.filter((gap) => gap > 0).reduce((sum, gap) => sum + (8 * Math.log(n)) / gap + (1 + Math.PI ** 2 / 3) * gap, 0);
    expect(regret[j]).toBeLessThan(bound);
  }
  // Each step is four times as many prompts: a straight line would grow fourfold each time.
  expect(regret[2] / regret[1]).toBeLessThan(2);
  expect((regret[2] - regret[1]) / (regret[1] - regret[0])).toBeLessThan(1.6);
});

test("Thompson's regret is below UCB1's, and of the order of Lai & Robbins's Σ Δ ln n / KL", () => {
  const [thompson] = pseudoRegret({ kind: "thompson" }, [N]) as [number];
  const [ucb] = pseudoRegret({ kind: "ucb" }, [N]) as [number];
  expect(thompson).toBeLessThan(ucb / 3);
  const divergence = (p: number, q: number) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
  const lowest = SHARES.slice(1).reduce((sum, share) => sum + ((0.9 - share) * Math.log(N)) / divergence(share, 0.9), 0);
  expect(thompson).toBeGreaterThan(lowest / 4);
  expect(thompson).toBeLessThan(lowest * 2);
});

test("epsilon-greedy's regret is a line in the end, its slope epsilon times the mean gap; decaying epsilon flattens it", () => {
  const [half, whole] = pseudoRegret({ kind: "epsilon-greedy", epsilon: 0.2 }, [N / 2, N]) as [number, number];
  const meanGap = GAPS.reduce((sum, gap) => sum + gap, 0) / GAPS.length;
  expect((whole - half) / (N / 2)).toBeGreaterThan(0.2 * meanGap * 0.95);
  expect((whole - half) / (N / 2)).toBeLessThan(0.2 * meanGap * 1.1);
  const [decayedHalf, decayed] = pseudoRegret({ kind: "epsilon-greedy", decay: 20 }, [N / 2, N]) as [number, number];
  // ε_t = 100 / t: Σ over the second half is 100 ln 2 draws.
  expect(decayed - decayedHalf).toBeLessThan(100 * Math.LN2 * meanGap * 1.4);
  expect(decayed - decayedHalf).toBeGreaterThan(100 * Math.LN2 * meanGap * 0.8);
});

test("where models change places, outcomes that age make up for it (Garivier & Moulines 2011)", () => {
  const late = (spec: Record<string, unknown>) =>
    SEEDS.slice(0, 8).reduce((sum, seed) => {
      const chosen = played(onlineOf(spec), { ...bernoulli(6000, 2, (arm, i) => (i < 3000 === (arm === 0) ? 0.8 : 0.3), seed), seed });
      return sum + chosen.slice(3000).filter((arm) => arm === 0).length / 8;
    }, 0);
  expect(late({ kind: "ucb", exploration: 0.5, discount: 0.99 })).toBeLessThan(late({ kind: "ucb", exploration: 0.5 }) / 2);
  expect(late({ kind: "epsilon-greedy", discount: 0.99 })).toBeLessThan(late({ kind: "epsilon-greedy" }) / 2);
});

test("a budget is held, and most of what the best mix within it is worth is had", () => {
  const n = 6000;
  const draw = random(3, "costs");
  const costs = [0.0002, 0.001, 0.01].map((mean) => Float64Array.from({ length: n }, () => mean * (0.5 + draw.next())));
  for (const budgetUsdPer1k of [0.5, 1, 4]) {
    const { quality } = bernoulli(n, 3, (arm) => [0.4, 0.5, 0.9][arm] as number, 5);
    const chosen = played(onlineOf({ kind: "budgeted", budgetUsdPer1k, exploration: 0.2 }), { quality, costUsd: costs });
    const spent = chosen.reduce((sum, arm, i) => sum + (costs[arm]?.[i] as number), 0) / n;
    const had = chosen.reduce((sum, arm, i) => sum + (quality[arm]?.[i] as number), 0) / n;
    expect(spent).toBeLessThan((budgetUsdPer1k / 1000) * 1.02);
    // The best mix within the budget lies between models 0 and 2: its cost per gain in quality is the lowest.
    const best = 0.4 + 0.5 * Math.min(1, (budgetUsdPer1k / 1000 - 0.0002) / 0.0098);
    expect(had).toBeGreaterThan(best - 0.04);
  }
});

test("a model's ridge regression is that of the normal equations, solved apart", () => {
  const [n, width, ridge, lambda] = [60, 3, 0.7, 10];
  const draw = random(11, "contexts");
  const data = Float32Array.from({ length: n * width }, () => draw.next() - 0.5);
  const linear = new LinearArms(2, { rows: { count: n, width, data }, known: new Uint8Array(n).fill(1) }, { ridge, lambda });
  const x = (i: number) => [...data.slice(i * width, (i + 1) * width), 1];
  const a = Array.from({ length: width + 1 }, (_, r) => Array.from({ length: width + 1 }, (__, c) => (r === c ? ridge : 0)));
  const b = Array.from({ length: width + 1 }, () => 0);
  for (let i = 0; i < n - 1; i++) {
    const [quality, costUsd] = [draw.next(), draw.next() / 100];
    const arm = i % 3 === 0 ? 0 : 1;
    linear.learn(arm, i, i % 7 === 0 ? NaN : quality, costUsd);
    if (arm === 0 || i % 7 === 0) continue;
    for (const [r, vr] of x(i).entries()) {
      (b[r] as number) += vr * (quality - lambda * costUsd);
      for (const [c, vc] of x(i).entries()) ((a[r] as number[])[c] as number) += vr * vc;
    }
  }
  const asked = x(n - 1);
  const dot = (u: readonly number[], v: readonly number[]) => u.reduce((sum, value, k) => sum + value * (v[k] as number), 0);
  expect(linear.expected(1, n - 1)).toBeCloseTo(dot(asked, solved(a, b)), 10);
  expect(linear.spread(1, n - 1)).toBeCloseTo(Math.sqrt(dot(asked, solved(a, asked))), 10);
});

/** Gaussian elimination with partial pivoting. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, r) => [...row, right[r] as number]);
  const size = rows.length;
  for (let c = 0; c < size; c++) {
    const pivot = rows.slice(c).reduce((held, row, k) => (Math.abs(row[c] as number) > Math.abs(rows[held]?.[c] as number) ? c + k : held), c);
    [rows[c], rows[pivot]] = [rows[pivot] as number[], rows[c] as number[]];
    const own = rows[c] as number[];
    for (const [r, row] of rows.entries()) {
      if (r === c) continue;
      const factor = (row[c] as number) / (own[c] as number);
      for (let k = c; k <= size; k++) (row[k] as number) -= factor * (own[k] as number);
    }
  }
  return rows.map((row, r) => (row[size] as number) / (row[r] as number));
}
