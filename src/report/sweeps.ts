import type { OutcomeColumns } from "../model/columns.ts";
import type { Sweep } from "../model/report.ts";
import { aiq } from "../stats/aiq.ts";
import { audc, qnc } from "../stats/cost-curve.ts";
import { centredByStratum, type Design } from "../stats/design.ts";
import { bcaInterval, percentileInterval, type Bounds } from "../stats/intervals.ts";
import {
  apgr,
  apgrInfluence,
  asCoded,
  cptAttained,
  cptEnvelope,
  curve,
  emptyCurve,
  isMonotone,
  ranking,
  type Curve,
  type Ranking,
  type TwoModels,
} from "../stats/sweep.ts";
import type { Compared } from "./compared.ts";

const QUANTILES = ["20", "50", "80"] as const;
/** Sweeps in a report hold at most this many points. */
const MOST_POINTS = 10_000;

/** A sweep to compute: which fact chooses between which models. Null fact: the oracle's own order. */
export interface SweepSpec {
  readonly name: string;
  readonly fact: string | null;
  readonly weak: string;
  readonly strong: string;
}

/** A sweep before its resamples are in. Feed `resample` to `means` as an `along`, then `finish`. */
export interface PendingSweep {
  resample(weights: Float64Array, resample: number): void;
  finish(gapMayBeZero: boolean, best: { quality: number; costUsdPer1k: number }): Sweep;
  /** AIQ of the sweep's hull over a cost range; null without costs. */
  aiq(range: readonly [number, number]): { paper: number; code: number; logCost: number } | null;
}

/**
 * Prepares one sweep over the compared prompts. A prompt without the fact goes to neither side and is left out of the sweep
 * (its count is in the policy's n). Null where fewer than two prompts have it or the models are not both there.
 *
 * @param resamples curves are resampled this many times, the first of the shared ones
 */
export function pendingSweep(
  spec: SweepSpec,
  columns: OutcomeColumns,
  compared: Compared,
  design: Design,
  resamples: number,
): PendingSweep | null {
  const weak = columns.models.indexOf(spec.weak);
  const strong = columns.models.indexOf(spec.strong);
  if (weak < 0 || strong < 0 || weak === strong) return null;
  const [qw, qs] = [compared.quality[weak] as Float64Array, compared.quality[strong] as Float64Array];
  const fact = spec.fact === null ? null : columns.facts.get(spec.fact);
  if (fact === undefined) return null;

  const kept: number[] = [];
  for (let k = 0; k < compared.n; k++) if (fact === null || !Number.isNaN(fact[compared.at[k] as number] as number)) kept.push(k);
  if (kept.length < 2) return null;
  const pick = (column: Float64Array) => Float64Array.from(kept, (k) => column[k] as number);
  const data: TwoModels = {
    score: Float64Array.from(kept, (k) => (fact === null ? (qs[k] as number) - (qw[k] as number) : (fact[compared.at[k] as number] as number))),
    weakQuality: pick(qw),
    strongQuality: pick(qs),
  };
  const rank = ranking(data, fact === null ? "apart" : "together");
  const exact = curve(data, rank);
  const costs = costCurve(data, rank, pick(compared.costUsdPer1k[weak] as Float64Array), pick(compared.costUsdPer1k[strong] as Float64Array));

  const unit = Int32Array.from(rank.order, (k) => design.unit[kept[k] as number] as number);
  const weights = new Float64Array(unit.length);
  const room = emptyCurve(rank);
  const resampledApgr = new Float64Array(resamples);
  const resampledCpt = { "20": new Float64Array(resamples), "50": new Float64Array(resamples), "80": new Float64Array(resamples) };

  return {
    resample(unitWeights, b) {
      if (b >= resamples) return;
      for (let k = 0; k < unit.length; k++) weights[k] = unitWeights[unit[k] as number] as number;
      curve(data, rank, weights, room);
      resampledApgr[b] = apgr(room);
      for (const q of QUANTILES) resampledCpt[q][b] = cptAttained(room, Number(q) / 100);
    },
    finish(gapMayBeZero, best) {
      const value = apgr(exact);
      const coded = fact === null ? null : asCoded(data);
      const ci = gapMayBeZero ? null : bcaInterval(value, resampledApgr, influenceByUnit(design, kept, apgrInfluence(rank, value)));
      const cpt = (at: (c: Curve, q: number) => number) => byQuantile((q) => (gapMayBeZero ? null : finite(at(exact, Number(q) / 100))));
      return {
        name: spec.name,
        fact: spec.fact ?? "strong quality - weak quality (hindsight)",
        weak: spec.weak,
        strong: spec.strong,
        pointsTotal: exact.share.length,
        points: thin(exact).map((k) => ({
          threshold: finite(exact.threshold[k] as number),
          share: exact.share[k] as number,
          quality: exact.quality[k] as number,
          costUsdPer1k: costs ? (costs[k] as number) : null,
        })),
        apgr: { exact: gapMayBeZero ? null : finite(value), asCoded: coded && !gapMayBeZero ? finite(coded.apgr) : null, ci },
        cpt: {
          exact: cpt(cptAttained),
          envelope: cpt(cptEnvelope),
          asCoded: byQuantile((q) => (coded && !gapMayBeZero ? finite(coded.cpt[q]) : null)),
          ci: byQuantile((q) => (gapMayBeZero ? null : openBounds(percentileInterval(resampledCpt[q])))),
        },
        monotone: isMonotone(exact),
        audc: costs ? finite(audc(costs, exact.quality)) : null,
        qnc: costs ? finite(qnc(costs, exact.quality, best)) : null,
      };
    },
    aiq(range) {
      if (!costs) return null;
      // A sweep that starts above the range's low end cannot be had there: no area is credited to it.
      const cheapest = costs.reduce((low, cost) => Math.min(low, cost), Infinity);
      if (cheapest > range[0] * (1 + 1e-9)) return null;
      return aiq(Array.from(costs, (cost, index) => ({ index, cost, quality: exact.quality[index] as number })), range);
    },
  };
}

