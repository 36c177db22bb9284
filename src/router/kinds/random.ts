import { WrpError } from "../../model/errors.ts";
import { mixed, mixtureOf } from "../policy.ts";
import type { Kind } from "../kind.ts";

/** Every model with the same probability; reported as the exact expectation, not one draw. */
export const random: Kind<"random"> = {
  build(_spec, context, base) {
    if (context.models.length === 0) throw new WrpError(`policy "${base.name}" needs a model`);
    const weights = Object.fromEntries(context.models.map((m) => [m.name, 1 / context.models.length]));
    return {
      ...base,
      description: `each of ${context.models.length} models with the same probability (exact expectation)`,
      content: weights,
      decide: () => mixed(weights, "uniform over models"),
      replay: (columns) => mixtureOf(columns, weights),
    };
  },
};
