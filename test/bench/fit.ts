import type { PolicySpec } from "../../src/model/config.ts";
import type { RouterContext } from "../../src/router/index.ts";
import type { Training } from "../../src/router/learned/learned.ts";
import { amount, built, duration, median, type Aim, type Figure } from "./measure.ts";

export const name = "fit";
/** Prompts a second that a kind is fitted on: those of routellm-mmlu in some 10 s. */
export const aim: Aim = { atLeast: 1_400 };

const [PROMPTS, WIDTH, MODELS] = [14_042, 512, 2];
const KINDS = ["trees"] as const;

/** Learned kinds fitted once on as many prompts as routellm-mmlu has, with vectors of the built-in embedder's length. */
export async function bench(): Promise<Figure[]> {
  const { buildPolicy } = await built<typeof import("../../src/router/index.ts")>("router/index.js");
  const { policySpecSchema } = await built<typeof import("../../src/model/config.ts")>("model/config.js");
  const { rowProducts } = await built<typeof import("../../src/lib/row-products.ts")>("lib/row-products.js");
  const { random } = await built<typeof import("../../src/stats/random.ts")>("stats/random.js");
  const training = trainingOf(random(1, "bench").next);
  const models = training.quality.map((_, m) => ({ name: `m${m}`, quality: 0.5, costUsdPer1k: 1 }));
  const context: RouterContext = { models, weak: null, strong: null, factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } };
  const figures: Figure[] = [];
  for (const kind of KINDS) {
    const { learned } = buildPolicy(policySpecSchema.parse({ kind }) as PolicySpec, context);
    const times: number[] = [];
    for (let round = 0; round < 2; round++) {
      const from = performance.now();
      await learned?.fit(training, { products: rowProducts, random: random(1, "fit") });
      times.push(performance.now() - from);
    }
    const ms = median(times);
    figures.push({ name: `${kind} on ${amount(PROMPTS)} prompts`, ratio: PROMPTS / (ms / 1000), unit: "prompts/s", detail: `${WIDTH} dimensions, ${MODELS} models, one core: ${duration(ms)}` });
  }
  return figures;
}

/** Random vectors, the first number of which tells which model is right more often than not. */
function trainingOf(next: () => number): Training {
  const data = new Float32Array(PROMPTS * WIDTH);
  for (let i = 0; i < PROMPTS; i++) {
    const row = data.subarray(i * WIDTH, (i + 1) * WIDTH);
    for (let d = 0; d < WIDTH; d++) row[d] = next() - 0.5;
    const length = Math.hypot(...row);
    for (let d = 0; d < WIDTH; d++) (row[d] as number) /= length;
  }
  const table = (of: (i: number, m: number) => number) => Array.from({ length: MODELS }, (_, m) => Float64Array.from({ length: PROMPTS }, (__, i) => of(i, m)));
  return {
    rows: { count: PROMPTS, width: WIDTH, data },
    facts: new Map([["prompt.lengthCodePoints", Float64Array.from({ length: PROMPTS }, () => Math.round(1000 * next()))]]),
    quality: table((i, m) => Number(next() < 0.5 + 5 * (m === 0 ? 1 : -1) * (data[i * WIDTH] as number))),
    costUsd: table(() => 0.001 * (0.5 + next())),
  };
}
