import type { Estimate, KnobCurve } from "../model/report.ts";
import { aiq } from "../stats/aiq.ts";
import { audc, inOrderOfCost, qnc } from "../stats/cost-curve.ts";
import type { Design } from "../stats/design.ts";
import { hullArea, nonDecreasingHull, type CostQuality } from "../stats/hull.ts";
import { percentileInterval, proportionInterval, widenedBca, type Bounds, type Limits } from "../stats/intervals.ts";
import { meanOf, type Mean } from "../stats/means.ts";
import { stepwiseMeans } from "../stats/stepwise-means.ts";
import { verdictOf } from "./comparisons.ts";
import type { Compared } from "./compared.ts";
import { bandOf } from "./curve-band.ts";
import { gapRecovered, type StrongPair } from "./curve-share.ts";
import type { DecidedPolicy } from "./input.ts";
import type { Figures, Ledger } from "./ledger.ts";
import type { HullPoints } from "./mix.ts";
import { fillCosts, fillValues, isBinary } from "./values.ts";

/** Costs are equal up to the rounding of a sum. */
const ROUNDING = 1e-9;
const SHARE: Limits = { low: 0, high: 1 };

/** A learned policy's curve before its resamples are in. Feed `resample` to `means` as an `along`, then `finish`. */
export interface PendingCurve {
  readonly policy: string;
  resample(weights: Float64Array, resample: number): void;
  finish(beside: Beside): KnobCurve;
}

/** What a curve stands beside. */
export interface Beside {
  /** The policy's own row. */
  readonly row: Figures;
  readonly models: HullPoints;
  readonly ledger: Ledger;
  readonly results: readonly Mean[];
  /** AIQ's, fixed over resamples. */
  readonly range: readonly [number, number] | null;
  /** The best single model. */
  readonly best: CostQuality | null;
  /** How many curves the report has. */
  readonly curves: number;
  readonly margin: number | null;
  /** Whether the strong model is better than the weak one for sure. */
  readonly strongIsBetter: boolean;
}

/** A curve's points: its costs (USD per 1,000) and qualities now, and [resample] again. */
export interface CurvePoints {
  readonly now: readonly CostQuality[];
  readonly again: readonly (readonly CostQuality[])[];
  /** Degrees of freedom of their standard errors. */
  readonly df: number;
}

/**
 * Prepares a learned policy's curve over the compared prompts that it decides with known cost at each of its values. Null where it has no
 * curve, uses a model that nobody priced, or fewer than two such prompts are left.
 *
 * @param pair where the pool is two models
 * @param visits about how many terms its resamples may add up
 */
export function pendingCurve({ name, expectation }: DecidedPolicy, compared: Compared, units: Design, pair: StrongPair | null, { resamples, visits }: { readonly resamples: number; readonly visits: number }): PendingCurve | null {
  const choices = expectation?.choices;
  if (!choices) return null;
  const filled = choices.model.map((model) => {
    const [quality, cost] = [new Float64Array(compared.n), new Float64Array(compared.n)];
    fillValues(compared, compared.quality, { form: "choice", model }, quality);
    fillCosts(compared, { form: "choice", model }, cost);
    return { quality, cost };
  });
  const kept = Uint32Array.from(compared.at.keys()).filter((k) => filled.every(({ quality, cost }) => !Number.isNaN((quality[k] as number) + (cost[k] as number))));
  if (kept.length < 2) return null;
  const pick = (column: Float64Array) => (kept.length === compared.n ? column : Float64Array.from(kept, (k) => column[k] as number));
  const own: Design = { ...units, unit: Int32Array.from(kept, (k) => units.unit[k] as number) };
  const [quality, cost] = [filled.map((point) => pick(point.quality)), filled.map((point) => pick(point.cost))];
  const shares = pair && gapRecovered(pair, choices.model.map((model) => Float64Array.from(kept, (k) => (model[compared.at[k] as number] === pair.strong ? 1 : 0))), compared.quality.map(pick), own);
  const [qualities, costs] = [stepwiseMeans(quality, own.unit, own), stepwiseMeans(cost, own.unit, own)];
  const count = Math.min(resamples, Math.max(200, Math.floor(visits / (qualities.terms + costs.terms))));
  const room = () => choices.values.map(() => new Float64Array(count));
  const again = { quality: room(), cost: room() };
  const into = new Float64Array(choices.values.length);

  return {
    policy: name,
    resample(weights, b) {
      if (b >= count) return;
      for (const [means, table] of [[qualities.means, again.quality], [costs.means, again.cost]] as const) {
        means(weights, into);
        for (const [p, value] of into.entries()) (table[p] as Float64Array)[b] = value;
      }
      shares?.resample(weights);
    },
    finish(beside) {
      const means = quality.map((column, p) => ({ quality: meanOf(own, column), cost: meanOf(own, cost[p] as Float64Array) }));
      const now = means.map((mean, index) => ({ index, quality: mean.quality.mean, cost: mean.cost.mean }));
      const df = means[0]?.quality.df ?? 0;
      const points: CurvePoints = { now, df, again: Array.from({ length: count }, (_, b) => now.map(({ index }) => ({ index, quality: again.quality[index]?.[b] as number, cost: again.cost[index]?.[b] as number }))) };
      const rowStands = beside.row.quality.n === kept.length && beside.row.costUsdPer1k?.n === kept.length;
      const estimate = ({ mean, n }: Omit<Mean, "resampled" | "studentized">, ci: Bounds | null): Estimate => ({ mean, ci, n });
      const { knob, values } = choices;
      return {
        policy: name,
        knob: { ...knob, value: values[choices.own] as number },
        n: kept.length,
        points: means.map((mean, p) => ({
          value: values[p] as number,
          ...(p === choices.own && rowStands
            ? { quality: beside.row.quality, costUsdPer1k: beside.row.costUsdPer1k as Estimate }
            : {
                quality: estimate(mean.quality, isBinary(quality[p] as Float64Array) ? proportionInterval(mean.quality) : widenedBca(mean.quality.mean, again.quality[p] as Float64Array, { df, limits: SHARE })),
                costUsdPer1k: estimate(mean.cost, widenedBca(mean.cost.mean, again.cost[p] as Float64Array, { df, limits: { low: 0, high: Infinity } })),
              }),
          own: p === choices.own,
          ...(shares ? { shareToStrong: shares.share[p] as number } : {}),
        })),
        band: bandOf(points, beside.models),
        aiq: curveAiq(points, beside),
        audc: statistic(points, (at) => audc(at.map((p) => p.cost), at.map((p) => p.quality)), SHARE),
        qnc: curveQnc(points, beside),
        ...shares?.finish(points, beside.strongIsBetter),
        againstMix: againstMix(points, beside),
      };
    },
  };
}

