import type { RunSettings } from "../evaluate.ts";
import { listPrice } from "../lib/prices.ts";
import type { RemoteSpec } from "../model/config.ts";
import { priceOfServed } from "../pool/remote.ts";

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
  const remotes = settings.remotes && (await Promise.all(settings.remotes.map((remote) => withServedPrices(remote, models, now))));
  return { ...settings, models, ...(remotes ? { remotes } : {}), ...(judge && price ? { judge: { ...judge, price } } : {}), ...(embedder && perVector ? { embedder: { ...embedder, price: perVector } } : {}) };
}

/** The list does not tell by their names whose its embedding models are. */
function isOpenai(url: string): boolean {
  return URL.parse(url)?.hostname === "api.openai.com";
}

/** A live router with list prices for what it is said to serve and no model of the config prices. */
async function withServedPrices(remote: RemoteSpec, models: RunSettings["models"], now: Date): Promise<RemoteSpec> {
  const priceOf = priceOfServed(remote, models);
  const listed = await Promise.all(Object.keys(remote.serves).map(async (name) => [name, priceOf(name) === null ? await listPrice(name, now) : null] as const));
  const prices = Object.fromEntries(listed.flatMap(([name, price]) => (price ? [[name, price]] : [])));
  return Object.keys(prices).length > 0 ? { ...remote, prices } : remote;
}
