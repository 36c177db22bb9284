import { ascending } from "./order.ts";
import { quantileLinear } from "./quantiles.ts";

/** Two models and the score that chooses between them: strong where score ≥ threshold. All [prompt], without gaps. */
export interface TwoModels {
  readonly score: Float64Array;
  readonly weakQuality: Float64Array;
  readonly strongQuality: Float64Array;
}

/** The curve of a threshold policy: one point per distinct threshold, from share 0 (weak only) to share 1 (strong only). */
export interface Curve {
  /** Lowest score that still goes to strong; Infinity at share 0. */
  readonly threshold: Float64Array;
  /** Share of prompts that go to strong, rising. */
  readonly share: Float64Array;
  readonly quality: Float64Array;
}

/** Prompts by falling score, with what a pass over thresholds needs laid out in that order. Sort once, O(n log n); pass often, O(n). */
export interface Ranking {
  readonly order: Uint32Array;
  /** One past the last prompt of each group of equal scores, in `order`. */
  readonly groupEnd: Uint32Array;
  /** Strong minus weak quality, in `order`. */
  readonly gain: Float64Array;
  /** Weak quality, in `order`. */
  readonly weak: Float64Array;
}

/** Ranks prompts by falling score; those of equal score move together, or one by one where `ties` is "apart". */
export function ranking(data: TwoModels, ties: "together" | "apart" = "together"): Ranking {
  const { score, weakQuality, strongQuality } = data;
  const n = score.length;
  const { order } = ascending(score.map((s) => -s));
  const ends: number[] = [];
  const gain = new Float64Array(n);
  const weak = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const i = order[k] as number;
    weak[k] = weakQuality[i] as number;
    gain[k] = (strongQuality[i] as number) - (weakQuality[i] as number);
    if (ties === "apart" || k + 1 === n || score[i] !== score[order[k + 1] as number]) ends.push(k + 1);
  }
  return { order, groupEnd: Uint32Array.from(ends), gain, weak };
}

/** Room for a curve over this ranking; a resample writes into the same room again. */
export function emptyCurve(r: Ranking): Curve {
  const length = r.groupEnd.length + 1;
  return { threshold: new Float64Array(length), share: new Float64Array(length), quality: new Float64Array(length) };
}

/**
 * Every distinct threshold. Shapes: [groups + 1].
 *
 * @param weights weight of each prompt in ranking order; 1 where absent
 * @param into written over and returned
 */
export function curve(data: TwoModels, r: Ranking, weights: Float64Array | null = null, into: Curve = emptyCurve(r)): Curve {
  const { order, groupEnd, gain, weak } = r;
  const n = order.length;
  let total = 0;
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const w = weights ? (weights[k] as number) : 1;
    total += w;
    sum += w * (weak[k] as number);
  }
  into.threshold[0] = Infinity;
  into.share[0] = 0;
  into.quality[0] = sum / total;
  let moved = 0;
  let k = 0;
  for (let g = 0; g < groupEnd.length; g++) {
    const end = groupEnd[g] as number;
    for (; k < end; k++) {
      const w = weights ? (weights[k] as number) : 1;
      moved += w;
      sum += w * (gain[k] as number);
    }
    into.threshold[g + 1] = data.score[order[k - 1] as number] as number;
    into.share[g + 1] = moved / total;
    into.quality[g + 1] = sum / total;
  }
  return into;
}

/**
 * Average performance gap recovered (Ong et al. 2024, eq. 5) over all of [0,1]: trapezoid over every distinct threshold, ties
 * together, from (0, weak) to (1, strong): (area - weak) / (strong - weak). NaN where strong equals weak.
 */
export function apgr(c: Curve): number {
  const last = c.share.length - 1;
  const weak = c.quality[0] as number;
  const gap = (c.quality[last] as number) - weak;
  if (gap === 0) return NaN;
  let area = 0;
  for (let k = 1; k <= last; k++)
    area += (((c.quality[k] as number) + (c.quality[k - 1] as number)) / 2 - weak) * ((c.share[k] as number) - (c.share[k - 1] as number));
  return area / gap;
}

/**
 * Call-performance threshold: the smallest share, in [0,1], at which a threshold attains weak + q·(strong - weak).
 * Infinity where none does (strong not above weak).
 */
export function cptAttained(c: Curve, q: number): number {
  const target = cptTarget(c, q);
  if (Number.isNaN(target)) return Infinity;
  for (let k = 0; k < c.share.length; k++) if ((c.quality[k] as number) >= target) return c.share[k] as number;
  return Infinity;
}

/** CPT with lines between thresholds: the first crossing, which is also that of the curve's monotone envelope. Infinity where never reached. */
export function cptEnvelope(c: Curve, q: number): number {
  const target = cptTarget(c, q);
  if (Number.isNaN(target)) return Infinity;
  for (let k = 0; k < c.share.length; k++) {
    const y = c.quality[k] as number;
    if (y < target) continue;
    if (k === 0) return 0;
    const y0 = c.quality[k - 1] as number;
    const x0 = c.share[k - 1] as number;
    return x0 + ((target - y0) / (y - y0)) * ((c.share[k] as number) - x0);
  }
  return Infinity;
}

