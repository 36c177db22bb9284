import type { PolicySpec } from "../../model/config.ts";
import { putBetweenEnds } from "../../stats/between-ends.ts";
import type { Tunables } from "../tunables.ts";
import { bestScore } from "./best-score.ts";
import type { Estimates, Learned } from "./learned.ts";

/**
 * Chooses the model of highest alpha · quality + (1 - alpha) · (1 - cost), on each prompt both put between the lowest (0) and the highest (1)
 * of the models (Avengers-Pro, Zhang et al. 2025). A model of unknown cost is chosen only where alpha is 1.
 *
 * @param own alpha, in [0,1]
 */
export function byAlpha(own: number): Pick<Learned, "choose" | "knob"> {
  const chooseAt: NonNullable<Learned["knob"]>["chooseAt"] = (alpha, models, weighed) =>
    bestScore(models, weighed, (i, into) => {
      for (let m = 0; m < into.length; m++) into[m] = alpha * (weighed.quality[m]?.[i] as number) + (alpha === 1 ? 0 : (1 - alpha) * (1 - (weighed.costUsd[m]?.[i] as number)));
    });
  return {
    choose: (models, estimates) => chooseAt(own, models, normalised(estimates)),
    knob: { name: "alpha", unit: "share of quality in the score", own, larger: "dearer", weighed: normalised, valueAt: (rate) => 1 / (1 + rate), chooseAt },
  };
}

function normalised({ quality, costUsd }: Estimates): Estimates {
  return { quality: betweenEnds(quality), costUsd: betweenEnds(costUsd) };
}

/** [model][prompt] where the model stands between the lowest (0) and the highest (1) known of them; all 0 where they are equal. */
function betweenEnds(table: readonly Float64Array[]): Float64Array[] {
  const placed = table.map((column) => new Float64Array(column.length));
  const row = new Float64Array(table.length);
  for (let i = 0; i < (table[0]?.length ?? 0); i++) {
    for (const [m, column] of table.entries()) row[m] = column[i] as number;
    putBetweenEnds(row, 0);
    for (const [m, column] of placed.entries()) column[i] = row[m] as number;
  }
  return placed;
}

/** Of kinds that choose by alpha. Their estimates do not hang on it, so nothing is fitted again. */
export function alphaTunable<S extends PolicySpec & { readonly alpha?: number | undefined }>(spec: S): Tunables<S> {
  return {
    numbers: [{ name: "alpha", range: [0, 1], scale: "linear", whole: false, unit: "weight of quality", own: spec.alpha ?? 1 }],
    tuned: (values) => ({ ...spec, alpha: values.get("alpha") ?? spec.alpha }),
  };
}
