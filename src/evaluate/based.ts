import type { OutcomeColumns } from "../model/columns.ts";
import type { PolicySpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import { modelFigures } from "../outcomes/figures.ts";
import type { Basis } from "../report/input.ts";
import { assemble, type Assembly, type PlaceOf } from "../router/assemble.ts";
import { modelsNamed, policyName } from "../router/index.ts";
import { basisOf, knownModels, withModels } from "./basis.ts";
import { expectedOutcomes } from "./expect.ts";
import { figuresUnder, type Gathered } from "./gather.ts";
import type { Parts, RunConfig } from "./parts.ts";
import { withoutSilent, type Silent } from "./silent.ts";

/** What outcomes are a basis for. */
interface On {
  readonly basis: Basis;
  /** What a log says, where the columns hold expectations too. */
  readonly logged: OutcomeColumns | null;
  readonly sources: ReadonlyMap<string, string> | null;
}

/** Outcomes with what they are a basis for. */
export type Based<G = Gathered> = G & On;

/** Decides what a report can stand on; where that is decisions alone, expects what nobody saw. Throws WrpError where no prompt is left, a model asked for is unknown, or none answered. */
export async function basedOn<G extends Pick<Gathered, "columns" | "chosen" | "summary" | "seen"> & { readonly silent?: readonly Silent[] }>(
  outcomes: G,
  batches: () => Iterable<readonly Prompt[]> | AsyncIterable<readonly Prompt[]>,
  { settings, now }: Pick<Parts, "settings" | "now">,
): Promise<Based<G>> {
  const { columns, chosen, summary } = outcomes;
  if (columns.n === 0 && summary.warnings.length > 0) throw new WrpError("no prompt is left to compare", { hint: summary.warnings.join("; ") });
  const heard = withoutSilent(columns, chosen, outcomes.silent ?? [], settings);
  if (heard) return { ...outcomes, columns: heard, basis: "outcomes", logged: null, sources: null };
  const known = knownModels(columns, chosen, settings.models, settings.only);
  const basis = basisOf(columns, settings, known);
  const judged = basis === "outcomes" ? columns.models : known;
  for (const name of settings.only ?? []) if (!judged.includes(name)) throw new WrpError(`no outcome of model "${name}" in this workload`, { hint: `models: ${outcomes.seen.join(", ") || "none"}` });
  if (basis === "outcomes") return { ...outcomes, basis, logged: null, sources: null, silent: [] };
  const logged = withModels(columns, chosen, known);
  const { columns: expected, sources } = await expectedOutcomes(logged, batches(), settings, now());
  return { ...outcomes, columns: expected, basis, logged, sources, silent: [] };
}

type TellOf = NonNullable<Parameters<typeof assemble>[5]>;

/** The policies of a run, less those that name a silent model. Throws WrpError where one cannot be built, unless `tell` keeps the error and leaves the policy out. */
export function assembled({ columns, basis, silent = [] }: Pick<Based, "columns" | "basis"> & { readonly silent?: readonly Silent[] }, { settings, fitted }: Pick<RunConfig, "settings" | "fitted">, placeOf?: PlaceOf, tell?: TellOf): Assembly {
  const logged = columns.chosen.some((m) => m >= 0);
  if (basis === "decisions") return assembleDecisions(columns, settings.policies, logged, placeOf, tell);
  // A model of the training part alone cannot be judged here; one that it lacks is there without figures.
  const figures = fitted && columns.models.map((name) => fitted.find((m) => m.name === name) ?? { name, quality: NaN, costUsdPer1k: NaN });
  const lacking = (spec: PolicySpec) => modelsNamed(spec).find(({ model }) => silent.some((one) => one.model === model));
  const assembly = assemble(figures ?? figuresUnder(settings.missing, columns), settings.policies.filter((spec) => !lacking(spec)), columns.facts, logged, placeOf, tell);
  const left = settings.policies.flatMap((spec) => {
    const named = lacking(spec);
    return named ? [`policy "${policyName(spec)}" is left out: it names ${named.model}, which answered nothing`] : [];
  });
  return { ...assembly, notes: [...left, ...assembly.notes] };
}

/** The controls that need no outcomes. */
const BLIND_CONTROLS: readonly string[] = ["random", "cheapest"];

/** Policies where nobody knows how good an answer would have been: the live router's own choices stand beside the user's. */
function assembleDecisions(columns: OutcomeColumns, specs: readonly PolicySpec[], logged: boolean, placeOf?: PlaceOf, tell?: TellOf): Assembly {
  const figures = modelFigures(columns).map((model) => ({ ...model, quality: NaN }));
  const own: readonly PolicySpec[] = !logged || specs.some((spec) => spec.kind === "recorded" || spec.name === "recorded") ? specs : [{ kind: "recorded" }, ...specs];
  const { policies, context } = assemble(figures, own, columns.facts, logged, placeOf, tell);
  return { context, policies: policies.filter((policy) => !policy.control || BLIND_CONTROLS.includes(policy.kind)), notes: [] };
}
