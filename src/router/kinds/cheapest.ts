import { WrpError } from "../../model/errors.ts";
import { call, everywhere } from "../policy.ts";
import type { Kind } from "../kind.ts";

/** The model with the lowest mean cost; ties go to the better one, then to the first. */
export const cheapest: Kind<"cheapest"> = {
  build(_spec, context, base) {
    const priced = context.models.filter((m) => !Number.isNaN(m.costUsdPer1k));
    const model = priced.reduce<(typeof priced)[number] | null>(
      (best, m) =>
        !best || m.costUsdPer1k < best.costUsdPer1k || (m.costUsdPer1k === best.costUsdPer1k && m.quality > best.quality) ? m : best,
      null,
    );
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
