import { WrpError } from "../../model/errors.ts";
import { mixed, mixtureOf } from "../policy.ts";
import type { Kind } from "../kind.ts";

/** A static mix with given shares; reported as the exact expectation, not one draw. */
export const mix: Kind<"mix"> = {
  models: (spec) => Object.keys(spec.weights).map((model) => ({ model, path: ["weights", model] })),
  tunables: (spec) => ({
    numbers: Object.entries(spec.weights).map(([model, own]) => ({ name: `weights.${model}`, range: [0, Math.max(1, own)], scale: "linear", whole: false, unit: "share, made to sum to 1", own })),
    tuned: (values) => ({ ...spec, weights: Object.fromEntries(Object.entries(spec.weights).map(([model, own]) => [model, values.get(`weights.${model}`) ?? own])) }),
  }),
  build(spec, _context, base) {
    const total = Object.values(spec.weights).reduce((sum, w) => sum + w, 0);
    if (!(total > 0)) throw new WrpError(`policy "${base.name}": weights must not all be 0`);
    const weights = Object.fromEntries(Object.entries(spec.weights).map(([name, w]) => [name, w / total]));
    const shares = Object.entries(weights).map(([name, w]) => `${(100 * w).toFixed(1)} % ${name}`);
    return {
      ...base,
      description: `static mix: ${shares.join(", ")} (exact expectation)`,
      content: weights,
      decide: () => mixed(weights, "static mix"),
      replay: (columns) => mixtureOf(columns, weights),
    };
  },
};
