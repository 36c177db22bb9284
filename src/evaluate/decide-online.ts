import { valueHash } from "../lib/hash.ts";
import { rowProducts } from "../lib/row-products.ts";
import type { Decisions, OutcomeColumns, Replay } from "../model/columns.ts";
import type { Policy } from "../router/index.ts";
import type { Contexts, Online } from "../router/online/online.ts";
import { replay } from "../router/online/replay.ts";
import { shuffledKeepingClusters } from "../stats/orders.ts";
import { projected } from "../stats/projection.ts";
import { random } from "../stats/random.ts";
import { readVectors } from "./decide-learned.ts";
import { columnsUnder } from "./gather.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { LearningParts, Parts } from "./parts.ts";
import type { PromptVectors } from "./prompt-vectors.ts";
import type { Deciding } from "./through-session.ts";
import { textless } from "./training.ts";

type OnlinePolicy = Policy & { readonly online: Online };

/** Whether a policy learns as it goes. */
export function isOnline(policy: Policy): policy is OnlinePolicy {
  return policy.online !== undefined;
}

/** What a policy chose, order by order; each order is stored under a key of its own. */
interface DecidedOnline {
  readonly decisions: Decisions;
  readonly keys: readonly string[];
  readonly reused: boolean;
  readonly notes: readonly string[];
}

type OnlineParts = Pick<Parts, "store" | "workload" | "settings" | "signal" | "withContent" | "fresh"> & { readonly learning?: LearningParts | undefined };

/**
 * Policies that learn as they go, over the workload in its own order (0) and in as many random ones as each asks for. All see the same orders,
 * and grades of the same prompts. A model that has no grade on any prompt is not asked.
 *
 * @param keyed what stored decisions of each are known by
 */
export async function* decideOnline(keyed: ReadonlyMap<OnlinePolicy, string>, columns: OutcomeColumns, parts: OnlineParts): AsyncGenerator<Deciding, ReadonlyMap<Policy, DecidedOnline>> {
  const { store, workload, settings, signal, fresh } = parts;
  const orders = new Map<number, Int32Array>();
  let vectors: PromptVectors | null = null;
  const decided = new Map<Policy, DecidedOnline>();
  for (const [policy, key] of keyed) {
    const { shuffles, dimensions, lambda } = policy.online;
    const keys = Array.from({ length: shuffles + 1 }, (_, r) => valueHash({ key, order: r }));
    for (const r of keys.keys()) if (!orders.has(r)) orders.set(r, orderNumbered(r, columns, settings.seed));
    const known = fresh ? [] : keys.flatMap((one) => store.findDecisions(one, workload.hash) ?? []);
    const reused = known.length === keys.length;
    const replays: Replay[] = [];
    let notes = [learningNote(policy.online)];
    if (reused)
      for (const [r, { models, model, notes: kept }] of known.entries()) {
        const at = models.map((name) => columns.models.indexOf(name));
        replays.push({ order: orders.get(r) as Int32Array, model: model.map((m) => at[m] ?? -1) });
        notes = [...kept];
      }
    else {
      const contexts = dimensions === null ? null : await contextsOf((vectors ??= yield* readVectors(columns, policy, parts)), dimensions, settings.seed);
      if (contexts) notes.push(...textless(contexts, ""));
      const outcomes = columnsUnder(settings.missing, columns);
      for (const [r, one] of keys.entries()) {
        await stopIfAsked(signal);
        const order = orders.get(r) as Int32Array;
        const model = inOneOrder(policy, outcomes, { r, order, contexts, seed: settings.seed });
        store.saveDecisions(one, workload.hash, { models: columns.models, model, rule: new Int32Array(columns.n).fill(-1), rules: [], notes });
        replays.push({ order, model });
        yield { type: "deciding", policy: policy.name, prompts: Math.floor((columns.n * (r + 1)) / keys.length), of: columns.n };
      }
    }
    decided.set(policy, { decisions: spreadOver(columns, replays, lambda), keys, reused, notes });
  }
  return decided;
}

/** The workload's own order is number 0. */
function orderNumbered(r: number, { n, cluster, clusters }: OutcomeColumns, seed: number): Int32Array {
  return r === 0 ? Int32Array.from({ length: n }, (_, i) => i) : shuffledKeepingClusters(cluster, clusters, random(seed, "order", r));
}

async function contextsOf({ rows, known }: PromptVectors, dimensions: number, seed: number): Promise<Contexts> {
  return { rows: await projected(rows, dimensions, random(seed, "projection", dimensions), rowProducts), known };
}

/** [prompt] the model, by its place in the columns. */
function inOneOrder(
  { kind, content, online }: OnlinePolicy,
  { n, models, quality, costUsd }: OutcomeColumns,
  { r, order, contexts, seed }: { readonly r: number; readonly order: Int32Array; readonly contexts: Contexts | null; readonly seed: number },
): Int32Array {
  const arms = [...models.keys()].filter((m) => quality[m]?.some((q) => !Number.isNaN(q))).sort((a, b) => ((models[a] as string) < (models[b] as string) ? -1 : 1));
  if (arms.length === 0) return new Int32Array(n).fill(-1);
  const asked = new Uint32Array(arms.length);
  const learner = online.start({ arms: arms.length, prompts: n, contexts, asked, random: random(seed, "online", JSON.stringify({ kind, content }), r) });
  const comes = random(seed, "feedback", r);
  const graded = Uint8Array.from({ length: n }, () => (comes.next() < online.feedbackRate ? 1 : 0));
  const table = (columns: readonly Float64Array[]) => arms.map((m) => columns[m] as Float64Array);
  return replay(learner, { order, quality: table(quality), costUsd: table(costUsd), graded, delay: online.delay }, asked).map((arm) => arms[arm] ?? -1);
}

/** Probabilities are shares of the random orders, where there are such. */
function spreadOver({ n, models }: OutcomeColumns, [inOrder, ...shuffled]: readonly Replay[], lambdaPerUsd: number): Decisions {
  const counted = shuffled.length > 0 ? shuffled : [inOrder as Replay];
  const weights = models.map(() => new Float64Array(n));
  for (const { model } of counted) for (let i = 0; i < n; i++) if ((model[i] as number) >= 0) ((weights[model[i] as number] as Float64Array)[i] as number) += 1;
  for (const column of weights) for (let i = 0; i < n; i++) (column[i] as number) /= counted.length;
  return { form: "spread", weights, replays: { lambdaPerUsd, inOrder: inOrder as Replay, shuffled } };
}

function learningNote({ shuffles }: Online): string {
  const orders = shuffles === 0 ? "the workload's own order" : `${shuffles} random orders (sessions keep theirs)`;
  return `learning on these very prompts, in ${orders}, from the outcomes of own choices alone: figures count what learning cost, and their intervals are given the choices`;
}
