import { call, everywhere } from "../policy.ts";
import type { Kind } from "../kind.ts";

/** One model for every prompt. */
export const always: Kind<"always"> = {
  models: (spec) => [{ model: spec.model, path: ["model"] }],
  build({ model }, _context, base) {
    return {
      ...base,
      description: `every prompt to ${model}`,
      content: { model },
      decide: () => call(model, `always ${model}`),
      replay: (columns) => everywhere(columns, model),
    };
  },
};
