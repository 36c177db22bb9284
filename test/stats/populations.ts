import type { OutcomeColumns } from "../../src/model/columns.ts";
import type { Report } from "../../src/model/report.ts";
import { compileReport } from "../../src/report/compile.ts";
import type { DecidedPolicy } from "../../src/report/input.ts";
import { aiq } from "../../src/stats/aiq.ts";
import { hullAt, nonDecreasingHull } from "../../src/stats/hull.ts";
import { random, type Random } from "../../src/stats/random.ts";

/**
 * A simulated population whose true figures are known in closed form. `draw` gives one prompt: a score in [0,1) and, for each
 * model, quality and cost; prompts of one cluster share `shared`.
 */
export interface Population {
  readonly name: string;
  readonly describe: string;
  /** True means by model, weak first, strong last. */
  readonly quality: readonly number[];
  readonly costUsd: readonly number[];
  /** True APGR of the score between the first and the last model. */
  readonly apgr: number;
  /** Weak quality at score s is w[0] + w[1]·s; strong minus weak is g[0] + g[1]·s. */
  readonly weak: readonly [number, number];
  readonly gain: readonly [number, number];
  /** Scores from here on go to strong under the policy `score`. */
  readonly cut: number;
  /** Prompts that share a session. */
  readonly clusterSize: number;
  draw(random: Random, shared: { readonly score: number; readonly luck: number }): { score: number; quality: number[]; costUsd: number[] };
}

/** Lognormal cost with this mean and log-sd: skewed as costs are. */
function skewedCost(r: Random, mean: number, sd: number): number {
  return mean * Math.exp(sd * normal(r) - (sd * sd) / 2);
}

function normal(r: Random): number {
  return Math.sqrt(-2 * Math.log(1 - r.next())) * Math.cos(2 * Math.PI * r.next());
}

/** With score s uniform, strong - weak = a + b·s: APGR = E[d·s] / E[d]. */
function apgrOf(a: number, b: number): number {
  return (a / 2 + b / 3) / (a + b / 2);
}

const COSTS = [0.0001, 0.0006, 0.005];

export const POPULATIONS: readonly Population[] = [
  {
    name: "binary",
    describe: "right or wrong, weak .60, middle .70, strong .85; the strong model's gain grows with the score; lognormal costs, log-sd .6",
    quality: [0.6, 0.7, 0.85],
    costUsd: COSTS,
    apgr: apgrOf(0.05, 0.4),
    weak: [0.7, -0.2],
    gain: [0.05, 0.4],
    cut: 0.5,
    clusterSize: 1,
    draw(r) {
      const score = r.next();
      const weak = 0.7 - 0.2 * score;
      const luck = r.next(); // shared by the models: hard prompts are hard for all
      return {
        score,
        quality: [luck < weak ? 1 : 0, 0.5 * luck + 0.5 * r.next() < median(0.7) ? 1 : 0, luck < weak + 0.05 + 0.4 * score ? 1 : 0],
        costUsd: COSTS.map((c) => skewedCost(r, c, 0.6)),
      };
    },
  },
  {
    name: "graded",
    describe: "grades in [0,1], weak .40, middle .55, strong .80; lognormal costs, log-sd .8",
    quality: [0.4, 0.55, 0.8],
    costUsd: COSTS,
    apgr: apgrOf(0.2, 0.4),
    weak: [0.5, -0.2],
    gain: [0.2, 0.4],
    cut: 0.5,
    clusterSize: 1,
    draw(r) {
      const score = r.next();
      const grade = (mean: number) => Math.min(1, Math.max(0, mean + 0.36 * (mean < 0.5 ? mean : 1 - mean) * (r.next() + r.next() + r.next() - 1.5)));
      const weak = 0.5 - 0.2 * score;
      return { score, quality: [grade(weak), grade(0.55), grade(weak + 0.2 + 0.4 * score)], costUsd: COSTS.map((c) => skewedCost(r, c, 0.8)) };
    },
  },
  {
    name: "near one",
    describe: "right or wrong, weak .80, middle .90, strong .97; lognormal costs, log-sd .6",
    quality: [0.8, 0.9, 0.97],
    costUsd: COSTS,
    apgr: apgrOf(0.14, 0.06),
    weak: [0.8, 0],
    gain: [0.14, 0.06],
    cut: 0.5,
    clusterSize: 1,
    draw(r) {
      const score = r.next();
      return {
        score,
        quality: [r.next() < 0.8 ? 1 : 0, r.next() < 0.9 ? 1 : 0, r.next() < 0.94 + 0.06 * score ? 1 : 0],
        costUsd: COSTS.map((c) => skewedCost(r, c, 0.6)),
      };
    },
  },
  {
    name: "sessions",
    describe: "as binary, in sessions of four prompts that share score and luck half the time; lognormal costs, log-sd .6",
    quality: [0.6, 0.7, 0.85],
    costUsd: COSTS,
    apgr: apgrOf(0.05, 0.4),
    weak: [0.7, -0.2],
    gain: [0.05, 0.4],
    cut: 0.5,
    clusterSize: 4,
    draw(r, shared) {
      const same = r.next() < 0.5;
      const score = same ? shared.score : r.next();
      const luck = same ? shared.luck : r.next();
      const weak = 0.7 - 0.2 * score;
      return {
        score,
        quality: [luck < weak ? 1 : 0, r.next() < 0.7 ? 1 : 0, luck < weak + 0.05 + 0.4 * score ? 1 : 0],
        costUsd: COSTS.map((c) => skewedCost(r, c, 0.6)),
      };
    },
  },
  {
    name: "ties",
    describe: "as binary with the score rounded to five levels (APGR: ties together)",
    quality: [0.6, 0.7, 0.85],
    costUsd: COSTS,
    // Five levels of equal share, gain .05 + .4·E[s | level]: the trapezoid gives each level the middle of its span.
    apgr: [0.1, 0.3, 0.5, 0.7, 0.9].reduce((sum, s) => sum + 0.2 * (0.05 + 0.4 * s) * s, 0) / 0.25,
    weak: [0.7, -0.2],
    gain: [0.05, 0.4],
    cut: 0.6,
    clusterSize: 1,
    draw(r) {
      const score = r.next();
      const weak = 0.7 - 0.2 * score;
      const luck = r.next();
      return {
        score: Math.floor(score * 5) / 5,
        quality: [luck < weak ? 1 : 0, r.next() < 0.7 ? 1 : 0, luck < weak + 0.05 + 0.4 * score ? 1 : 0],
        costUsd: COSTS.map((c) => skewedCost(r, c, 0.6)),
      };
    },
  },
];

