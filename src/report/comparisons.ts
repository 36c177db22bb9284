import type { Comparison, Verdict } from "../model/report.ts";
import { binaryDifferenceInterval, criticalFor, maxT, meanInterval, pValue, type Bounds } from "../stats/intervals.ts";
import type { Mean } from "../stats/means.ts";
import { holm, mcnemarExact } from "../stats/proportions.ts";
import type { Pairs } from "./ledger.ts";

/** Beyond this, no number of prompts settles a verdict that anyone could have. */
const MOST_PROMPTS = 1e12;

/** The paired difference of two policies on one metric, resampled. */
export interface Difference {
  readonly a: string;
  readonly b: string;
  readonly mean: Mean;
  /** How the qualities pair up, where both are binary. */
  readonly pairs: Pairs | null;
  /** True where prompts are independent, as McNemar's test needs. */
  readonly independent: boolean;
  /** True where the two decide alike on every prompt: their difference is 0 by construction. */
  readonly identical: boolean;
}

/**
 * Verdicts on one metric over a family of differences. The verdict rests on the simultaneous interval, so that it holds for
 * all of the family at once; `equivalent` needs a margin.
 */
export function compareFamily(
  metric: "quality" | "costUsdPer1k" | "latencyMs",
  direction: "min" | "max",
  family: readonly Difference[],
  margin: number | null,
): Comparison[] {
  const critical = maxT(family.map((d) => d.mean));
  const p = family.map((d) => pValue(d.mean));
  const known = p.flatMap((value, k) => (value === null ? [] : [{ value, k }]));
  const adjusted = holm(known.map(({ value }) => value));
  const pHolm = new Map(known.map(({ k }, j) => [k, adjusted[j] as number]));
  return family.map((member, k) => {
    const { a, b, mean, pairs, independent } = member;
    const ci = differenceInterval(metric, member);
    const simultaneousCi = family.length === 1 ? ci : widened(metric, ci, member, criticalFor(mean, critical, family.length));
    return {
      a,
      b,
      metric,
      difference: mean.mean,
      ci,
      simultaneousCi,
      margin,
      verdict: verdictOf(simultaneousCi, direction, margin),
      pHolm: pHolm.get(k) ?? null,
      pMcNemar: pairs && independent ? mcnemarExact(pairs.won, pairs.lost) : null,
      n: mean.n,
      nToSettle: promptsToSettle(mean.mean, simultaneousCi, mean.n, margin),
    };
  });
}

/**
 * 95 % interval of a paired difference: adjusted Wald for binary qualities, bootstrap-t elsewhere. Graded qualities that differ
 * nowhere, though the policies do, are only known to differ on fewer than three in n units (the rule of three).
 */
export function differenceInterval(metric: string, { mean, pairs, identical }: Pick<Difference, "mean" | "pairs" | "identical">): Bounds | null {
  if (identical) return mean.units < 2 ? null : [0, 0];
  if (metric !== "quality") return meanInterval(mean);
  if (pairs) return binaryDifferenceInterval(pairs.won / pairs.n, pairs.lost / pairs.n, mean);
  if (mean.se === 0 && mean.mean === 0 && mean.units >= 2) return [Math.max(-1, -3 / mean.units), Math.min(1, 3 / mean.units)];
  return meanInterval(mean, { low: -1, high: 1 });
}

/** Simultaneous bounds, never inside the pointwise ones. */
function widened(metric: string, ci: Bounds | null, { mean, pairs, identical }: Difference, critical: number): Bounds | null {
  if (!ci || identical) return ci;
  const wide =
    metric === "quality" && pairs
      ? binaryDifferenceInterval(pairs.won / pairs.n, pairs.lost / pairs.n, mean, 0.95, critical)
      : ([mean.mean - critical * mean.se, mean.mean + critical * mean.se] as Bounds);
  return wide && [Math.min(ci[0], wide[0]), Math.max(ci[1], wide[1])];
}

/** What an interval of a difference (a minus b) says. */
export function verdictOf(ci: Bounds | null, direction: "min" | "max", margin: number | null): Verdict {
  if (!ci) return "inconclusive";
  const [low, high] = direction === "max" ? ci : [-ci[1], -ci[0]];
  if (margin !== null && low > -margin && high < margin) return "equivalent"; // also where it is better or worse by less than matters
  if (low > 0) return "better";
  if (high < 0) return "worse";
  return "inconclusive";
}

/**
 * Prompts at which an interval of the same shape would settle the verdict: its arms shrink as 1/√n. For a sign the arm towards 0
 * must clear it, for equivalence both arms the margin; the nearer of the two counts. At most n where it is settled, more than n
 * where it is not; null where no number would settle it (on a line).
 */
export function promptsToSettle(difference: number, ci: Bounds | null, n: number, margin: number | null): number | null {
  if (!ci) return null;
  const [below, above] = [difference - ci[0], ci[1] - difference];
  const sign = difference === 0 ? Infinity : (difference > 0 ? below : above) / Math.abs(difference);
  const inside = margin === null || Math.abs(difference) >= margin ? Infinity : Math.max(above / (margin - difference), below / (margin + difference));
  const settled = verdictOf(ci, "max", margin) !== "inconclusive";
  const needed = Math.ceil(n * Math.min(sign, inside) ** 2);
  if (settled) return Math.max(1, Math.min(n, needed));
  return needed <= MOST_PROMPTS ? Math.max(n + 1, needed) : null;
}
