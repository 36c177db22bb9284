import { bestScore } from "./best-score.ts";
import type { PolicySpec } from "../../model/config.ts";
import type { Tunables } from "../tunables.ts";
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

/** Quality per USD, where nobody knows at which its choices change: at the low end a call of 1 USD costs a hundredth of quality, at the high end one of a millionth does all. */
const SEARCHED = [0.01, 1e6] as const;

/** Of kinds that choose by lambda. Their estimates do not hang on it, so nothing is fitted again. */
export function lambdaTunable<S extends PolicySpec & { readonly lambda?: number | undefined }>(spec: S): Tunables<S> {
  return {
    numbers: [{ name: "lambda", range: SEARCHED, scale: "log", whole: false, unit: "quality per USD", own: spec.lambda ?? 0 }],
    tuned: (values) => ({ ...spec, lambda: values.get("lambda") ?? spec.lambda }),
  };
}
