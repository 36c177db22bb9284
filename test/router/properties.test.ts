import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { folder, jsonl, policy } from "../wrp.ts";

interface Row {
  id: string;
  promptHash: string;
  lengthCodePoints: number;
  outcomes: Record<string, { quality: number | null; costUsd: number }>;
}

const at = folder();
let files = 0;

async function evaluated(rows: readonly Row[], config: object = {}): Promise<Report> {
  const name = `t${files++}`;
  at.put(`${name}.jsonl`, jsonl(rows));
  at.put(`${name}.yaml`, JSON.stringify({ name: "same", ...config }));
  const ran = await at.inside("eval", `${name}.jsonl`, "-c", `${name}.yaml`, "--store", ":memory:", "--resamples", "200", "--json", "-q");
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
}

const MODELS = ["ash", "birch", "cedar", "dogwood"];

/** Two to four models; graded in tenths or right/wrong; some grades blank, but one prompt is always whole. */
const tables = fc
  .record({ models: fc.integer({ min: 2, max: 4 }), prompts: fc.integer({ min: 3, max: 25 }), binary: fc.boolean(), seed: fc.noShrink(fc.integer()) })
  .chain(({ models, prompts, binary }) => {
    const grade = binary ? fc.constantFrom(0, 1) : fc.integer({ min: 0, max: 10 }).map((q) => q / 10);
    const cell = (whole: boolean) => fc.record({ quality: whole ? grade : fc.option(grade, { freq: 12 }), costUsd: fc.integer({ min: 1, max: 5000 }).map((c) => c / 1e6) });
    const row = (i: number) =>
      fc.record({
        lengthCodePoints: fc.integer({ min: 1, max: 40 }),
        outcomes: fc.record(Object.fromEntries(MODELS.slice(0, models).map((model) => [model, cell(i === 0)]))),
      });
    return fc.tuple(...Array.from({ length: prompts }, (_, i) => row(i))).map((rows) => rows.map((r, i): Row => ({ id: `p${i}`, promptHash: i.toString(16).padStart(32, "0"), ...r }) as Row));
  });

const config = {
  policies: [
    { kind: "threshold", name: "split", threshold: 20 },
    { kind: "threshold", name: "split again", threshold: 20 },
    { kind: "random", name: "coin" },
    { kind: "mix", name: "blend", weights: { ash: 1, birch: 2 } },
  ],
  reference: "split",
};

/** The same tables every time; a failure shrinks for a while only. */
const tries = { seed: 20261123, interruptAfterTimeLimit: 25_000 };

test("for any table: oracle, zero router, random, shares, equal policies, cost-matched mixes and AIQ keep their laws", async () => {
  await fc.assert(
    fc.asyncProperty(tables, async (rows) => {
      const report = await evaluated(rows, config);
      const models = Object.keys(rows[0]?.outcomes ?? {});
      const whole = rows.filter((row) => models.every((model) => row.outcomes[model]?.quality !== null));
      expect(report.workload).toMatchObject({ prompts: whole.length, missing: rows.length - whole.length, read: rows.length });

      const quality = (name: string) => policy(report, name).quality.mean as number;
      const cost = (name: string) => policy(report, name).costUsdPer1k?.mean as number;
      for (const model of models) {
        expect(quality(model)).toBeCloseTo(average(whole.map((row) => row.outcomes[model]?.quality as number)), 10);
        expect(cost(model)).toBeCloseTo(1000 * average(whole.map((row) => row.outcomes[model]?.costUsd as number)), 10);
      }
      expect(quality("random")).toBeCloseTo(average(models.map(quality)), 10);
      expect(cost("random")).toBeCloseTo(average(models.map(cost)), 10);
      expect(quality("coin")).toBe(quality("random"));

      for (const p of report.policies) {
        expect(p.quality.mean, `oracle against ${p.name}`).toBeLessThanOrEqual(quality("oracle") + 1e-9);
        expect(p.quality.n).toBe(whole.length);
        expect(Object.values(p.share).reduce((sum, s) => sum + s.mean, 0)).toBeCloseTo(1, 9);
        const ci = p.quality.ci;
        if (ci) expect(ci[0] <= (p.quality.mean as number) + 1e-9 && ci[1] >= (p.quality.mean as number) - 1e-9, `${p.name} ${ci}`).toBe(true);
      }

      const hull = report.metrics.zeroRouter?.hull ?? [];
      for (const model of models) {
        expect(heightOf(hull, cost(model)), `hull above ${model}`).toBeGreaterThanOrEqual(quality(model) - 1e-9);
        if (!hull.some((point) => point.name === model)) continue;
        expect(policy(report, model).costMatchedMix?.difference).toBe(0);
        expect(policy(report, model).costMatchedMix?.ci === null || policy(report, model).costMatchedMix?.verdict !== "worse").toBe(true);
      }
      expect(quality("zero-router")).toBeCloseTo(heightOf(hull, cost("zero-router")), 9);

      for (const metric of ["quality", "costUsdPer1k"]) {
        const same = report.comparisons.find((c) => c.a === "split again" && c.b === "split" && c.metric === metric);
        expect(same?.difference).toBe(0);
        expect(same?.verdict).not.toMatch(/better|worse/);
      }

      const aiq = report.metrics.aiq;
      if (aiq) {
        expect(aiq.paper).toBeGreaterThanOrEqual(Math.min(...models.map(quality)) - 1e-9);
        expect(aiq.paper).toBeLessThanOrEqual(Math.max(...models.map(quality)) + 1e-9);
      }
      for (const sweep of report.sweeps) {
        const [first, last] = [sweep.points[0], sweep.points.at(-1)];
        expect([first?.share, last?.share]).toEqual([0, 1]);
        expect(first?.quality).toBeCloseTo(quality(sweep.weak), 9);
        expect(last?.quality).toBeCloseTo(quality(sweep.strong), 9);
      }
      frontierHolds(report);
    }),
    { ...tries, numRuns: 60 },
  );
}, 60_000);

