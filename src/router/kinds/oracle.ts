import type { Decisions, OutcomeColumns } from "../../model/columns.ts";
import type { Kind } from "../kind.ts";

/** Qualities this close are a tie. */
const TIE = 1e-9;

/**
 * Hindsight: for each prompt the best model, ties to the cheapest, then to the first (RouterBench, Hu et al. 2024, section
 * 3.3; its code gives prompts that nobody solves cost 0, here they cost the cheapest model's). One sample per cell, so its
 * quality is biased upward by noise. A failed call is what the
 * run's rule makes of it: no grade, or 0.
 */
export const oracle: Kind<"oracle"> = {
  build(_spec, _context, base) {
    return {
      ...base,
      hindsight: true,
      description: "hindsight: the best model of every prompt, ties to the cheapest",
      content: "oracle",
      replay: bestOfEach,
    };
  },
};

function bestOfEach(columns: OutcomeColumns): Decisions {
  const { n, models, quality, costUsd } = columns;
  const model = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    let best = -1;
    let bestQuality = -Infinity;
    for (let m = 0; m < models.length; m++) {
      const q = (quality[m] as Float64Array)[i] as number;
      if (q > bestQuality) bestQuality = q;
    }
    let bestCost = NaN;
    for (let m = 0; m < models.length; m++) {
      const q = (quality[m] as Float64Array)[i] as number;
      if (!(q >= bestQuality - TIE)) continue;
      const cost = (costUsd[m] as Float64Array)[i] as number;
      // An unknown cost never wins a tie against a known one.
      if (best === -1 || cost < bestCost || (Number.isNaN(bestCost) && !Number.isNaN(cost))) {
        best = m;
        bestCost = cost;
      }
    }
    // Where every call failed, one of the failures is what there is.
    model[i] = best >= 0 ? best : columns.failed.findIndex((failed) => failed[i] === 1);
  }
  return { form: "choice", model };
}
