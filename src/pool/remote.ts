import type { ModelSpec, RemoteSpec, TokenPrice } from "../model/config.ts";
import type { Try } from "../model/live.ts";
import { isGpuPrice } from "./gpu-price.ts";
import { ratesOf } from "./priced.ts";

/** Headers in which known routers name the model that they chose, in lower case. */
const SELECTION_HEADERS = ["x-vsr-selected-model", "x-selected-model", "ngrok-aig-model"];
/** These name a deployment or a pod: a model only where `serves` says which. */
const PLACE_HEADERS = ["x-litellm-model-id", "target-pod", "x-target-pod"];
/** What known routers say that they decided by, the most telling first. */
const DECISION_HEADERS = ["x-vsr-selected-decision", "x-vsr-selected-category", "x-aibrix-config-profile"];

/** What a try says of how it was routed. */
export type Routing = Pick<Try, "headers" | "servedModel">;

/**
 * Who served a try, as the router calls it: of the header that the config names, those of known routers and the response's model, the first
 * that is known (under `serves`, or as a model of the pool), else the first that is there. Null where nothing says it.
 */
export function servedName({ serves, chosenBy }: RemoteSpec, pool: ReadonlySet<string>, { headers, servedModel }: Routing): string | null {
  const said = (names: readonly string[]) => names.flatMap((name) => (headers[name] ? [headers[name]] : []));
  const mapped = said(PLACE_HEADERS).filter((name) => Object.hasOwn(serves, name));
  const names = [...(chosenBy === undefined ? [...said(SELECTION_HEADERS), ...mapped] : said([chosenBy])), ...(servedModel ? [servedModel] : [])];
  return names.find((name) => Object.hasOwn(serves, name) || pool.has(name)) ?? names[0] ?? null;
}

/** What a try says that it was decided by; null where it says nothing. */
export function decisionName({ headers }: Pick<Routing, "headers">): string | null {
  return DECISION_HEADERS.map((name) => headers[name]).find((value) => value !== undefined && value !== "") ?? null;
}

/**
 * The price of what a router served: its own, else that of the config's model, else a list price. Null where there is none: unpriced, not free.
 *
 * @param listed list prices by the name that the router says
 */
export function priceOfServed(remote: RemoteSpec, models: readonly ModelSpec[], listed: (name: string) => TokenPrice | null = () => null): (served: string | null) => TokenPrice | "free" | null {
  const { serves, prices = {}, price } = remote;
  const known = new Map(models.map((model) => [model.name, model.price]));
  return (served) => {
    if (price !== undefined) return price;
    if (served === null) return null;
    const own = known.get(Object.hasOwn(serves, served) ? (serves[served] as string) : served);
    // By the GPU hour at a stated rate it is a price of tokens; where the rate is to be measured, nobody knows it of a router's share.
    return (isGpuPrice(own) ? ratesOf(own) : own) ?? (Object.hasOwn(prices, served) ? (prices[served] as TokenPrice) : listed(served));
  };
}

/**
 * The most that a try of a router may cost: each rate of the dearest that it may serve, which is what `serves` names and every priced model
 * of the config. Undefined where one of those under `serves` has no price, or (where nothing stands there) one of the config's.
 */
export function dearestPrice(remote: RemoteSpec, models: readonly ModelSpec[]): TokenPrice | "free" | undefined {
  if (remote.price !== undefined) return remote.price;
  const priceOf = priceOfServed(remote, models);
  const mapped = Object.keys(remote.serves);
  const certain = mapped.length > 0 ? mapped : models.map(({ name }) => name);
  if (certain.length === 0 || certain.some((name) => priceOf(name) === null)) return undefined;
  const may = [...new Set([...certain, ...models.map(({ name }) => name)])].flatMap((name) => {
    const price = priceOf(name);
    return price === null ? [] : [{ name, price, rates: ratesOf(price) as TokenPrice }];
  });
  if (may.every(({ price }) => price === "free")) return "free";
  const most = (rate: (rates: TokenPrice) => number) => Math.max(...may.map(({ rates }) => rate(rates)));
  const names = may.map(({ name }) => remote.serves[name] ?? name);
  return { inputUsdPer1M: most((rates) => rates.inputUsdPer1M), outputUsdPer1M: most((rates) => rates.outputUsdPer1M), source: `the dearest that it may serve (${[...new Set(names)].join(", ")})` };
}
