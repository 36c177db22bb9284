import type { OutcomeColumns } from "../../src/model/columns.ts";
import type { Report } from "../../src/model/report.ts";
import { compileReport } from "../../src/report/compile.ts";
import type { DecidedPolicy } from "../../src/report/input.ts";
import { knobChoices } from "../../src/router/learned/knob-choices.ts";
import type { Estimates, Knob } from "../../src/router/learned/learned.ts";
import { learned } from "../contract/learned-kind.ts";

/** [model][prompt] of what came, and of what policies expect of it. */
export interface Outcomes {
  readonly models: readonly string[];
  readonly quality: readonly (readonly number[])[];
  readonly costUsd: readonly (readonly number[])[];
  readonly expected: { readonly quality: readonly (readonly number[])[]; readonly costUsd: readonly (readonly number[])[] };
}

const floats = (table: readonly (readonly number[])[]) => table.map((column) => Float64Array.from(column));

/** A learned policy that expects what it is told. */
export function decidedOn(spec: Readonly<Record<string, unknown>> & { readonly name: string; readonly kind: string }, { models, expected }: Outcomes): DecidedPolicy {
  const { choose, knob } = learned(spec, models);
  const estimates: Estimates = { quality: floats(expected.quality), costUsd: floats(expected.costUsd) };
  return {
    name: spec.name,
    kind: spec.kind,
    control: false,
    hindsight: false,
    description: "",
    decisions: { form: "choice", model: choose(models, estimates) },
    expectation: { quality: expected.quality.map((column) => Float32Array.from(column)), choices: knobChoices(knob as Knob, models, estimates) },
  };
}

/** The report of single models and these policies over these outcomes, every prompt its own cluster. */
export function reportOn(outcomes: Outcomes, policies: readonly DecidedPolicy[], { resamples = 200, weak = outcomes.models[0] as string, strong = outcomes.models[1] as string } = {}): Omit<Report, "timing"> {
  const { models, quality, costUsd } = outcomes;
  const n = quality[0]?.length ?? 0;
  const columns: OutcomeColumns = {
    n,
    models,
    ids: Array.from({ length: n }, (_, i) => `p${i}`),
    promptHash: BigUint64Array.from({ length: n }, (_, i) => BigInt(i)),
    quality: floats(quality),
    costUsd: floats(costUsd),
    latencyMs: [],
    ttftMs: [],
    failed: models.map(() => new Uint8Array(n)),
    declined: [],
    deserved: new Uint8Array(n),
    cluster: Int32Array.from({ length: n }, (_, i) => i),
    clusters: n,
    stratum: new Int32Array(n),
    datasets: ["all"],
    facts: new Map(),
    labels: new Map(),
    chosen: new Int32Array(n).fill(-1),
  };
  const singles = models.map((name, m): DecidedPolicy => ({ name, kind: "always", control: false, hindsight: false, description: "", decisions: { form: "mixture", weights: Float64Array.from(models, (_, k) => (k === m ? 1 : 0)) } }));
  return compileReport({
    run: { id: "test", seed: 1, createdAt: "2026-01-01T00:00:00Z", configHash: "0", workloadHash: "0", wrpVersion: "0" },
    workload: { name: "test", files: [], summary: { read: n, excluded: 0, filtered: 0, sampledOut: 0, promptsPerFile: [], warnings: [] }, duplicates: 0 },
    columns,
    models: models.map((name) => ({ name, priceSource: "recorded", trusted: null, guarded: null, simulated: null })),
    policies: [...singles, ...policies],
    weak,
    strong,
    reference: strong,
    fittedHull: null,
    objectives: null,
    margins: {},
    slo: null,
    missing: "gap",
    lambdaPerUsd: 0,
    aiqRange: null,
    resamples,
    gates: [],
    underTest: [],
    baseline: null,
    basis: "outcomes",
    logged: null,
    warnings: [],
  });
}
