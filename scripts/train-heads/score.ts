import { Components } from "../../src/stats/clusters.ts";
import { design, drawWeights, type Design } from "../../src/stats/design.ts";
import { proportionInterval } from "../../src/stats/intervals.ts";
import { meanOf } from "../../src/stats/means.ts";
import { quantileLinear } from "../../src/stats/quantiles.ts";
import { random } from "../../src/stats/random.ts";

/** What a classifier says of a text: a probability a label. */
export interface Judged {
  readonly probabilities: ArrayLike<number>;
  readonly label: number;
  readonly cluster: string;
}

/** NaN where nothing is known of it. */
export interface Figure {
  readonly value: number;
  readonly ci: readonly [number, number] | null;
}

export interface Scores {
  readonly texts: number;
  readonly clusters: number;
  readonly accuracy: Figure;
  readonly macroF1: Figure;
  /** Expected calibration error of the likeliest label, in 15 bins alike in width (Guo et al. 2017, arXiv:1706.04599). */
  readonly ece: Figure;
  /** Area under the ROC curve of the second of two labels; null where there are more. */
  readonly auc: Figure | null;
  readonly labels: readonly { readonly label: string; readonly texts: number; readonly precision: Figure; readonly recall: Figure; readonly f1: Figure }[];
}

const RESAMPLES = 1000;
const BINS = 15;

/**
 * Proportions have Wilson's interval at the effective number of texts, clusters heeded; the rest percentiles of a bootstrap of clusters.
 * Labels that no text has are left out of macro-F1.
 */
export function scoresOf(labels: readonly string[], judged: readonly Judged[]): Scores {
  const components = new Components();
  for (const { cluster } of judged) components.add([cluster]);
  const { cluster, clusters } = components.labels();
  const units = design(cluster, clusters, new Int32Array(judged.length), random(1, "score heads", "units"));
  const said = judged.map(({ probabilities }) => likeliest(probabilities));
  const share = (of: (i: number) => boolean | null): Figure => {
    const mean = meanOf(units, Float64Array.from(judged, (_, i) => { const is = of(i); return is === null ? NaN : Number(is); }));
    return { value: mean.mean, ci: proportionInterval(mean) };
  };
  const right = (i: number) => said[i] === judged[i]?.label;
  const f1s = (weights: Float64Array | null) => f1Of(labels.length, judged, said, units, weights);
  const areas = labels.length === 2 ? areaOf(judged, units) : null;
  const functions = [
    (weights: Float64Array | null) => macro(f1s(weights)),
    (weights: Float64Array | null) => calibrationError(judged, said, units, weights),
    (weights: Float64Array | null) => areas?.(weights) ?? NaN,
    ...labels.map((_, k) => (weights: Float64Array | null) => f1s(weights)[k] as number),
  ];
  const [macroF1, ece, auc, ...each] = bootstrapped(units, functions) as [Figure, Figure, Figure, ...Figure[]];
  return {
    texts: judged.length,
    clusters,
    accuracy: share(right),
    macroF1,
    ece,
    auc: areas && auc,
    labels: labels.map((label, k) => ({
      label,
      texts: judged.filter((one) => one.label === k).length,
      precision: share((i) => (said[i] === k ? right(i) : null)),
      recall: share((i) => (judged[i]?.label === k ? right(i) : null)),
      f1: each[k] as Figure,
    })),
  };
}

function likeliest(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) if ((probabilities[k] as number) > (probabilities[best] as number)) best = k;
  return best;
}

/** Values of the sample, with percentile intervals over resamples that all functions share. */
function bootstrapped(units: Design, functions: readonly ((weights: Float64Array | null) => number)[]): Figure[] {
  const draws = random(1, "score heads", "resamples");
  const weights = new Float64Array(units.units);
  const drawn = functions.map(() => new Float64Array(RESAMPLES));
  for (let b = 0; b < RESAMPLES; b++) {
    drawWeights(units, draws, weights);
    for (const [f, of] of functions.entries()) (drawn[f] as Float64Array)[b] = of(weights);
  }
  return functions.map((of, f) => {
    const sorted = (drawn[f] as Float64Array).filter((value) => !Number.isNaN(value)).sort();
    return { value: of(null), ci: sorted.length < RESAMPLES / 2 ? null : [quantileLinear(sorted, 0.025), quantileLinear(sorted, 0.975)] };
  });
}

function weightOf(units: Design, weights: Float64Array | null, i: number): number {
  return weights ? (weights[units.unit[i] as number] as number) : 1;
}

/** NaN of a label that no text has. */
function f1Of(labels: number, judged: readonly Judged[], said: readonly number[], units: Design, weights: Float64Array | null): number[] {
  const hit = new Float64Array(labels);
  const real = new Float64Array(labels);
  const claimed = new Float64Array(labels);
  for (const [i, { label }] of judged.entries()) {
    const w = weightOf(units, weights, i);
    real[label] = (real[label] as number) + w;
    claimed[said[i] as number] = (claimed[said[i] as number] as number) + w;
    if (said[i] === label) hit[label] = (hit[label] as number) + w;
  }
  return Array.from(real, (n, k) => (n > 0 ? (2 * (hit[k] as number)) / (n + (claimed[k] as number)) : NaN));
}

function macro(f1s: readonly number[]): number {
  const known = f1s.filter((f1) => !Number.isNaN(f1));
  return known.reduce((sum, f1) => sum + f1, 0) / known.length;
}

function calibrationError(judged: readonly Judged[], said: readonly number[], units: Design, weights: Float64Array | null): number {
  const gap = new Float64Array(BINS);
  let total = 0;
  for (const [i, { probabilities, label }] of judged.entries()) {
    const w = weightOf(units, weights, i);
    const p = probabilities[said[i] as number] as number;
    const bin = Math.min(BINS - 1, Math.floor(p * BINS));
    gap[bin] = (gap[bin] as number) + w * (Number(said[i] === label) - p);
    total += w;
  }
  return gap.reduce((sum, one) => sum + Math.abs(one), 0) / total;
}

/** Mann and Whitney's statistic, ties counted half. NaN where a label has no text. */
function areaOf(judged: readonly Judged[], units: Design): (weights: Float64Array | null) => number {
  const order = judged.map((_, i) => i).sort((a, b) => positive(judged[a] as Judged) - positive(judged[b] as Judged));
  return (weights) => {
    let [below, area, total] = [0, 0, 0];
    for (let start = 0, end = 0; start < order.length; start = end) {
      let [negatives, positives] = [0, 0];
      const score = positive(judged[order[start] as number] as Judged);
      for (; end < order.length && positive(judged[order[end] as number] as Judged) === score; end++) {
        const i = order[end] as number;
        if (judged[i]?.label === 1) positives += weightOf(units, weights, i);
        else negatives += weightOf(units, weights, i);
      }
      area += positives * (below + negatives / 2);
      below += negatives;
      total += positives;
    }
    return total > 0 && below > 0 ? area / (total * below) : NaN;
  };
}

function positive({ probabilities }: Judged): number {
  return probabilities[1] as number;
}
