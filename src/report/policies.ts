import { givenBy, isAnswered, isCached, isDecided, modelsUsed, nameOfPlace, type Decisions, type OutcomeColumns } from "../model/columns.ts";
import { giverAt } from "../model/path.ts";
import type { Estimate, ReportPolicy } from "../model/report.ts";
import { arenaScore } from "../stats/arena.ts";
import type { Design } from "../stats/design.ts";
import { analyticInterval, proportionInterval } from "../stats/intervals.ts";
import { meanOf } from "../stats/means.ts";
import { callFigures } from "./calls.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy, ModelInfo, Slo } from "./input.ts";
import { attackAnswered, attackReached, callFailed, eachChoice, falselyRefused, leaked, overRead, withinSlo, type Event } from "./events.ts";
import { latencyOf } from "./latency.ts";
import type { Figures } from "./ledger.ts";
import { asChosen, remoteFigures, servedOf, servedShares } from "./remote.ts";
import { constantModel, isBinary } from "./values.ts";

export interface Subject {
  readonly policy: DecidedPolicy;
  readonly figures: Figures;
  readonly columns: OutcomeColumns;
  readonly compared: Compared;
  readonly units: Design;
  /** Of all prompts read: what rates of failure, leaks and reach stand on. */
  readonly readAll: Design;
  readonly models: readonly ModelInfo[];
  readonly lambdaPerUsd: number;
  readonly slo: Slo | null;
  readonly reference: DecidedPolicy;
}

export type OwnFigures = Omit<ReportPolicy, "costMatchedMix" | "aiq" | "calibration" | "gainAtBestSingle" | "gapAtOracle" | "simulated" | "expected" | "onFrontier" | "dominatedBy">;

/** What a policy's row says of itself, before it is set beside others. */
export function reportedPolicy(subject: Subject): OwnFigures {
  const { policy, figures, compared } = subject;
  const { decisions } = policy;
  return {
    name: policy.name,
    kind: policy.kind,
    control: policy.control,
    hindsight: policy.hindsight,
    description: policy.description,
    quality: figures.quality,
    costUsdPer1k: figures.costUsdPer1k,
    latencyMs: latencyOf(compared, subject.units, compared.latencyMs, decisions),
    ttftMs: latencyOf(compared, subject.units, compared.ttftMs, decisions),
    share: shares(subject),
    errorRate: errorRate(subject),
    ...goodput(subject),
    ...privacy(subject),
    ...safety(subject),
    ...arena(figures, compared.n),
    ...optimality(subject),
    ...regret(subject),
    ...versusReference(subject),
    ...remoteFigures(subject),
    ...callFigures(subject),
    ...(policy.surrogates?.length ? { surrogates: [...policy.surrogates] } : {}),
  };
}

/** Share of each model whose answers the policy gives, and of its own. A mixture's and a constant's are what they are; a choice's has an interval. */
function shares({ policy: { decisions }, columns, compared, units }: Subject): OwnFigures["share"] {
  const served = servedOf(decisions);
  if (served) return servedShares(served, { compared, units });
  const exact = (m: number, mean: number) => [nameOfPlace(columns, m), { mean, ci: [mean, mean] as [number, number] }] as const;
  const constant = constantModel(compared, decisions);
  if (constant >= 0) return Object.fromEntries([exact(constant, 1)]);
  if (decisions.form === "mixture")
    return Object.fromEntries([...decisions.weights].flatMap((w, m) => (w > 0 ? [exact(m, w)] : [])));
  if (decisions.form === "spread")
    return Object.fromEntries(
      [...new Set(modelsUsed(decisions).map((place) => giverAt(columns, place)))].map((m) => {
        const mean = meanOf(units, (into) => {
          for (let k = 0; k < into.length; k++) into[k] = givenBy(columns, decisions, m, compared.at[k] as number);
        });
        return [nameOfPlace(columns, m), { mean: mean.mean, ci: analyticInterval(mean, { low: 0, high: 1 }) }];
      }),
    );
  // Of several texts of its own, the share is one.
  const isText = (m: number) => isAnswered(columns, m) && !isCached(columns, m);
  const own = decisions.model.find(isText);
  const chosen = Int32Array.from(compared.at, (i) => (isText(decisions.model[i] as number) ? (own as number) : giverAt(columns, decisions.model[i] as number)));
  const used = [...new Set(chosen)].filter((m) => m >= 0).sort((a, b) => a - b);
  return Object.fromEntries(
    used.map((m) => {
      const mean = meanOf(units, (into) => {
        for (let k = 0; k < into.length; k++) into[k] = chosen[k] === m ? 1 : 0;
      });
      return [nameOfPlace(columns, m), { mean: mean.mean, ci: proportionInterval(mean) }];
    }),
  );
}

