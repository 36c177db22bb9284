import type { KnobCurve } from "../model/report.ts";
import { inOrderOfCost, qualityAt } from "../stats/cost-curve.ts";
import { hullAt, type CostQuality } from "../stats/hull.ts";
import { supTBand } from "../stats/intervals.ts";
import type { CurvePoints } from "./curves.ts";
import type { HullPoints } from "./mix.ts";

/** Costs that a band stands at. */
const STEPS = 24;
/** Costs that span more than this are stepped through by their logarithm, as the chart draws them. */
const WIDE = 10;

/** A curve and the zero router at the same costs, with bands that hold along the whole curve at once. Empty where its cost does not vary. */
export function bandOf({ now, again, df }: CurvePoints, models: Pick<HullPoints, "hull" | "hulls">): KnobCurve["band"] {
  const curve = inOrderOfCost(now);
  const [low, high] = [curve[0]?.cost ?? NaN, curve.at(-1)?.cost ?? NaN];
  if (!(high > low * (1 + 1e-9)) || df < 1) return [];
  const log = low > 0 && high / low > WIDE;
  const costs = Array.from({ length: STEPS + 1 }, (_, g) => (g === STEPS ? high : log ? low * (high / low) ** (g / STEPS) : low + ((high - low) * g) / STEPS));
  const curves = again.map(inOrderOfCost);
  const resampled = costs.map((cost) => Float64Array.from(curves, (own) => qualityAt(own, cost)));
  const quality = costs.map((cost) => qualityAt(curve, cost));
  const bands = supTBand(quality, resampled, df);

  const mix = costs.map((cost) => hullAt(models.hull, cost)?.quality ?? null);
  const shared = costs.flatMap((cost, g) => (mix[g] === null ? [] : [{ g, cost }]));
  const differences = shared.map(({ g }) => (quality[g] as number) - (mix[g] as number));
  const mixBands = supTBand(differences, shared.map(({ g, cost }) => Float64Array.from(resampled[g] as Float64Array, (own, b) => own - qualityAt(models.hulls[b] as readonly CostQuality[], cost))), df);
  return costs.map((costUsdPer1k, g) => {
    const at = shared.findIndex((one) => one.g === g);
    return { costUsdPer1k, quality: quality[g] as number, ci: within(bands[g] ?? null, 0), mixQuality: mix[g] as number | null, mixDifference: differences[at] ?? null, mixCi: within(mixBands[at] ?? null, -1) };
  });
}

function within(bounds: readonly [number, number] | null, low: number): [number, number] | null {
  return bounds && [Math.max(low, bounds[0]), Math.min(1, bounds[1])];
}
