import type { ReportPolicy } from "../model/report.ts";
import type { Design } from "../stats/design.ts";
import { analyticInterval } from "../stats/intervals.ts";
import { meanOf } from "../stats/means.ts";
import { reliabilityOf, type Reliability } from "../stats/reliability.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy } from "./input.ts";

type Calibration = NonNullable<ReportPolicy["calibration"]>;

/** What a learned policy expected beside what came, before its resamples are in. Feed `resample` to `means` as an `along`, then `finish`. */
export interface PendingCalibration {
  resample(weights: Float64Array, resample: number): void;
  finish(): Calibration;
}

/** ECE needs no more of the shared resamples than these. */
const MOST_RESAMPLES = 500;

/**
 * Over the compared prompts, of the model that was chosen and of all models. Null where nothing was expected, or nothing came.
 *
 * @param resamples at most; the first of the shared ones
 */
export function pendingCalibration({ expectation, decisions }: DecidedPolicy, compared: Compared, units: Design, resamples: number): PendingCalibration | null {
  if (!expectation || expectation.quality.length === 0 || decisions.form !== "choice") return null;
  const { quality } = expectation;
  const chosen = pairs(compared, quality, units, (k, m) => decisions.model[compared.at[k] as number] === m, false);
  const all = pairs(compared, quality, units, () => true, true);
  if (!chosen || !all) return null;
  const count = Math.min(resamples, MOST_RESAMPLES);
  const parts = [chosen, all].map((one) => ({ ...one, of: reliabilityOf(one.expected, one.came, one.design, count) }));
  return {
    resample: (weights, b) => {
      if (b < count) for (const { of } of parts) of.resample(weights, b);
    },
    finish: () => {
      const [first, second] = parts.map(figures) as [Calibration["chosen"], Calibration["all"]];
      return { chosen: first, all: second };
    },
  };
}

interface Pairs {
  readonly expected: Float64Array;
  readonly came: Float64Array;
  /** What one would expect who knows no more than means. */
  readonly mean: Float64Array;
  readonly design: Design;
}

/** Expectation and outcome of (prompt, model), where both are known. @param apart whether means are those of each model */
function pairs({ n, at, models, quality }: Compared, expected: readonly Float32Array[], units: Design, takes: (k: number, m: number) => boolean, apart: boolean): Pairs | null {
  const rows: { k: number; m: number; p: number; y: number }[] = [];
  for (let m = 0; m < models; m++)
    for (let k = 0; k < n; k++) {
      const [p, y] = [expected[m]?.[at[k] as number] as number, quality[m]?.[k] as number];
      if (takes(k, m) && !Number.isNaN(p) && !Number.isNaN(y)) rows.push({ k, m, p, y });
    }
  if (rows.length === 0) return null;
  const meanBy = new Map([...Map.groupBy(rows, ({ m }) => (apart ? m : 0))].map(([m, own]) => [m, own.reduce((sum, { y }) => sum + y, 0) / own.length]));
  return {
    expected: Float64Array.from(rows, ({ p }) => p),
    came: Float64Array.from(rows, ({ y }) => y),
    mean: Float64Array.from(rows, ({ m }) => meanBy.get(apart ? m : 0) as number),
    design: { ...units, unit: Int32Array.from(rows, ({ k }) => units.unit[k] as number) },
  };
}

function figures({ expected, came, mean, design, of }: Pairs & { readonly of: Reliability }): Calibration["chosen"] {
  const { ece, corrected, ci, bins } = of.finish();
  const brier = meanOf(design, squares(expected, came));
  return {
    n: came.length,
    ece,
    eceCorrected: corrected,
    eceCi: ci,
    brier: { mean: brier.mean, ci: analyticInterval(brier, { low: 0, high: 1 }), n: brier.n },
    brierOfMean: meanOf(design, squares(mean, came)).mean,
    bins: bins.map(({ quality, ...bin }) => ({ ...bin, quality: { ...quality, n: bin.n } })),
  };
}

function squares(expected: Float64Array, came: Float64Array): Float64Array {
  return expected.map((p, i) => (p - (came[i] as number)) ** 2);
}
