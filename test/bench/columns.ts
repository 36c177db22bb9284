import type { OutcomeColumns } from "../../src/model/columns.ts";
import { built } from "./measure.ts";

const MODELS = 11;
const DATASETS = 57;

/** Columns of `n` made-up prompts of 11 models: right or wrong, cost by length, latency; 57 datasets, no duplicates. */
export async function syntheticColumns(n: number): Promise<OutcomeColumns> {
  const { random } = await built<typeof import("../../src/stats/random.ts")>("stats/random.js");
  const { next } = random(1, "columns");
  const models = Array.from({ length: MODELS }, (_, m) => `model-${m}`);
  const column = (value: (i: number) => number) => {
    const values = new Float64Array(n);
    for (let i = 0; i < n; i++) values[i] = value(i);
    return values;
  };
  const length = column(() => Math.floor(40 * Math.exp(4 * next())));
  const hardness = column(() => next());
  const stratum = Int32Array.from({ length: n }, (_, i) => i % DATASETS);
  const datasets = Array.from({ length: DATASETS }, (_, d) => `subject-${d}`);
  return {
    n,
    models,
    ids: Array.from({ length: n }, (_, i) => `question-${i}`),
    promptHash: BigUint64Array.from({ length: n }, (_, i) => BigInt(i)),
    quality: models.map((_, m) => column((i) => (next() * 0.6 + (hardness[i] as number) * 0.4 < 0.3 + m * 0.05 ? 1 : 0))),
    costUsd: models.map((_, m) => column((i) => 1e-7 * 1.5 ** m * (length[i] as number) * (1 + next()))),
    latencyMs: models.map((_, m) => column(() => 200 + 40 * m - 300 * Math.log(1 - next()))),
    ttftMs: [],
    failed: models.map(() => new Uint8Array(n)),
    declined: [],
    deserved: new Uint8Array(n),
    cluster: Int32Array.from({ length: n }, (_, i) => i),
    clusters: n,
    stratum,
    datasets,
    facts: new Map([["prompt.lengthCodePoints", length]]),
    labels: new Map([["meta.subject", { values: datasets, index: stratum }]]),
    chosen: Int32Array.from({ length: n }, () => Math.floor(next() * MODELS)),
  };
}