/** A figure of the points with its interval; null where it is not finite. */
function statistic({ now, again, df }: CurvePoints, of: (points: readonly CostQuality[], resample: number) => number, limits: Limits): { value: number | null; ci: Bounds | null } {
  const value = of(now, -1);
  if (!Number.isFinite(value)) return { value: null, ci: null };
  return { value, ci: df < 1 ? null : widenedBca(value, Float64Array.from(again, of), { df, limits }) };
}

/** AIQ of the points' hull; where all are dearer than the range's low end, the cheapest model stands there, as anybody can call it alone. */
function curveAiq(points: CurvePoints, { range, models, ledger, results }: Beside): KnobCurve["aiq"] {
  const cheapest = models.hull[0];
  if (!range || !cheapest) return null;
  const entry = ledger.model(cheapest.index);
  const dearer = points.now.every(({ cost }) => cost > range[0] * (1 + ROUNDING));
  const with1 = (at: readonly CostQuality[], b: number) =>
    dearer ? [...at, { index: -1, ...(b < 0 ? { cost: cheapest.cost, quality: cheapest.quality } : { cost: results[entry.cost]?.resampled[b] as number, quality: results[entry.quality]?.resampled[b] as number }) }] : at;
  const { paper, code, logCost } = aiq(with1(points.now, -1), range);
  const { ci } = statistic(points, (at, b) => aiq(with1(at, b), range).paper, SHARE);
  return { paper, code, logCost: Number.isFinite(logCost) ? logCost : null, range: [...range], ci };
}

function curveQnc({ now, again, df }: CurvePoints, { best, ledger, results }: Beside): KnobCurve["qnc"] {
  if (!best || !(best.cost > 0)) return { value: null, ci: null };
  const entry = ledger.model(best.index);
  const of = (points: readonly CostQuality[], quality: number, costUsdPer1k: number) => qnc(points.map((p) => p.cost), points.map((p) => p.quality), { quality, costUsdPer1k });
  const value = of(now, best.quality, best.cost);
  const ci = df < 1 ? null : percentileInterval(Float64Array.from(again, (points, b) => of(points, results[entry.quality]?.resampled[b] as number, results[entry.cost]?.resampled[b] as number)));
  return { value: finite(value), ci: ci && [finite(ci[0]), finite(ci[1])] };
}

/** The curve beside the zero router over the costs that both can be had for. */
function againstMix(points: CurvePoints, { models, curves, margin }: Beside): KnobCurve["againstMix"] {
  const costs = points.now.map((p) => p.cost);
  const range: [number, number] = [Math.max(Math.min(...costs), models.hull[0]?.cost ?? Infinity), Math.max(...costs)];
  if (!(range[1] > range[0] * (1 + ROUNDING))) return null;
  const width = range[1] - range[0];
  const above = (line: (points: readonly CostQuality[]) => readonly CostQuality[]) => (at: readonly CostQuality[], b: number) =>
    unrounded((hullArea(line(at), ...range) - hullArea(b < 0 ? models.hull : (models.hulls[b] as readonly CostQuality[]), ...range)) / width);
  const limits = { low: -1, high: 1 };
  const hull = statistic(points, above(nonDecreasingHull), limits);
  const curve = above(inOrderOfCost);
  const difference = curve(points.now, -1);
  const again = Float64Array.from(points.again, curve);
  const interval = (level: number) => (points.df < 1 ? null : widenedBca(difference, again, { df: points.df, level, limits }));
  const simultaneousCi = interval(1 - 0.05 / curves);
  return { range, difference, ci: interval(0.95), simultaneousCi, margin, verdict: verdictOf(simultaneousCi, "max", margin), hull: { difference: hull.value ?? 0, ci: hull.ci } };
}

function unrounded(difference: number): number {
  return Math.abs(difference) < 1e-12 ? 0 : difference;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
