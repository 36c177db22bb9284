import { syntheticColumns } from "./columns.ts";
import { amount, built, duration, type Figure } from "./measure.ts";

export const name = "online";
export const aim = null;

const [N, ORDERS, WIDTH] = [14_042, 20, 32] as const;
const SPECS: readonly { readonly kind: string; readonly [key: string]: unknown }[] = [
  { kind: "epsilon-greedy" },
  { kind: "ucb" },
  { kind: "ucb", discount: 0.999 },
  { kind: "thompson" },
  { kind: "budgeted", budgetUsdPer1k: 1 },
  { kind: "linucb" },
  { kind: "thompson", model: "linear" },
];

/** Replays of as many prompts as routellm-mmlu has over 11 models in 20 orders, kind by kind: CPU seconds. */
export async function bench(): Promise<Figure[]> {
  const { policySpecSchema } = await built<typeof import("../../src/model/config.ts")>("model/config.js");
  const { buildPolicy } = await built<typeof import("../../src/router/index.ts")>("router/index.js");
  const { replay } = await built<typeof import("../../src/router/online/replay.ts")>("router/online/replay.js");
  const { shuffledKeepingClusters } = await built<typeof import("../../src/stats/orders.ts")>("stats/orders.js");
  const { random } = await built<typeof import("../../src/stats/random.ts")>("stats/random.js");
  const { models, quality, costUsd, cluster, clusters } = await syntheticColumns(N);
  const { next } = random(1, "contexts");
  const contexts = { rows: { count: N, width: WIDTH, data: Float32Array.from({ length: N * WIDTH }, () => (next() - 0.5) / 2) }, known: new Uint8Array(N).fill(1) };
  const context = { models: models.map((model) => ({ name: model, quality: 0.5, costUsdPer1k: 1 })), weak: null, strong: null, factValues: () => null, pool: { health: new Map<string, boolean>(), queueDepth: new Map<string, number>() } };
  return SPECS.map((given) => {
    const { online } = buildPolicy(policySpecSchema.parse(given), context);
    if (!online) throw new Error(`${given.kind} does not learn as it goes`);
    const started = process.cpuUsage();
    for (let r = 0; r < ORDERS; r++) {
      const asked = new Uint32Array(models.length);
      const learner = online.start({ arms: models.length, prompts: N, contexts, asked, random: random(1, r) });
      replay(learner, { order: shuffledKeepingClusters(cluster, clusters, random(1, "order", r)), quality, costUsd, graded: new Uint8Array(N).fill(1), delay: 0 }, asked);
    }
    const { user, system } = process.cpuUsage(started);
    const { kind, ...more } = given;
    return { name: `${[kind, ...Object.entries(more).map(([key, value]) => `${key}=${String(value)}`)].join(" ")}, ${amount(N)} prompts, ${ORDERS} orders`, ratio: (user + system) / 1e6, unit: "s", detail: `${models.length} models; ${duration(((user + system) / 1e3 / (N * ORDERS)) * 1000)} per 1,000 decisions` };
  });
}
