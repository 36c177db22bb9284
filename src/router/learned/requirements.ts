import { WrpError } from "../../model/errors.ts";
import type { RouterContext } from "../policy.ts";

/** Throws WrpError where these models cannot be learned about: no grades, or (with `costs`) one without a cost. */
export function checkLearnable(policy: string, { models }: RouterContext, costs: string | null): void {
  if (models.every(({ quality }) => Number.isNaN(quality))) throw new WrpError(`policy "${policy}" learns from graded outcomes, and here are none`);
  const unpriced = models.find(({ costUsdPer1k }) => Number.isNaN(costUsdPer1k));
  if (costs !== null && unpriced) throw new WrpError(`policy "${policy}" weighs costs (${costs}), and the cost of ${unpriced.name} is not known`, { hint: "give models prices in wrp.yaml, or let it weigh quality alone" });
}
