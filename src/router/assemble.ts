import type { PolicySpec } from "../model/config.ts";
import { raise, telling, WrpError, type Place } from "../model/errors.ts";
import { controls } from "./controls.ts";
import { buildPolicy, unknownModel, unknownModels } from "./index.ts";
import type { ModelFigures, Policy, PoolView, RouterContext } from "./policy.ts";
import { bestOf, cheapestOf, worstOf } from "./ranking.ts";

const NO_POOL: PoolView = { health: new Map(), queueDepth: new Map() };

/** Where the user wrote a policy, or the part of it that a path leads to. */
export type PlaceOf = (spec: PolicySpec, path?: readonly (string | number)[]) => Place | undefined;

/** The policies of a run, in report order, and what was left out. */
export interface Assembly {
  readonly context: RouterContext;
  /** Every single model (kind `always`), the user's policies, the controls. */
  readonly policies: readonly Policy[];
  readonly notes: readonly string[];
}

/**
 * Every single model, then the user's policies, then the controls that the models allow. Without any of the user's, a log's
 * own choices are judged too. Throws WrpError on a repeated name or a policy that cannot be built.
 *
 * @param facts numeric facts of the workload, by name
 * @param logged true where the workload says what a live router chose
 * @param placeOf where the user wrote a policy, or what stands in it under a path, for errors about it
 * @param tell is told of policies that cannot be built; they are left out, unless it throws
 */
export function assemble(
  models: readonly ModelFigures[],
  specs: readonly PolicySpec[],
  facts: ReadonlyMap<string, Float64Array>,
  logged: boolean,
  placeOf: PlaceOf = () => undefined,
  tell: (error: WrpError, spec: PolicySpec) => void = raise,
): Assembly {
  const context: RouterContext = { models, ...weakAndStrong(models), factValues: (name) => facts.get(name) ?? null, pool: NO_POOL, placeOf };
  const singles = models.map((m) => buildPolicy({ kind: "always", model: m.name }, context));
  const names = new Set(singles.map((policy) => policy.name));
  const own = (specs.length === 0 && logged ? [{ kind: "recorded" } as const] : specs).flatMap((spec) => {
    const unknown = unknownModels(spec, context);
    for (const { model, path } of unknown) tell(unknownModel(model, context, placeOf(spec, path)), spec);
    if (unknown.length > 0) return [];
    const build = (): Policy => {
      const policy = buildPolicy(spec, context);
      if (policy.name === "cost-matched-mix" || (policy.name === "oracle" && policy.kind !== "oracle"))
        throw new WrpError(`"${policy.name}" means something in every report: no policy can have that name`);
      if (names.has(policy.name)) throw new WrpError(`two policies are named "${policy.name}"`, { code: "repeated-name", hint: "give each policy its own name; single models are policies too" });
      names.add(policy.name);
      return policy;
    };
    return telling((error) => tell(error, spec), build, placeOf(spec)) ?? [];
  });
  const added = controls(context, names);
  return { context, policies: [...singles, ...own, ...added.policies], notes: added.left };
}

/**
 * The two models of threshold policies and their metrics: weak the cheapest, strong the best single. Without prices, two models
 * in the order of their columns; more than two, the worst and the best.
 */
function weakAndStrong(models: readonly ModelFigures[]): { weak: string | null; strong: string | null } {
  const graded = models.filter((m) => !Number.isNaN(m.quality));
  const [first, second] = graded;
  const strong = bestOf(graded);
  if (!first || !second || !strong) return { weak: null, strong: null };
  const weak = cheapestOf(graded);
  if (weak) return { weak: weak.name, strong: strong.name };
  if (graded.length === 2) return { weak: first.name, strong: second.name };
  return { weak: worstOf(graded)?.name ?? null, strong: strong.name };
}
