import { rowProducts } from "../lib/row-products.ts";
import type { Tensors } from "../model/tensor.ts";
import type { FitTools, Learned, Training } from "../router/learned/learned.ts";
import { random } from "../stats/random.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts } from "./parts.ts";

/** Matrix products that reject where the user has interrupted. */
export function stoppableProducts(signal: Parts["signal"]): FitTools["products"] {
  return async (a, b) => {
    await stopIfAsked(signal);
    return rowProducts(a, b);
  };
}

/** Fits what a policy estimates by: what is fitted on a whole training part and what `wrp train` fits on the same are the same. @param round which of several fits of a run */
export function fitted({ estimator, fit }: Learned, training: Training, { seed, round, products }: { readonly seed: number; readonly round: number; readonly products: FitTools["products"] }): Promise<Tensors> {
  return fit(training, { products, random: random(seed, "fit", JSON.stringify(estimator), round) });
}
