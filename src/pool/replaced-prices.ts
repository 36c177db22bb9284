import type { Answer } from "../model/answer.ts";
import type { TokenPrice } from "../model/config.ts";
import type { ReplacedPrice } from "../model/replaced-price.ts";
import { priced } from "./priced.ts";

type Terms = ReplacedPrice["to"];

/** What came of replacing a model's price. */
export interface Repriced extends ReplacedPrice {
  /** Answers that did not fail. */
  readonly answers: number;
  /** Those of them whose cost is not known at the replaced price, since nobody counted their tokens (by a factor: since it was not known before). */
  readonly unpriced: number;
  /** Mean cost at the replaced price over that before, of answers of which both are known; exact for a factor and for free; NaN where nothing tells. */
  readonly ratio: number;
}

/** Prices that are replaced for a replay: a copy of each answer, at its new cost. What is stored stays as it is. */
export interface Repricing {
  /** The answers of a model; null is a gap. */
  at(model: string, answers: readonly (Answer | null)[]): readonly (Answer | null)[];
  /** True where what its answers cost before does not matter. */
  isAnew(model: string): boolean;
  /** What its cost is multiplied by; 1 where it is not. */
  factorOf(model: string): number;
  readonly free: readonly string[];
  found(): Repriced[];
}

/** @param replaced a model at most once */
export function repricing(replaced: readonly ReplacedPrice[]): Repricing {
  const tallies = new Map(replaced.map(({ model, to }) => [model, { to, answers: 0, unpriced: 0, before: 0, after: 0 }]));
  return {
    free: replaced.flatMap(({ model, to }) => (to === "free" ? [model] : [])),
    isAnew: (model) => tallies.has(model) && factorIn(tallies.get(model)?.to) === null,
    factorOf: (model) => factorIn(tallies.get(model)?.to) ?? 1,
    at(model, answers) {
      const tally = tallies.get(model);
      if (!tally) return answers;
      return answers.map((answer) => {
        if (!answer) return answer;
        const again = { ...answer, costUsd: costAt(tally.to, answer) };
        if (answer.error !== null) return again;
        tally.answers++;
        if (again.costUsd === null) tally.unpriced++;
        else if (answer.costUsd !== null) {
          tally.before += answer.costUsd;
          tally.after += again.costUsd;
        }
        return again;
      });
    },
    found: () => [...tallies].map(([model, { to, answers, unpriced, before, after }]) => ({ model, to, answers, unpriced, ratio: to === "free" ? 0 : (factorIn(to) ?? (before > 0 ? after / before : NaN)) })),
  };
}

/** Where a model's costs are from. @param before in words, what they would be else */
export function replacedInWords(to: Terms, before: string): string {
  if (to === "free") return "free, by --price";
  if ("factor" in to) return `${to.factor} × what was ${before} (--price)`;
  if ("usdPerCall" in to) return `--price: $${to.usdPerCall} a call`;
  return `--price: $${to.inputUsdPer1M} in, $${to.outputUsdPer1M} out per million tokens`;
}

/** A price per token as it is replaced; null where there is none, or it is per call. */
export function tokenPriceUnder(to: Terms | undefined, price: TokenPrice | null): TokenPrice | null {
  if (to === undefined) return price;
  if (to === "free") return { inputUsdPer1M: 0, outputUsdPer1M: 0, source: "free, by --price" };
  if ("usdPerCall" in to) return null;
  if (!("factor" in to)) return to;
  if (!price) return null;
  const { inputUsdPer1M, outputUsdPer1M, cachedInputUsdPer1M, source = "config" } = price;
  const times = (usd: number) => usd * to.factor;
  return { inputUsdPer1M: times(inputUsdPer1M), outputUsdPer1M: times(outputUsdPer1M), ...(cachedInputUsdPer1M === undefined ? {} : { cachedInputUsdPer1M: times(cachedInputUsdPer1M) }), source: `${source}, × ${to.factor} by --price` };
}

/** A failed call costs what its tokens cost, as far as they were counted; at a price per call nobody knows whether it is one. */
function costAt(to: Terms, answer: Answer): number | null {
  if (to === "free") return 0;
  if ("factor" in to) return answer.costUsd === null ? null : answer.costUsd * to.factor;
  if ("usdPerCall" in to) return answer.error === null ? to.usdPerCall : null;
  return priced({ ...answer, costUsd: null, error: null }, to).costUsd;
}

function factorIn(to: Terms | undefined): number | null {
  return typeof to === "object" && "factor" in to ? to.factor : null;
}
