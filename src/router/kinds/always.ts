import { unknownName } from "../../model/errors.ts";
import { call, everywhere } from "../policy.ts";
import type { Kind } from "../kind.ts";

/** One model for every prompt. */
export const always: Kind<"always"> = {
  build(spec, context, base) {
    const model = context.models.find((m) => m.name === spec.model)?.name;
    if (model === undefined) throw unknownName("model", spec.model, context.models.map((m) => m.name));
    return {
      ...base,
      description: `every prompt to ${model}`,
      content: { model },
      decide: () => call(model, `always ${model}`),
      replay: (columns) => everywhere(columns, model),
    };
  },
};
