import { unknownName, WrpError } from "../model/errors.ts";
import type { Repriced } from "../pool/replaced-prices.ts";
import type { Basis } from "../report/input.ts";

/**
 * Throws WrpError where a price replaces that of no model there is, or where it says nothing of any of the model's calls: a price per token
 * of calls whose tokens nobody counted, a factor on costs that are not known. There is no falling back to the recorded cost: a table would
 * then mix two prices. What decisions alone are expected to cost follows from prices, so there only names are looked at.
 */
export function checkReplaced(repriced: readonly Repriced[], basis: Basis, models: readonly string[]): void {
  for (const { model, to, answers, unpriced } of repriced) {
    if (!models.includes(model)) throw unknownName("model", model, models);
    if (basis === "decisions" || to === "free" || "usdPerCall" in to || answers === 0 || unpriced < answers) continue;
    if ("factor" in to) throw new WrpError(`--price ${model}=*${to.factor}: what its calls cost is not known here`, { hint: `--price ${model}=IN/OUT states a price per million tokens, --price ${model}=0.01/call one per call` });
    throw new WrpError(`--price ${model}=${to.inputUsdPer1M}/${to.outputUsdPer1M}: nobody counted the tokens of its calls here, so a price per token says nothing of them`, { hint: `--price '${model}=*0.5' takes half of what they were recorded to cost, --price ${model}=0.01/call states a price per call` });
  }
}

/** What a report says of prices that are replaced. */
export function replacedWarnings(repriced: readonly Repriced[]): string[] {
  return repriced.flatMap(({ model, to, answers, unpriced, ratio }) => {
    const price = (own: string) => `costs ${own}${Number.isNaN(ratio) ? "" : `, ${ratio.toPrecision(3)} times what it did`}`;
    const terms = to === "free" ? "is free" : "factor" in to ? `costs ${to.factor} times what was recorded` : price("usdPerCall" in to ? `$${to.usdPerCall} a call` : `$${to.inputUsdPer1M} in, $${to.outputUsdPer1M} out per million tokens`);
    return [
      `price replaced (--price): ${model} ${terms}; what is stored stays as it is`,
      ...(unpriced > 0 && unpriced < answers ? [`${unpriced} of ${answers} answers of ${model} have no cost at the replaced price: ${typeof to === "object" && "factor" in to ? "none was known" : "nobody counted their tokens"}`] : []),
    ];
  });
}
