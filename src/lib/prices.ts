/** A price per token with where it is from. */
export interface ListPrice {
  readonly inputUsdPer1M: number;
  readonly outputUsdPer1M: number;
  /** Of input read from a cache, where the list has a price of its own for it. */
  readonly cachedInputUsdPer1M?: number;
  /** The provider and model that the list matched, and the date it was asked for. */
  readonly source: string;
}

const MILLION = 1_000_000;

/**
 * List price of a model on a date, from @pydantic/genai-prices: what a million tokens in, and out, cost. Null where the list does
 * not know the model. Tiered prices are those of a short prompt.
 *
 * @param provider its id in the list, where the model's name alone does not tell
 */
export async function listPrice(model: string, date: Date, provider?: string): Promise<ListPrice | null> {
  return (await listPrices(date))(model, provider);
}

/** `listPrice` of a date, once the list is read. */
export async function listPrices(date: Date): Promise<(model: string, provider?: string) => ListPrice | null> {
  const { calcPrice } = await import("@pydantic/genai-prices");
  return (model, provider) => priceOn(calcPrice, date, model, provider);
}

type CalcPrice = (typeof import("@pydantic/genai-prices"))["calcPrice"];

function priceOn(calcPrice: CalcPrice, date: Date, model: string, provider: string | undefined): ListPrice | null {
  const per = (usage: { input_tokens: number; output_tokens: number; cache_read_tokens?: number }) => calcPrice(usage, model, { timestamp: date, ...(provider === undefined ? {} : { providerId: provider }) });
  // One thousand tokens: a million in one prompt would fall into the long-context tier.
  const input = per({ input_tokens: 1000, output_tokens: 0 });
  const output = per({ input_tokens: 0, output_tokens: 1000 });
  if (!input || !output) return null;
  const cached = per({ input_tokens: 1000, output_tokens: 0, cache_read_tokens: 1000 });
  return {
    inputUsdPer1M: rounded((input.total_price * MILLION) / 1000),
    outputUsdPer1M: rounded((output.total_price * MILLION) / 1000),
    ...(cached && cached.total_price < input.total_price ? { cachedInputUsdPer1M: rounded((cached.total_price * MILLION) / 1000) } : {}),
    source: `@pydantic/genai-prices: ${input.provider.id}/${input.model.id}, as of ${date.toISOString().slice(0, 10)}`,
  };
}

/** List prices have a few digits; the rest is the rounding of their sums. */
function rounded(price: number): number {
  return Number(price.toPrecision(12));
}
