import { bestScore } from "./best-score.ts";
import type { Learned } from "./learned.ts";

/**
 * Chooses the model of highest quality - lambda · cost. A model of unknown cost is chosen only where lambda is 0.
 *
 * @param own lambda: quality that a USD is worth, 0 or more
 */
export function byLambda(own: number): Pick<Learned, "choose" | "knob"> {
  const chooseAt: NonNullable<Learned["knob"]>["chooseAt"] = (lambda, models, estimates) =>
    bestScore(models, estimates, (i, into) => {
      for (let m = 0; m < into.length; m++) into[m] = (estimates.quality[m]?.[i] as number) - (lambda === 0 ? 0 : lambda * (estimates.costUsd[m]?.[i] as number));
    });
  return {
    choose: (models, estimates) => chooseAt(own, models, estimates),
    knob: { name: "lambda", unit: "quality per USD", own, larger: "cheaper", weighed: (estimates) => estimates, valueAt: (rate) => rate, chooseAt },
  };
}
