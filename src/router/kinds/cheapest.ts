import { WrpError } from "../../model/errors.ts";
import { call, everywhere } from "../policy.ts";
import type { Kind } from "../kind.ts";
import { cheapestOf } from "../ranking.ts";

/** The model with the lowest mean cost; ties go to the better one, then to the first. */
export const cheapest: Kind<"cheapest"> = {
  build(_spec, context, base) {
    const model = cheapestOf(context.models);
    if (!model) throw new WrpError(`policy "${base.name}" needs a model with a known cost`, { hint: "give prices in the config: models[].price" });
    return {
      ...base,
      description: `every prompt to the cheapest model, ${model.name}`,
      content: { model: model.name },
      decide: () => call(model.name, `cheapest: ${model.name}`, [{ name: "costUsdPer1k", value: model.costUsdPer1k }]),
      replay: (columns) => everywhere(columns, model.name),
    };
  },
};
