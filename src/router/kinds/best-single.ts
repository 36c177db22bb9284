import { WrpError } from "../../model/errors.ts";
import { call, everywhere } from "../policy.ts";
import type { Kind } from "../kind.ts";
import { bestOf } from "../ranking.ts";

/**
 * The model with the highest mean quality; ties go to the cheaper one, then to the first. Chosen on the prompts it is judged
 * on unless something is held out: a maximum of means, biased upward.
 */
export const bestSingle: Kind<"best-single"> = {
  build(_spec, context, base) {
    const model = bestOf(context.models);
    if (!model) throw new WrpError(`policy "${base.name}" needs a model with grades`);
    return {
      ...base,
      description: `every prompt to the best single model, ${model.name}`,
      content: { model: model.name },
      decide: () => call(model.name, `best single: ${model.name}`, [{ name: "quality", value: model.quality }]),
      replay: (columns) => everywhere(columns, model.name),
    };
  },
};
