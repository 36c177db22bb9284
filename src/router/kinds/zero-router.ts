import { WrpError } from "../../model/errors.ts";
import { hullAt, nonDecreasingHull } from "../../stats/hull.ts";
import { mixed, mixtureOf } from "../policy.ts";
import type { Kind } from "../kind.ts";

/**
 * The zero router (RouterBench, Hu et al. 2024, section 3.2) at one cost: the static mix of the two hull models around it.
 * Without a cost it stands in the middle of the hull's cost range.
 */
export const zeroRouter: Kind<"zero-router"> = {
  tunables(spec, { models }) {
    const hull = nonDecreasingHull(models.map((m, index) => ({ index, cost: m.costUsdPer1k, quality: m.quality })));
    const [first, last] = [hull[0], hull.at(-1)];
    return {
      numbers: [{ name: "costUsdPer1k", range: first && last ? [first.cost, last.cost] : null, scale: "linear", whole: false, unit: "USD per 1,000 prompts", own: spec.costUsdPer1k ?? null }],
      tuned: (values) => ({ ...spec, costUsdPer1k: values.get("costUsdPer1k") ?? spec.costUsdPer1k }),
    };
  },
  build(spec, context, base) {
    const hull = nonDecreasingHull(
      context.models.map((m, index) => ({ index, cost: m.costUsdPer1k, quality: m.quality })),
    );
    const first = hull[0];
    const last = hull[hull.length - 1];
    if (!first || !last)
      throw new WrpError(`policy "${base.name}" needs models with a known cost`, { hint: "give prices in the config: models[].price" });
    const cost = spec.costUsdPer1k ?? (first.cost + last.cost) / 2;
    if (cost > last.cost * (1 + 1e-9)) throw new WrpError(`policy "${base.name}": costUsdPer1k ${cost} is above the dearest hull model's ${last.cost.toPrecision(4)}`);
    const at = hullAt(hull, cost);
    if (!at)
      throw new WrpError(`policy "${base.name}": costUsdPer1k ${cost} is below the cheapest model's ${first.cost.toPrecision(4)}`);
    const name = (index: number): string => context.models[index]?.name ?? "";
    const weights =
      at.low === at.high
        ? { [name(at.low.index)]: 1 }
        : { [name(at.low.index)]: 1 - at.shareHigh, [name(at.high.index)]: at.shareHigh };
    return {
      ...base,
      description: `zero router at $${cost.toPrecision(4)} per 1,000: a static mix on the hull of single models`,
      content: weights,
      decide: () => mixed(weights, "zero router"),
      replay: (columns) => mixtureOf(columns, weights),
    };
  },
};