/** Quantile p of the mean of two uniforms (triangular), p ≥ .5. */
function median(p: number): number {
  return 1 - Math.sqrt((1 - p) / 2);
}

const MODELS = ["weak", "middle", "strong"];

/** What an interval is of, its truth, and where a report has it. */
export interface Target {
  readonly name: string;
  readonly truth: number;
  read(report: Omit<Report, "timing">): readonly [number, number] | null;
}

export function targets(p: Population): Target[] {
  const range = costRangeOf(p);
  const points = p.quality.map((quality, index) => ({ index, quality, cost: 1000 * (p.costUsd[index] as number) }));
  const row = (report: Omit<Report, "timing">, name: string) => report.policies.find((x) => x.name === name);
  const difference = (metric: string) => (report: Omit<Report, "timing">) =>
    report.comparisons.find((c) => c.a === "weak" && c.b === "strong" && c.metric === metric)?.ci ?? null;
  return [
    { name: "quality (weak)", truth: p.quality[0] as number, read: (r) => row(r, "weak")?.quality.ci ?? null },
    { name: "quality (strong)", truth: p.quality[2] as number, read: (r) => row(r, "strong")?.quality.ci ?? null },
    { name: "quality (uniform mix)", truth: ((p.quality[0] as number) + (p.quality[1] as number) + (p.quality[2] as number)) / 3, read: (r) => row(r, "random")?.quality.ci ?? null },
    { name: "cost (strong)", truth: 1000 * (p.costUsd[2] as number), read: (r) => row(r, "strong")?.costUsdPer1k?.ci ?? null },
    { name: "difference in quality", truth: (p.quality[0] as number) - (p.quality[2] as number), read: difference("quality") },
    { name: "difference in cost", truth: 1000 * ((p.costUsd[0] as number) - (p.costUsd[2] as number)), read: difference("costUsdPer1k") },
    { name: "difference to the cost-matched mix", truth: thresholdQuality(p) - (hullAt(nonDecreasingHull(points), thresholdCost(p))?.quality ?? NaN), read: (r) => row(r, "score")?.costMatchedMix?.ci ?? null },
    { name: "APGR", truth: p.apgr, read: (r) => r.sweeps.find((s) => s.name === "score")?.apgr.ci ?? null },
    { name: "AIQ, fixed range", truth: aiq(points, range).paper, read: (r) => r.metrics.aiq?.ci ?? null },
  ];
}