/** True where quality never falls as the share grows. */
export function isMonotone(c: Curve): boolean {
  for (let k = 1; k < c.quality.length; k++) if ((c.quality[k] as number) < (c.quality[k - 1] as number) - 1e-12) return false;
  return true;
}

export interface AsCoded {
  readonly apgr: number;
  readonly cpt: { readonly "20": number; readonly "50": number; readonly "80": number };
}

/**
 * APGR and CPT as lm-sys/RouteLLM 0b64fda codes them (evals/evaluate.py, benchmarks.py): thresholds are the edges of ten
 * quantile bins of the score, strong at score ≥ edge (> at the last), CPT by np.interp.
 * Null where pandas' qcut would raise ("Bin edges must be unique").
 */
export function asCoded(data: TwoModels, bins = 10): AsCoded | null {
  const { score, weakQuality, strongQuality } = data;
  const n = score.length;
  const sorted = Float64Array.from(score).sort();
  const edges = Array.from({ length: bins + 1 }, (_, k) => quantileLinear(sorted, qcutShare(k, bins)));
  if (edges.some((edge, k) => k > 0 && edge === edges[k - 1])) return null;
  const xs: number[] = [];
  const ys: number[] = [];
  for (let e = bins; e >= 0; e--) {
    let strong = 0;
    let right = 0;
    for (let i = 0; i < n; i++) {
      const value = score[i] as number;
      const goes = e === bins ? value > (edges[e] as number) : value >= (edges[e] as number);
      if (goes) strong++;
      right += (goes ? strongQuality[i] : weakQuality[i]) as number;
    }
    xs.push(strong / n);
    ys.push(right / n);
  }
  const weak = average(weakQuality);
  const gap = average(strongQuality) - weak;
  let area = 0;
  for (let k = 1; k < xs.length; k++) area += (((ys[k] as number) + (ys[k - 1] as number)) / 2 - weak) * ((xs[k] as number) - (xs[k - 1] as number));
  const cpt = (q: number) => interpolate(weak + q * gap, ys, xs);
  return { apgr: gap === 0 ? NaN : area / gap, cpt: { "20": cpt(0.2), "50": cpt(0.5), "80": cpt(0.8) } };
}

/**
 * Influence of each prompt on APGR, up to a constant factor (von Mises expansion of area / gap): for the acceleration of BCa.
 * With gain d = strong - weak, A_i = 1 - (share above i + half its ties), area - weak = mean(d·A).
 */
export function apgrInfluence(r: Ranking, value: number): Float64Array {
  const { order, groupEnd, gain } = r;
  const n = order.length;
  const influence = new Float64Array(n);
  let totalGain = 0;
  for (let k = 0; k < n; k++) totalGain += gain[k] as number;
  let from = 0;
  let gainAbove = 0;
  for (const end of groupEnd) {
    let gainTied = 0;
    for (let k = from; k < end; k++) gainTied += gain[k] as number;
    const a = 1 - (from + (end - from) / 2) / n;
    const gainBelow = totalGain - gainAbove - gainTied;
    for (let k = from; k < end; k++) {
      const d = gain[k] as number;
      // Its own gain moves the area; its presence delays all that rank below it.
      influence[order[k] as number] = d * a - (gainBelow + gainTied / 2) / n - value * d;
    }
    from = end;
    gainAbove += gainTied;
  }
  const mean = influence.reduce((sum, v) => sum + v, 0) / n; // a constant that all prompts share is no influence
  return influence.map((v) => v - mean);
}

/** np.linspace(0, 1, bins + 1)[k], rounded up where it is not exact, as pandas' qcut does. */
function qcutShare(k: number, bins: number): number {
  const share = k === bins ? 1 : k * (1 / bins);
  return share * bins === k ? share : share * (1 + Number.EPSILON);
}

function cptTarget(c: Curve, q: number): number {
  const weak = c.quality[0] as number;
  const strong = c.quality[c.quality.length - 1] as number;
  // A target is attained when it is met up to the rounding of a sum over prompts.
  return strong > weak ? weak + q * (strong - weak) - 1e-12 : NaN;
}

/** np.interp(x, xp, fp): linear, flat outside. On an xp that is not increasing it answers as numpy's bisection happens to. */
function interpolate(x: number, xp: readonly number[], fp: readonly number[]): number {
  const last = xp.length - 1;
  if (x > (xp[last] as number)) return fp[last] as number;
  if (x < (xp[0] as number)) return fp[0] as number;
  let low = 0;
  let high = xp.length;
  while (low < high) {
    const middle = low + ((high - low) >> 1);
    if (x >= (xp[middle] as number)) low = middle + 1;
    else high = middle;
  }
  const j = low - 1;
  if (j >= last) return fp[last] as number;
  const x0 = xp[j] as number;
  if (x === x0) return fp[j] as number;
  const slope = ((fp[j + 1] as number) - (fp[j] as number)) / ((xp[j + 1] as number) - x0);
  return slope * (x - x0) + (fp[j] as number);
}

function average(values: Float64Array): number {
  let sum = 0;
  for (const v of values) sum += v;
  return sum / values.length;
}
