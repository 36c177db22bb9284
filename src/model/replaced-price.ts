import type { TokenPrice } from "./config.ts";

/** A price to replay at, in place of whatever a model's calls cost: per token or call, nothing, or so many times what they cost. */
export interface ReplacedPrice {
  readonly model: string;
  readonly to: TokenPrice | "free" | { readonly factor: number } | { readonly usdPerCall: number };
}
