import { expect, test } from "vitest";
import type { Decisions, OutcomeColumns, Replay } from "../../src/model/columns.ts";
import { reportSchema } from "../../src/model/report.ts";
import { compileReport } from "../../src/report/compile.ts";
import { decisionRows } from "../../src/report/decision-rows.ts";
import { promptFigures } from "../../src/report/prompt-figures.ts";
import { random } from "../../src/stats/random.ts";

const [N, MODELS] = [80, ["a", "b", "c"]];
const draw = random(4, "columns");
const table = (value: (m: number) => number) => MODELS.map((_, m) => Float64Array.from({ length: N }, () => value(m)));
const index = Int32Array.from({ length: N }, (_, i) => i);
const columns: OutcomeColumns = {
  n: N,
  models: MODELS,
  ids: Array.from(index, (i) => `p${i}`),
  promptHash: BigUint64Array.from({ length: N }, (_, i) => BigInt(i)),
  quality: table((m) => (draw.next() < 0.4 + 0.2 * m ? 1 : 0)),
  costUsd: table((m) => 0.001 * 2 ** m * (1 + draw.next())),
  latencyMs: table((m) => 100 * (m + 1) + 50 * draw.next()),
  ttftMs: [],
  failed: MODELS.map(() => new Uint8Array(N)),
  declined: [],
  deserved: new Uint8Array(N),
  cluster: index,
  clusters: N,
  stratum: new Int32Array(N),
  datasets: ["d"],
  facts: new Map(),
  labels: new Map([["tag:pii", { values: ["pii"], index: Int32Array.from({ length: N }, (_, i) => (i % 4 === 0 ? 0 : -1)) }]]),
  chosen: new Int32Array(N).fill(-1),
};
const infos = MODELS.map((name) => ({ name, priceSource: "recorded", trusted: name === "a", guarded: null, simulated: null }));

function spread(weights: readonly Float64Array[], shuffled: readonly Replay[] = [], lambdaPerUsd = 0): Extract<Decisions, { form: "spread" }> {
  const inOrder = shuffled[0] ?? { order: index, model: new Int32Array(N) };
  return { form: "spread", weights, replays: { lambdaPerUsd, inOrder, shuffled } };
}

function reported(policies: Readonly<Record<string, Decisions>>, gates: Parameters<typeof compileReport>[0]["gates"] = []) {
  const named = Object.entries(policies).map(([name, decisions]) => ({ name, kind: "ucb", control: false, hindsight: false, description: "", decisions }));
  return compileReport({
    run: { id: "r", seed: 1, createdAt: "2026-01-01T00:00:00Z", configHash: "0", workloadHash: "0", wrpVersion: "0" },
    workload: { name: "w", files: [], summary: { read: N, excluded: 0, filtered: 0, sampledOut: 0, promptsPerFile: [], warnings: [] }, duplicates: 0 },
    columns,
    models: infos,
    policies: named,
    weak: null,
    strong: null,
    reference: named[0]?.name as string,
    fittedHull: null,
    objectives: null,
    margins: {},
    slo: { latencyMs: 250 },
    missing: "gap",
    lambdaPerUsd: 3,
    aiqRange: null,
    resamples: 200,
    gates,
    underTest: [],
    baseline: null,
    basis: "outcomes",
    logged: null,
    warnings: [],
  });
}

const close = (value: unknown): unknown =>
  typeof value === "number" ? Number(value.toPrecision(9)) : Array.isArray(value) ? value.map(close) : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, close(one)])) : value;

test("the same probabilities for every prompt are a mixture: all figures agree, but the shares' intervals", () => {
  const shares = [0.25, 0.5, 0.25];
  const { policies, online } = reported({ mixed: { form: "mixture", weights: Float64Array.from(shares) }, spread: spread(shares.map((w) => new Float64Array(N).fill(w))) });
  const row = (name: string) => {
    const { name: _, share, dominatedBy: __, onFrontier: ___, ...rest } = policies.find((p) => p.name === name) ?? (null as never);
    return close({ ...rest, share: Object.fromEntries(Object.entries(share).map(([model, { mean }]) => [model, mean])) });
  };
  expect(row("spread")).toEqual(row("mixed"));
  expect(online?.map(({ policy }) => policy)).toEqual(["spread"]);
});