/** Failed calls over all prompts read whose chosen model answered or failed: compared prompts alone would hide them. */
function errorRate(subject: Subject): Estimate {
  return rateOverRead(subject, callFailed(subject.columns));
}

function goodput(subject: Subject): Pick<ReportPolicy, "goodput"> {
  return subject.slo ? { goodput: rateOverRead(subject, withinSlo(subject.columns, subject.slo)) } : {};
}

/** A rate over all prompts read, clusters and strata heeded. */
function rateOverRead({ policy, columns, readAll }: Pick<Subject, "columns" | "readAll"> & { readonly policy: Pick<DecidedPolicy, "decisions"> }, event: Event): Estimate {
  const { decisions } = policy;
  const values = overRead(decisions, columns.n, event);
  const mean = meanOf(readAll, values);
  if (mean.n === 0) return { mean: null, ci: null, n: 0 };
  return { mean: mean.mean, ci: isBinary(values) ? proportionInterval(mean) : analyticInterval(mean, { low: 0, high: 1 }), n: mean.n };
}

/** A prompt has gone to the model that served it. */
function byServed({ policy, columns, readAll }: Subject): Parameters<typeof rateOverRead>[0] {
  return { policy: { decisions: asChosen(policy.decisions) }, columns, readAll };
}

function privacy(subject: Subject): Pick<ReportPolicy, "privacy"> {
  const event = leaked(subject.columns, subject.models);
  const rate = event && rateOverRead(byServed(subject), event);
  if (!event || !rate) return {};
  const { entities } = subject.columns;
  const gone = entities && overRead(byServed(subject).policy.decisions, subject.columns.n, event).reduce((sum, value, i) => sum + (value > 0 ? value * (entities[i] as number) : 0), 0);
  return { privacy: { leakRate: rate, leakedPrompts: (rate.mean ?? 0) * rate.n, ...(gone === undefined ? {} : { leakedEntities: gone }) } };
}

function safety(subject: Subject): Pick<ReportPolicy, "safety"> {
  const { columns, models } = subject;
  const rate = (event: Event | null, of: Parameters<typeof rateOverRead>[0]) => event && rateOverRead(of, event);
  const reached = rate(attackReached(columns, models), byServed(subject));
  const answered = rate(attackAnswered(columns), subject);
  const refused = rate(falselyRefused(columns), subject);
  if (!reached && !answered && !refused) return {};
  return {
    safety: {
      attackReachRate: reached ?? { mean: null, ci: null, n: 0 },
      ...(answered && answered.n > 0 ? { attackAnsweredRate: answered } : {}),
      ...(refused && refused.n > 0 ? { falseRefusalRate: refused } : {}),
    },
  };
}

function arena(figures: Figures, n: number): Pick<ReportPolicy, "arena"> {
  const score = arenaScore(figures.quality.mean ?? NaN, figures.costUsdPer1k?.mean ?? NaN);
  const cell = (value: number) => (Number.isNaN(value) ? null : value);
  if (figures.costUsdPer1k === null) return {};
  return {
    arena: { clamped: cell(score.clamped), unguarded: cell(score.unguarded), zeroWhenFree: cell(score.zeroWhenFree), nMissing: n - figures.costUsdPer1k.n },
  };
}

