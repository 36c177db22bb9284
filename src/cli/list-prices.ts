import type { RunSettings } from "../evaluate.ts";
import { listPrice } from "../lib/prices.ts";

/** The settings with a dated list price for each live model that the config gives none. */
export async function withListPrices(settings: RunSettings, now: Date): Promise<RunSettings> {
  const models = await Promise.all(
    settings.models.map(async (model) => {
      if (!model.live || model.price !== undefined) return model;
      const price = await listPrice(model.live.model, now);
      return price ? { ...model, price } : model;
    }),
  );
  const { judge, embedder } = settings;
  const price = judge && judge.price === undefined ? await listPrice(judge.live.model, now) : null;
  const perVector = embedder && embedder.price === undefined ? await listPrice(embedder.live.model, now, isOpenai(embedder.live.url) ? "openai" : undefined) : null;
  return { ...settings, models, ...(judge && price ? { judge: { ...judge, price } } : {}), ...(embedder && perVector ? { embedder: { ...embedder, price: perVector } } : {}) };
}

/** The list does not tell by their names whose its embedding models are. */
function isOpenai(url: string): boolean {
  return URL.parse(url)?.hostname === "api.openai.com";
}
