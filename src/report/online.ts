import type { OutcomeColumns, Replay } from "../model/columns.ts";
import type { OnlineReport } from "../model/online-report.ts";
import type { ReportPolicy } from "../model/report.ts";
import { studentQuantile, type Bounds } from "../stats/intervals.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy } from "./input.ts";

/** A regret curve has at most this many points. */
const MOST_POINTS = 60;

/** The compared prompts in the order in which they came, and the model that each went to; the same number in every order. */
interface Steps {
  readonly prompt: Int32Array;
  readonly model: Int32Array;
}

/** [model][compared prompt] quality - lambda · cost */
type Rewards = readonly Float64Array[];

/** What a policy that learns as it goes came to in each order, on the compared prompts; null for any other, and where it decided none. */
export function onlineReport({ name, decisions }: DecidedPolicy, { models, n }: OutcomeColumns, compared: Compared): OnlineReport | null {
  if (decisions.form !== "spread" || !decisions.replays) return null;
  const { lambdaPerUsd, inOrder, shuffled } = decisions.replays;
  const place = new Int32Array(n).fill(-1);
  compared.at.forEach((i, k) => (place[i] = k));
  const own = stepsOf(inOrder, place);
  if (own.prompt.length === 0) return null;
  const steps = shuffled.length > 0 ? shuffled.map((one) => stepsOf(one, place)) : [own];
  const { quality, costUsdPer1k } = compared;
  return {
    policy: name,
    lambdaPerUsd,
    orders: shuffled.length,
    quality: overOrders(steps.map((one) => meanOf(one, quality))),
    costUsdPer1k: known(meanOf(own, costUsdPer1k)) === null ? null : overOrders(steps.map((one) => meanOf(one, costUsdPer1k))),
    inOrder: { quality: meanOf(own, quality), costUsdPer1k: known(meanOf(own, costUsdPer1k)) },
    regret: regretOf(steps, own, models, rewardsOf(compared, lambdaPerUsd)),
  };
}

function stepsOf({ order, model }: Replay, place: Int32Array): Steps {
  const those = order.filter((i) => (place[i] as number) >= 0 && (model[i] as number) >= 0);
  return { prompt: those.map((i) => place[i] as number), model: those.map((i) => model[i] as number) };
}

/** Null where a cost that counts is not known. */
function rewardsOf({ models, quality, costUsdPer1k }: Compared, lambdaPerUsd: number): Rewards | null {
  const rewards = quality.slice(0, models).map((column, m) => column.map((q, k) => q - (lambdaPerUsd === 0 ? 0 : (lambdaPerUsd * (costUsdPer1k[m]?.[k] as number)) / 1000)));
  return rewards.some((column) => column.some(Number.isNaN)) ? null : rewards;
}

/** Over the prompts that the policy decides, so that all that is compared stands on the same. */
function regretOf(steps: readonly Steps[], own: Steps, models: readonly string[], rewards: Rewards | null): OnlineReport["regret"] {
  if (!rewards) return null;
  const totals = rewards.map((column) => own.prompt.reduce((sum, k) => sum + (column[k] as number), 0));
  const best = totals.indexOf(Math.max(...totals));
  const highest = (rewards[0] as Float64Array).map((_, k) => Math.max(...rewards.map((column) => column[k] as number)));
  const of = own.prompt.length;
  const count = Math.min(MOST_POINTS, of);
  const prompts = Array.from({ length: count }, (_, j) => Math.round((of * (j + 1)) / count));
  const curve = (against: Float64Array) => {
    const at = steps.map((one) => cumulated(one, rewards, against, prompts));
    const points = prompts.map((_, j) => overOrders(at.map((sums) => sums[j] as number)));
    return { mean: points.map(({ mean }) => mean), ci: points.map(({ ci }) => ci), sd: points.at(-1)?.sd ?? null };
  };
  const single = rewards[best] as Float64Array;
  return { bestSingle: models[best] as string, prompts, versusBestSingle: curve(single), versusOracle: curve(highest), inOrder: cumulated(own, rewards, single, [of])[0] as number };
}

/** What the choices fell short of `against`, summed up to each of these numbers of prompts. */
function cumulated({ prompt, model }: Steps, rewards: Rewards, against: Float64Array, upTo: readonly number[]): number[] {
  let [sum, t] = [0, 0];
  return upTo.map((end) => {
    for (; t < end; t++) sum += (against[prompt[t] as number] as number) - (rewards[model[t] as number]?.[prompt[t] as number] as number);
    return sum;
  });
}

function meanOf({ prompt, model }: Steps, table: readonly Float64Array[]): number {
  return prompt.reduce((sum, k, t) => sum + (table[model[t] as number]?.[k] as number), 0) / prompt.length;
}

function overOrders(values: readonly number[]): { mean: number; ci: Bounds | null; sd: number | null } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  if (values.length < 2) return { mean, ci: null, sd: null };
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
  const half = (studentQuantile(values.length - 1) * sd) / Math.sqrt(values.length);
  return { mean, ci: [mean - half, mean + half], sd };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** An interval over orders this wide beside the one over prompts would widen it by more than a twentieth, were it counted. */
const NEGLIGIBLE = 1 / 3;

/** Told where the figures of a policy hang on which orders were drawn: intervals take them as given. */
export function orderWarnings(online: readonly OnlineReport[], policies: readonly ReportPolicy[]): string[] {
  return online.flatMap(({ policy, quality: { ci }, orders }) => {
    const own = policies.find(({ name }) => name === policy)?.quality.ci;
    if (!ci || !own) return [];
    const [overOrdersHalf, half] = [ci, own].map(([low, high]) => (high - low) / 2) as [number, number];
    if (!(overOrdersHalf > NEGLIGIBLE * half)) return [];
    const enough = Math.ceil(orders * (overOrdersHalf / (NEGLIGIBLE * half)) ** 2);
    return [`${policy}: its quality as a mean over ${orders} random orders is known to ±${overOrdersHalf.toFixed(4)}, which its interval (±${half.toFixed(4)} over prompts) does not count: ${Number.isFinite(enough) ? `shuffles=${enough} would make that small` : "more shuffles would make that small"}`];
  });
}
