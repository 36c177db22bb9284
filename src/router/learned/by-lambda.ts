import { bestScore } from "./best-score.ts";
import type { Learned } from "./learned.ts";

/**
 * Chooses the model of highest quality - lambda · cost, so that each lambda is a point of a curve. A model of unknown cost is chosen only
 * where lambda is 0.
 *
 * @param lambda quality that a USD is worth, 0 or more
 */
export function byLambda(lambda: number): Learned["choose"] {
  return (models, estimates) =>
    bestScore(models, estimates, (i, into) => {
      for (let m = 0; m < into.length; m++) into[m] = (estimates.quality[m]?.[i] as number) - (lambda === 0 ? 0 : lambda * (estimates.costUsd[m]?.[i] as number));
    });
}