test("probabilities 0 and 1 are a choice; a prompt without any is not decided", () => {
  const model = Int32Array.from({ length: N }, (_, i) => (i % 5 === 4 ? -1 : i % 3));
  const policies: Record<string, Decisions> = { choice: { form: "choice", model }, spread: spread(MODELS.map((_, m) => Float64Array.from(model, (one) => (one === m ? 1 : 0)))) };
  const gates = [{ expression: "share.a <= 0.9", policy: "", metric: "share.a", op: "<=" as const, factor: 0, offset: 0.9 }];
  const rows = Object.keys(policies).map((name) => {
    const report = reported(policies, gates.map((gate) => ({ ...gate, policy: name })) as never);
    const { name: _, dominatedBy: __, onFrontier: ___, versusReference: ____, share, latencyMs, ...rest } = report.policies.find((p) => p.name === name) ?? (null as never);
    const quantiles = latencyMs && { p50: latencyMs.p50.value, p95: latencyMs.p95.value, mean: latencyMs.mean, n: latencyMs.n };
    return close({ ...rest, quantiles, shares: Object.entries(share).map(([model_, { mean }]) => [model_, mean]), gates: report.gates.map(({ policy: _____, bound: ______, ...gate }) => gate) });
  });
  expect(rows[1]).toEqual(rows[0]);
  const figures = (name: string) => promptFigures(policies[name] as Decisions, columns, { models: infos, slo: null, missing: "gap" });
  for (const figure of ["q", "c", "l", "e", "x"] as const) expect([...figures("spread")[figure]]).toEqual([...figures("choice")[figure]]);
  const rowsOf = (name: string) => [...decisionRows(columns, [{ name, kind: "ucb", control: false, hindsight: false, description: "", decisions: policies[name] as Decisions, rules: null }], new Set(), null)].map(({ ordinal, quality, costUsd, latencyMs, simulated, expected }) => ({ ordinal, quality, costUsd, latencyMs, simulated, expected }));
  expect(rowsOf("spread")).toEqual(rowsOf("choice"));
});

test("a learner's figures are the means of its orders, and its regret what they fall short of, summed", () => {
  const orders = [3, 4, 5].map((seed): Replay => {
    const own = random(seed, "order");
    return { order: Int32Array.from(index).sort((a, b) => random(seed, a).next() - random(seed, b).next()), model: Int32Array.from({ length: N }, () => own.below(3)) };
  });
  const weights = MODELS.map((_, m) => Float64Array.from({ length: N }, (__, i) => orders.filter(({ model }) => model[i] === m).length / 3));
  const lambda = 50;
  const report = reported({ learner: spread(weights, orders, lambda) });
  const online = report.online?.[0];
  const q = (m: number, i: number) => columns.quality[m]?.[i] as number;
  const reward = (m: number, i: number) => q(m, i) - lambda * (columns.costUsd[m]?.[i] as number);
  const total = (m: number) => [...index].reduce((sum, i) => sum + reward(m, i), 0);
  const best = [0, 1, 2].reduce((held, m) => (total(m) > total(held) ? m : held), 0);
  const qualities = orders.map(({ model }) => [...index].reduce((sum, i) => sum + q(model[i] as number, i), 0) / N);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const sd = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1));
  expect(online).toMatchObject({ policy: "learner", orders: 3, lambdaPerUsd: lambda, regret: { bestSingle: MODELS[best] } });
  expect(report.policies[0]?.quality.mean).toBeCloseTo(mean(qualities), 12);
  expect(online?.quality.mean).toBeCloseTo(mean(qualities), 12);
  expect(online?.quality.sd).toBeCloseTo(sd(qualities), 12);
  const half = (4.3027 * sd(qualities)) / Math.sqrt(3); // Student's t at 2 degrees of freedom
  expect(online?.quality.ci?.[1]).toBeCloseTo(mean(qualities) + half, 10);
  const at = online?.regret?.prompts ?? [];
  expect([at.length, at.at(-1)]).toEqual([60, N]);
  for (const [j, end] of at.entries()) {
    const short = (against: (i: number) => number) => mean(orders.map(({ order, model }) => [...order].slice(0, end).reduce((sum, i) => sum + against(i) - reward(model[i] as number, i), 0)));
    expect(online?.regret?.versusBestSingle.mean[j]).toBeCloseTo(short((i) => reward(best, i)), 9);
    expect(online?.regret?.versusOracle.mean[j]).toBeCloseTo(short((i) => Math.max(...[0, 1, 2].map((m) => reward(m, i)))), 9);
  }
  expect(reportSchema.shape.online.safeParse(report.online).success).toBe(true);
  expect(report.warnings.join("\n")).toMatch(/learner: its quality as a mean over 3 random orders is known to ±0\.\d{4}, which its interval \(±0\.\d{4} over prompts\) does not count: shuffles=\d+ would make that small/);
});
