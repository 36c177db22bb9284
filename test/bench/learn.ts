import type { Training } from "../../src/router/learned/learned.ts";
import { built, duration, type Figure } from "./measure.ts";

export const name = "learn";
export const aim = { atMost: 10 };

/** A fold of routellm-mmlu: training prompts, numbers of a vector, models. */
const [PROMPTS, WIDTH, MODELS] = [11_234, 512, 2];
/** Kinds that are fitted before they are asked; knn and kmeans have a bench of their own. */
const KINDS = ["logistic", "svm", "mlp", "mf", "trees", "irt", "contrastive"];

/** Seconds of CPU time to fit each kind once, on vectors that tell a little of the grades. */
export async function bench(): Promise<Figure[]> {
  const { buildPolicy } = await built<typeof import("../../src/router/index.ts")>("router/index.js");
  const { policySpecSchema } = await built<typeof import("../../src/model/config.ts")>("model/config.js");
  const { rowProducts } = await built<typeof import("../../src/lib/row-products.ts")>("lib/row-products.js");
  const { random } = await built<typeof import("../../src/stats/random.ts")>("stats/random.js");
  const training = made(random(1, "bench").next);
  const names = Array.from({ length: MODELS }, (_, m) => `model ${m}`);
  const context = { models: names.map((model) => ({ name: model, quality: 0.5, costUsdPer1k: 1 })), weak: null, strong: null, factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } };
  await rowProducts(training.rows, { count: 1, width: WIDTH, data: training.rows.data.subarray(0, WIDTH) }); // the runtime is loaded before anything is measured
  const figures: Figure[] = [];
  for (const kind of KINDS) {
    const { learned } = buildPolicy(policySpecSchema.parse({ kind }), context);
    const started = process.cpuUsage();
    await learned?.fit(training, { products: rowProducts, random: random(1, "fit") });
    const { user, system } = process.cpuUsage(started);
    const ms = (user + system) / 1000;
    figures.push({ name: `fit ${kind}`, ratio: ms / 1000, unit: "s", detail: `${PROMPTS} prompts × ${WIDTH} numbers, ${MODELS} models, costs too, one core: ${duration(ms)}` });
  }
  return figures;
}

function made(next: () => number): Training {
  const data = new Float32Array(PROMPTS * WIDTH);
  for (let i = 0; i < PROMPTS; i++) {
    const row = data.subarray(i * WIDTH, (i + 1) * WIDTH);
    let norm = 0;
    for (let d = 0; d < WIDTH; d++) norm += (row[d] = next() - 0.5) ** 2;
    for (let d = 0; d < WIDTH; d++) (row[d] as number) /= Math.sqrt(norm);
  }
  const column = (of: (i: number) => number) => Float64Array.from({ length: PROMPTS }, (_, i) => of(i));
  const told = (m: number) => (i: number) => Number(next() < 0.6 + 3 * (data[i * WIDTH + m] as number));
  return {
    rows: { count: PROMPTS, width: WIDTH, data },
    facts: new Map(),
    quality: Array.from({ length: MODELS }, (_, m) => column(told(m))),
    costUsd: Array.from({ length: MODELS }, (_, m) => column((i) => 0.001 * (m + 1) * Math.exp((data[i * WIDTH + 9] as number) + next()))),
    cluster: Int32Array.from({ length: PROMPTS }, (_, i) => i),
  };
}
