import type { Comparison, Verdict } from "../model/report.ts";
import { maxT, meanInterval, pValue, type Bounds } from "../stats/intervals.ts";
import type { Mean } from "../stats/means.ts";
import { holm, mcnemarExact } from "../stats/proportions.ts";

/** The paired difference of two policies on one metric, resampled. */
export interface Difference {
  readonly a: string;
  readonly b: string;
  readonly mean: Mean;
  /** Discordant counts [a right alone, b right alone] where quality is binary and prompts are independent. */
  readonly discordant: readonly [number, number] | null;
}

/**
 * Verdicts on one metric over a family of differences. The verdict rests on the simultaneous interval, so that it holds for
 * all of the family at once; `equivalent` needs a margin.
 */
export function compareFamily(
  metric: string,
  direction: "min" | "max",
  family: readonly Difference[],
  margin: number | null,
): Comparison[] {
  const critical = maxT(family.map((d) => d.mean));
  const p = family.map((d) => pValue(d.mean));
  const known = p.flatMap((value, k) => (value === null ? [] : [{ value, k }]));
  const adjusted = holm(known.map(({ value }) => value));
  const pHolm = new Map(known.map(({ k }, j) => [k, adjusted[j] as number]));
  return family.map(({ a, b, mean, discordant }, k) => {
    const ci = meanInterval(mean);
    const simultaneousCi = family.length === 1 ? ci : hullOf(ci, mean, critical);
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
      pMcNemar: discordant ? mcnemarExact(discordant[0], discordant[1]) : null,
      n: mean.n,
      nToSettle: promptsToSettle(mean.mean, simultaneousCi, mean.n, margin),
    };
  });
}

/** What an interval of a difference (a minus b) says. */
export function verdictOf(ci: Bounds | null, direction: "min" | "max", margin: number | null): Verdict {
  if (!ci) return "inconclusive";
  const [low, high] = direction === "max" ? ci : [-ci[1], -ci[0]];
  if (low > 0) return "better";
  if (high < 0) return "worse";
  if (margin !== null && low > -margin && high < margin) return "equivalent";
  return "inconclusive";
}

/**
 * Prompts at which an interval of the same variance would settle the verdict: half-widths shrink as 1/√n, so
 * n·(half / distance)², the distance being to 0 or, with a margin, to the nearer line. Null where no number would (on a line).
 */
export function promptsToSettle(difference: number, ci: Bounds | null, n: number, margin: number | null): number | null {
  if (!ci) return null;
  const half = (ci[1] - ci[0]) / 2;
  const distances = [Math.abs(difference), margin === null ? 0 : margin - Math.abs(difference)].filter((d) => d > 0);
  if (half === 0) return difference === 0 && distances.length === 0 ? null : n;
  if (distances.length === 0) return null;
  const needed = Math.ceil(n * (half / Math.max(...distances)) ** 2);
  return Number.isSafeInteger(needed) ? needed : null;
}

/** Simultaneous bounds are never inside the pointwise ones. */
function hullOf(ci: Bounds | null, mean: Mean, critical: number): Bounds | null {
  if (!ci) return null;
  return [Math.min(ci[0], mean.mean - critical * mean.se), Math.max(ci[1], mean.mean + critical * mean.se)];
}