/** RouterArena: the optimal model is the cheapest with quality ≥ 1; prompts without one are left out. Expectations for mixtures. */
function optimality({ policy: { decisions }, compared }: Subject): Pick<ReportPolicy, "optimality"> {
  const { n, at, quality, costUsdPer1k } = compared;
  if (costUsdPer1k.slice(0, compared.models).every((column) => column.every(Number.isNaN))) return {};
  let solvable = 0;
  let picked = 0;
  let got = 0;
  let best = 0;
  let optimalCost = 0;
  let ownCost = 0;
  for (let k = 0; k < n; k++) {
    const optimal = cheapestRight(compared, k);
    if (optimal < 0) continue;
    if (isRemoteGap(decisions, compared, k)) continue;
    solvable++;
    best += (quality[optimal] as Float64Array)[k] as number;
    eachChoice(decisions, at[k] as number, (m, w) => {
      const q = (quality[m] as Float64Array)[k] as number;
      got += w * q;
      if (!(q >= 1)) return;
      if (((costUsdPer1k[m] as Float64Array)[k] as number) <= ((costUsdPer1k[optimal] as Float64Array)[k] as number)) picked += w;
      optimalCost += w * ((costUsdPer1k[optimal] as Float64Array)[k] as number);
      ownCost += w * ((costUsdPer1k[m] as Float64Array)[k] as number);
    });
  }
  const ratio = (a: number, b: number) => (b > 0 && !Number.isNaN(a) ? a / b : null);
  return { optimality: { optSel: ratio(picked, solvable), optAcc: ratio(got, best), optCost: ratio(optimalCost, ownCost) } };
}

/** Whether a live router has no graded answer there. */
function isRemoteGap(decisions: Decisions, { at, models, quality }: Compared, k: number): boolean {
  const m = decisions.form === "choice" ? (decisions.model[at[k] as number] as number) : -1;
  return m >= models && Number.isNaN((quality[m] as Float64Array)[k] as number);
}

function cheapestRight({ quality, costUsdPer1k, models }: Compared, k: number): number {
  let best = -1;
  for (let m = 0; m < models; m++) {
    const cost = (costUsdPer1k[m] as Float64Array)[k] as number;
    if (!(((quality[m] as Float64Array)[k] as number) >= 1) || Number.isNaN(cost)) continue;
    if (best < 0 || cost < ((costUsdPer1k[best] as Float64Array)[k] as number)) best = m;
  }
  return best;
}

/** Mean of max over models of u minus the choice's u, u = quality - λ·cost (USD). Null where λ > 0 and a cost is unknown. */
function regret({ policy: { decisions }, compared, lambdaPerUsd }: Subject): Pick<ReportPolicy, "regret"> {
  const { n, at, quality, costUsdPer1k } = compared;
  const utility = (m: number, k: number): number =>
    ((quality[m] as Float64Array)[k] as number) - (lambdaPerUsd === 0 ? 0 : (lambdaPerUsd * ((costUsdPer1k[m] as Float64Array)[k] as number)) / 1000);
  let sum = 0;
  let decided = 0;
  for (let k = 0; k < n; k++) {
    let best = -Infinity;
    for (let m = 0; m < compared.models; m++) best = Math.max(best, utility(m, k));
    eachChoice(decisions, at[k] as number, (m, w) => {
      if (isRemoteGap(decisions, compared, k)) return;
      sum += w * (best - utility(m, k));
      decided += w;
    });
  }
  const mean = sum / decided;
  return { regret: { mean: Number.isFinite(mean) ? mean : null, lambdaPerUsd } };
}

/** Shares of compared prompts on which a policy does better than, as well as, worse than a choosing reference; of one with ways of its own, as they are expected. */
function versusReference({ policy, reference, compared }: Subject): Pick<ReportPolicy, "versusReference"> {
  const [a, b] = [policy.decisions, reference.decisions];
  if (policy === reference || a.form === "mixture" || (a.form === "spread" && a.replays) || b.form !== "choice") return {};
  let win = 0;
  let loss = 0;
  let n = 0;
  for (let k = 0; k < compared.n; k++) {
    const i = compared.at[k] as number;
    const qb = compared.quality[b.model[i] as number]?.[k] ?? NaN;
    let [won, lost, known] = [0, 0, isDecided(a, i) ? 1 : NaN];
    eachChoice(a, i, (m, w) => {
      const difference = ((compared.quality[m] as Float64Array)[k] as number) - qb;
      if (Number.isNaN(difference)) known = NaN;
      if (difference > 1e-9) won += w;
      if (difference < -1e-9) lost += w;
    });
    if (Number.isNaN(known)) continue;
    n++;
    win += won;
    loss += lost;
  }
  return n === 0 ? {} : { versusReference: { win: win / n, tie: Math.max(0, n - win - loss) / n, loss: loss / n } };
}
