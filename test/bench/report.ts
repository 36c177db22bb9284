import { duration, amount, built, runNode, type Figure } from "./measure.ts";
import { syntheticColumns } from "./columns.ts";

export const name = "report";
export const aim = null;

const SIZES = [10_000, 100_000, 1_000_000] as const;
const RESAMPLES = 2000;

/** compileReport over replayed columns of 11 models and the default policies, as a run without a config: seconds and peak RSS. */
export async function bench(): Promise<Figure[]> {
  return SIZES.map((n) => {
    const ran = runNode([import.meta.filename, String(n)], { peak: true });
    const { ms, policies } = JSON.parse(ran.stdout) as { ms: number; policies: number };
    return {
      name: `report of ${amount(n)} prompts`,
      ratio: ms / 1000,
      unit: "s",
      detail: `${policies} policies, ${RESAMPLES} resamples; ${duration((ms / n) * 1000)} per 1,000 prompts; ${ran.peakMb.toFixed(0)} MB at its peak`,
    };
  });
}

async function measure(n: number): Promise<{ ms: number; policies: number }> {
  const { assemble } = await built<typeof import("../../src/router/assemble.ts")>("router/assemble.js");
  const { modelFigures } = await built<typeof import("../../src/outcomes/figures.ts")>("outcomes/figures.js");
  const { compileReport } = await built<typeof import("../../src/report/compile.ts")>("report/compile.js");
  const columns = await syntheticColumns(n);
  const { context, policies } = assemble(modelFigures(columns), [], columns.facts, true);
  const decided = policies.map((policy) => {
    const decisions = policy.replay?.(columns);
    if (!decisions) throw new Error(`${policy.name} does not replay`);
    return { ...policy, decisions };
  });
  const started = performance.now();
  compileReport({
    run: { id: "bench", seed: 1, createdAt: "2026-01-01T00:00:00Z", configHash: "0", workloadHash: "0", wrpVersion: "0" },
    workload: { name: "bench", files: [], summary: { read: n, excluded: 0, filtered: 0, sampledOut: 0, promptsPerFile: [], warnings: [] }, duplicates: 0 },
    columns,
    models: columns.models.map((model) => ({ name: model, priceSource: "recorded", trusted: null, guarded: null, simulated: null })),
    policies: decided,
    weak: context.weak,
    strong: context.strong,
    reference: context.strong as string,
    fittedHull: null,
    objectives: null,
    margins: {},
    slo: null,
    missing: "gap",
    lambdaPerUsd: 0,
    aiqRange: null,
    resamples: RESAMPLES,
    gates: [],
    underTest: [],
    baseline: null,
    basis: "outcomes",
    logged: null,
    warnings: [],
  });
  return { ms: performance.now() - started, policies: decided.length };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))));
