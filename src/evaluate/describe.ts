import type { OutcomeColumns } from "../model/columns.ts";
import type { PriceBook } from "../pool/price-book.ts";
import { replacedInWords } from "../pool/replaced-prices.ts";
import type { Basis, ModelInfo } from "../report/input.ts";
import type { ModelFigures, Policy } from "../router/index.ts";
import type { Absent } from "./absent.ts";
import type { GpuRate } from "./gpu-rates.ts";
import { checkNames } from "./names-policies.ts";
import { policyPriceWarnings } from "./policy-prices.ts";
import type { RunSettings } from "./parts.ts";

/**
 * The policy that others are compared with: the one asked for; of a log without outcomes, the live router's choices; the user's first;
 * else the best single model. Throws WrpError.
 *
 * @param absent policies that another stands in for
 * @param mute live routers of which nothing is known: not taken unless asked for
 */
export function referenceName(settings: RunSettings, policies: readonly Policy[], strong: string | null, basis: Basis, { absent = new Map(), mute = [] }: { readonly absent?: Absent; readonly mute?: readonly string[] } = {}): string {
  const names = policies.map((p) => p.name);
  if (settings.reference !== null) {
    checkNames({ reference: settings.reference, gates: [] }, [...names, ...absent.keys()], []);
    if (names.includes(settings.reference)) return settings.reference;
  }
  const live = basis === "decisions" ? policies.find((p) => p.kind === "recorded") : undefined;
  if (live) return live.name;
  const own = policies.find((p) => !p.control && p.kind !== "always" && !mute.includes(p.name));
  return own?.name ?? strong ?? (names[0] as string);
}

/** A model as the report introduces it. */
export function describeModel(
  name: string,
  settings: RunSettings,
  prices: PriceBook,
  outcomes: { readonly columns: OutcomeColumns; readonly zeroCost: readonly string[]; readonly rates: readonly GpuRate[]; readonly sources: ReadonlyMap<string, string> | null },
): ModelInfo {
  const spec = settings.models.find((m) => m.name === name);
  const costs = outcomes.columns.costUsd[outcomes.columns.models.indexOf(name)] as Float64Array;
  const priced = costs.some((c) => !Number.isNaN(c));
  const replaced = settings.replaced?.find(({ model }) => model === name)?.to;
  const source = outcomes.zeroCost.includes(name) ? "unpriced (recorded cost is 0 on every prompt)" : prices.sourceOf(name, priced, outcomes.rates.find(({ model }) => model === name)?.measured);
  return {
    name,
    priceSource: outcomes.sources?.get(name) ?? (replaced ? replacedInWords(replaced, source) : source),
    trusted: spec?.trusted ?? null,
    guarded: spec?.guarded ?? null,
    simulated: spec?.simulated ? (spec.simulated.source ?? "the config's own figures") : null,
  };
}

/** What does not fit between the models of a config and the outcomes that there are; with the model's position in the config where it is about one. */
export function modelRemarks({ models }: Pick<RunSettings, "models">, columns: OutcomeColumns): { readonly code: string; readonly message: string; readonly model?: number }[] {
  const unmarked = (tag: string, mark: "trusted" | "guarded") => columns.labels.has(`tag:${tag}`) && !models.some((m) => m[mark]);
  return [
    ...models.flatMap(({ name, live, ofPolicy }, model) => (columns.models.includes(name) || live || ofPolicy ? [] : [{ code: "model-without-outcomes", message: `the config's model ${name} has no outcome in this workload`, model }])),
    ...(unmarked("pii", "trusted") ? [{ code: "no-trusted-model", message: "prompts are tagged pii but no model is marked trusted: every one of them counts as leaked" }] : []),
    ...(unmarked("attack", "guarded") ? [{ code: "no-guarded-model", message: "prompts are tagged attack but no model is marked guarded: every one of them counts as reached" }] : []),
  ];
}

/** What is said of a model that costs 0 on every prompt. */
export function zeroCostWarning(name: string): string {
  return `${name} costs 0 on every prompt: taken as unpriced; say --free ${name} (or price: free in wrp.yaml) if it really costs nothing`;
}

/** What a reader of the report should know of how the run was set up. */
export function settingsWarnings(settings: RunSettings, columns: OutcomeColumns, fitted: readonly ModelFigures[] | null, basis: Basis): string[] {
  const warnings = [...modelRemarks(settings, columns).map(({ message }) => message), ...policyPriceWarnings(settings, columns)];
  if (settings.replaced && settings.remotes) warnings.push("--price is of models: what the calls of live routers cost stays as it was");
  for (const { name } of fitted ?? []) if (!columns.models.includes(name)) warnings.push(`${name} has outcomes in the training part only: it is not judged`);
  for (const name of columns.models) if (fitted && !fitted.some((m) => m.name === name)) warnings.push(`${name} has no outcome in the training part: no hull, best single or threshold uses it`);
  if (basis === "outcomes" && !fitted && columns.models.length > 1) warnings.push("best single, hull and AIQ are maxima chosen on the prompts they are judged on: biased upward (judge on held-out prompts with --split test)");
  return warnings;
}
