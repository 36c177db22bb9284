import type { PolicySpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import { controls } from "./controls.ts";
import { buildPolicy } from "./index.ts";
import type { ModelFigures, Policy, PoolView, RouterContext } from "./policy.ts";

const NO_POOL: PoolView = { health: new Map(), queueDepth: new Map() };

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
 */
export function assemble(
  models: readonly ModelFigures[],
  specs: readonly PolicySpec[],
  facts: ReadonlyMap<string, Float64Array>,
  logged: boolean,
): Assembly {
  const context: RouterContext = { models, ...weakAndStrong(models), factValues: (name) => facts.get(name) ?? null, pool: NO_POOL };
  const singles = models.map((m) => buildPolicy({ kind: "always", model: m.name }, context));
  const own = (specs.length === 0 && logged ? [{ kind: "recorded" } as const] : specs).map((spec) => buildPolicy(spec, context));
  const names = new Set<string>();
  for (const { name } of [...singles, ...own]) {
    if (names.has(name)) throw new WrpError(`two policies are named "${name}"`, { hint: "give each policy its own name; single models are policies too" });
    names.add(name);
  }
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
  if (!first || !second) return { weak: null, strong: null };
  const strong = graded.reduce((best, m) => (m.quality > best.quality || (m.quality === best.quality && m.costUsdPer1k < best.costUsdPer1k) ? m : best));
  const priced = graded.filter((m) => !Number.isNaN(m.costUsdPer1k));
  if (priced.length > 0) {
    const weak = priced.reduce((best, m) => (m.costUsdPer1k < best.costUsdPer1k ? m : best));
    return { weak: weak.name, strong: strong.name };
  }
  if (graded.length === 2) return { weak: first.name, strong: second.name };
  return { weak: graded.reduce((worst, m) => (m.quality < worst.quality ? m : worst)).name, strong: strong.name };
}