test("for any table: new names and another order of rows change no mean", async () => {
  await fc.assert(
    fc.asyncProperty(tables, async (rows) => {
      fc.pre(!tied(rows)); // a tie is broken by position or by rounding
      const before = await evaluated(rows);
      const after = await evaluated(renamed(rows.toReversed()));
      expect(after.policies.map((p) => p.name.replace(/^x\/(.*) é "1"$/, "$1"))).toEqual(before.policies.map((p) => p.name));
      after.policies.forEach((p, k) => {
        const was = before.policies[k] as Report["policies"][number];
        expect(p.quality.n).toBe(was.quality.n);
        expect(p.quality.mean).toBeCloseTo(was.quality.mean as number, 9);
        expect(p.costUsdPer1k?.mean).toBeCloseTo(was.costUsdPer1k?.mean as number, 9);
      });
      expect(after.metrics.aiq?.paper ?? null).toEqual(before.metrics.aiq ? expect.closeTo(before.metrics.aiq.paper, 9) : null);
    }),
    { ...tries, numRuns: 25 },
  );
}, 60_000);

function renamed(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...row, outcomes: Object.fromEntries(Object.entries(row.outcomes).map(([model, outcome]) => [`x/${model} é "1"`, outcome])) }));
}

/** Whether two models have the same sum of grades or of costs. */
function tied(rows: readonly Row[]): boolean {
  const models = Object.keys(rows[0]?.outcomes ?? {});
  const whole = rows.filter((row) => models.every((model) => row.outcomes[model]?.quality !== null));
  const sums = (of: (outcome: Row["outcomes"][string]) => number) => models.map((model) => Math.round(whole.reduce((sum, row) => sum + of(row.outcomes[model] as Row["outcomes"][string]), 0)));
  const few = (values: number[]) => new Set(values).size < models.length;
  return few(sums((o) => 10 * (o.quality as number))) || few(sums((o) => 1e6 * o.costUsd));
}

/** No judged policy that is on the frontier is beaten by another; one that is off it is beaten by one on it. */
function frontierHolds(report: Report): void {
  const judged = report.policies.filter((p) => !p.control);
  for (const p of judged) {
    const beaten = judged.filter((other) => beats(other, p));
    expect(p.onFrontier, `${p.name} beaten by ${beaten.map((b) => b.name)}`).toBe(beaten.length === 0);
  }
  expect(report.policies.filter((p) => p.control && p.onFrontier)).toEqual([]);
}

/** Quality of the non-decreasing hull at a cost. */
function heightOf(hull: readonly { costUsdPer1k: number; quality: number }[], cost: number): number {
  const last = hull.at(-1);
  if (!last || cost >= last.costUsdPer1k) return last?.quality ?? Number.NaN;
  const k = hull.findIndex((point) => point.costUsdPer1k > cost);
  const [low, high] = [hull[k - 1], hull[k]];
  if (!high) return Number.NaN;
  if (!low) return Number.NEGATIVE_INFINITY;
  return low.quality + ((cost - low.costUsdPer1k) / (high.costUsdPer1k - low.costUsdPer1k)) * (high.quality - low.quality);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function beats(a: Report["policies"][number], b: Report["policies"][number]): boolean {
  const [costA, costB] = [a.costUsdPer1k?.mean as number, b.costUsdPer1k?.mean as number];
  const [qualityA, qualityB] = [a.quality.mean as number, b.quality.mean as number];
  return costA <= costB && qualityA >= qualityB && (costA < costB || qualityA > qualityB);
}
