import type { ReplacedPrice } from "../model/replaced-price.ts";
import { WrpError } from "../model/errors.ts";

const FORMS = "MODEL=IN/OUT (USD per million tokens), MODEL=0.01/call (USD), MODEL=free, or 'MODEL=*0.5' (times what it cost)";

/** The prices that flags replace. Throws WrpError on one that is no price, or of a model that another prices. @param free models that --free names */
export function replacedPrices(flags: readonly string[], free: readonly string[]): ReplacedPrice[] {
  const prices = flags.map(priceOfFlag);
  for (const [k, { model }] of prices.entries())
    if (free.includes(model) || prices.findIndex((other) => other.model === model) < k) throw new WrpError(`two flags price ${model}: give one`);
  return prices;
}

function priceOfFlag(flag: string): ReplacedPrice {
  const at = flag.lastIndexOf("="); // a model's name may have one
  const [model, value] = [flag.slice(0, at).trim(), flag.slice(at + 1).trim()];
  if (at <= 0 || model === "") throw new WrpError(`--price takes ${FORMS} (got "${flag}")`);
  if (value === "free") return { model, to: "free" };
  if (value.startsWith("*")) {
    const factor = amount(value.slice(1));
    if (!(factor > 0)) throw new WrpError(`--price ${flag}: a factor must be a number > 0`, { hint: `--price ${model}=free` });
    return { model, to: { factor } };
  }
  if (value.endsWith("/call")) {
    const usdPerCall = amount(value.slice(0, -"/call".length));
    if (!(usdPerCall >= 0)) throw new WrpError(`--price ${flag}: "${value}" is no price`, { hint: FORMS });
    return { model, to: usdPerCall === 0 ? "free" : { usdPerCall } };
  }
  const [inputUsdPer1M, outputUsdPer1M, more] = value.split("/").map(amount);
  if (inputUsdPer1M === undefined || outputUsdPer1M === undefined || more !== undefined || !(inputUsdPer1M >= 0) || !(outputUsdPer1M >= 0)) throw new WrpError(`--price ${flag}: "${value}" is no price`, { hint: FORMS });
  return { model, to: inputUsdPer1M + outputUsdPer1M === 0 ? "free" : { inputUsdPer1M, outputUsdPer1M, source: "--price" } };
}

/** NaN where it is no finite number. */
function amount(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : NaN;
}
