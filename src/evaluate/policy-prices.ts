import type { OutcomeColumns } from "../model/columns.ts";
import type { ModelSpec, PolicySpec, TokenPrice } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import { modelsNamed, policyName, vsrPrices } from "../router/index.ts";
import type { RunSettings } from "./parts.ts";

type Stated = ReturnType<typeof vsrPrices>;

/**
 * The models with the prices that policies' own configs state, where wrp.yaml gives a model none. What the workload records comes before
 * any price, a dated list price after all that somebody stated. Of two policies that price a model, the first is taken. Models that such
 * a config alone names stand behind the others.
 */
export function withPolicyPrices(models: readonly ModelSpec[], policies: readonly PolicySpec[]): ModelSpec[] {
  const prices = new Map<string, TokenPrice>();
  for (const spec of policies)
    for (const [model, stated] of pricesOf(spec)) if ("price" in stated && !prices.has(model)) prices.set(model, stated.price);
  const priced = models.map((model) => {
    const price = prices.get(model.name);
    return price && model.price === undefined ? { ...model, price } : model;
  });
  const named = new Set([...policies.flatMap(modelsOf), ...prices.keys()]);
  const further = [...named].filter((name) => !models.some((model) => model.name === name));
  return [...priced, ...further.map((name) => ({ name, ofPolicy: true as const, ...(prices.has(name) ? { price: prices.get(name) as TokenPrice } : {}) }))];
}

/** Prices in policies' configs that are none, or that two of them state differently, of models that nothing else prices. */
export function policyPriceWarnings({ policies, models }: Pick<RunSettings, "policies" | "models">, columns: OutcomeColumns): string[] {
  const priceOf = new Map(models.map(({ name, price }) => [name, price]));
  const recorded = (name: string) => columns.costUsd[columns.models.indexOf(name)]?.some((cost) => !Number.isNaN(cost)) ?? false;
  return policies.flatMap((spec) =>
    [...pricesOf(spec)].flatMap(([model, stated]) => {
      if (!modelsOf(spec).includes(model)) return [];
      const used = priceOf.get(model);
      if ("unusable" in stated) return used !== undefined || recorded(model) ? [] : [`policy "${policyName(spec)}": ${model} is unpriced: ${stated.unusable} (wrp.yaml: models: [{name: ${model}, price: …}], or price: free)`];
      const other = typeof used === "object" && "source" in used && used.source !== stated.price.source && priceInWords(used as TokenPrice) !== priceInWords(stated.price);
      return other ? [`policy "${policyName(spec)}": it prices ${model} at ${priceInWords(stated.price)}; this run reckons with ${priceInWords(used as TokenPrice)} (${used.source})`] : [];
    }),
  );
}

function pricesOf(spec: PolicySpec): Stated {
  return spec.kind === "vsr" ? orNone(() => vsrPrices(spec)) ?? new Map() : new Map();
}

function modelsOf(spec: PolicySpec): string[] {
  return spec.kind === "vsr" ? orNone(() => modelsNamed(spec).map(({ model }) => model)) ?? [] : [];
}

/** What is wrong with a config is told where its policy is built. */
function orNone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrpError) return null;
    throw error;
  }
}

function priceInWords({ inputUsdPer1M, outputUsdPer1M }: TokenPrice): string {
  return `$${inputUsdPer1M} in, $${outputUsdPer1M} out`;
}