/** ∫ weak over [0,1] plus ∫ gain over [cut, 1]. */
function thresholdQuality({ weak, gain, cut }: Population): number {
  return weak[0] + weak[1] / 2 + gain[0] * (1 - cut) + (gain[1] * (1 - cut * cut)) / 2;
}

function thresholdCost({ costUsd, cut }: Population): number {
  return 1000 * (cut * (costUsd[0] as number) + (1 - cut) * (costUsd[2] as number));
}

function costRangeOf(p: Population): [number, number] {
  return [1000 * (p.costUsd[0] as number), 1000 * (p.costUsd[2] as number)];
}

/** One sample of n prompts, through the report as a user gets it. */
export function sampleReport(p: Population, n: number, seed: number, resamples: number): Omit<Report, "timing"> {
  const r = random(seed, p.name, n);
  const quality = MODELS.map(() => new Float64Array(n));
  const costUsd = MODELS.map(() => new Float64Array(n));
  const score = new Float64Array(n);
  const cluster = new Int32Array(n);
  let shared = { score: 0, luck: 0 };
  for (let i = 0; i < n; i++) {
    if (i % p.clusterSize === 0) shared = { score: r.next(), luck: r.next() };
    cluster[i] = Math.floor(i / p.clusterSize);
    const prompt = p.draw(r, shared);
    score[i] = prompt.score;
    MODELS.forEach((_, m) => {
      (quality[m] as Float64Array)[i] = prompt.quality[m] as number;
      (costUsd[m] as Float64Array)[i] = prompt.costUsd[m] as number;
    });
  }
  const columns: OutcomeColumns = {
    n,
    models: MODELS,
    ids: Array.from({ length: n }, (_, i) => String(i)),
    promptHash: BigUint64Array.from({ length: n }, (_, i) => BigInt(i)),
    quality,
    costUsd,
    latencyMs: [],
    ttftMs: [],
    failed: MODELS.map(() => new Uint8Array(n)),
    declined: [],
    deserved: new Uint8Array(n),
    cluster,
    clusters: Math.ceil(n / p.clusterSize),
    stratum: new Int32Array(n),
    datasets: [p.name],
    facts: new Map([["score", score]]),
    labels: new Map(),
    chosen: new Int32Array(n).fill(-1),
  };
  const base = { control: false, hindsight: false, description: "" };
  const policies: DecidedPolicy[] = [
    ...MODELS.map((name, m) => ({ ...base, name, kind: "always", decisions: { form: "choice" as const, model: new Int32Array(n).fill(m) } })),
    { ...base, name: "random", kind: "random", decisions: { form: "mixture", weights: new Float64Array(3).fill(1 / 3) } },
    {
      ...base,
      name: "score",
      kind: "threshold",
      sweep: { fact: "score", weak: "weak", strong: "strong" },
      decisions: { form: "choice", model: Int32Array.from(score, (s) => (s >= 0.5 ? 2 : 0)) },
    },
  ];
  return compileReport({
    run: { id: "", seed, createdAt: "", configHash: "", workloadHash: "", wrpVersion: "" },
    workload: { name: p.name, files: [], duplicates: 0, summary: { read: n, excluded: 0, filtered: 0, sampledOut: 0, promptsPerFile: [], warnings: [] } },
    columns,
    models: MODELS.map((name) => ({ name, priceSource: "simulated", trusted: null, guarded: null, simulated: null })),
    policies,
    weak: "weak",
    strong: "strong",
    reference: "strong",
    fittedHull: null,
    objectives: null,
    margins: {},
    slo: null,
    missing: "gap",
    lambdaPerUsd: 0,
    aiqRange: costRangeOf(p),
    resamples,
    gates: [],
    underTest: [],
    baseline: null,
    basis: "outcomes",
    logged: null,
    warnings: [],
  });
}

/** Share of repetitions whose interval holds the truth; an interval that cannot be given is counted apart. */
export function coverage(p: Population, n: number, repetitions: number, resamples: number, firstSeed = 1) {
  const wanted = targets(p);
  const held = wanted.map(() => ({ covered: 0, below: 0, above: 0, none: 0 }));
  for (let k = 0; k < repetitions; k++) {
    const report = sampleReport(p, n, firstSeed + k, resamples);
    wanted.forEach((target, t) => {
      const ci = target.read(report);
      const count = held[t] as (typeof held)[number];
      if (!ci) count.none++;
      else if (target.truth < ci[0]) count.below++;
      else if (target.truth > ci[1]) count.above++;
      else count.covered++;
    });
  }
  return wanted.map((target, t) => ({ target: target.name, truth: target.truth, ...(held[t] as (typeof held)[number]) }));
}