/** Mean cost at every point of the sweep: the same walk over the same ranking, with costs in the place of qualities. */
function costCurve(data: TwoModels, rank: Ranking, weak: Float64Array, strong: Float64Array): Float64Array | null {
  if (weak.some((c) => Number.isNaN(c)) || strong.some((c) => Number.isNaN(c))) return null;
  const laidOut = {
    ...rank,
    weak: Float64Array.from(rank.order, (k) => weak[k] as number),
    gain: Float64Array.from(rank.order, (k) => (strong[k] as number) - (weak[k] as number)),
  };
  return curve(data, laidOut).quality;
}

/** Influence of prompts added up by unit, each stratum centred. */
function influenceByUnit(design: Design, kept: readonly number[], influence: Float64Array): Float64Array {
  const sum = new Float64Array(design.units);
  kept.forEach((k, j) => ((sum[design.unit[k] as number] as number) += influence[j] as number));
  return centredByStratum(design, sum);
}

/** Points to show: corners only where the curve runs straight, then evenly thinned to the limit. */
function thin(c: Curve): number[] {
  const last = c.share.length - 1;
  const corners: number[] = [];
  for (let k = 0; k <= last; k++) {
    if (k > 0 && k < last && Number.isFinite(c.threshold[k] as number) && c.threshold[k] === c.threshold[k - 1] && c.threshold[k] === c.threshold[k + 1])
      continue;
    corners.push(k);
  }
  if (corners.length <= MOST_POINTS) return corners;
  return Array.from({ length: MOST_POINTS }, (_, j) => corners[Math.round((j * (corners.length - 1)) / (MOST_POINTS - 1))] as number);
}

function byQuantile<T>(of: (q: (typeof QUANTILES)[number]) => T): { "20": T; "50": T; "80": T } {
  return { "20": of("20"), "50": of("50"), "80": of("80") };
}

function openBounds(bounds: Bounds | null): [number | null, number | null] | null {
  return bounds ? [finite(bounds[0]), finite(bounds[1])] : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
