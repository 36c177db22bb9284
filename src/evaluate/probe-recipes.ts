import type { Probe, ProbeFile } from "../gateways/vsr/probes.ts";
import { unknownName } from "../model/errors.ts";
import type { SignalModels } from "../model/signal-models.ts";
import { DEFAULT_RECIPE, readVsrConfig, recipeOf, type VsrConfig } from "../router/vsr/config.ts";
import { vsrRouter, type VsrRouter } from "../router/vsr/router.ts";
import { leafNameOf, LEAF_TYPES } from "../router/vsr/signal-kinds.ts";
import type { Manifests } from "../router/vsr/signal-settings.ts";
import type { VsrTrace } from "../router/vsr/trace.ts";
import { shareSignals } from "../signals/index.ts";
import { probeChecks, type Holds, type ProbeCheck } from "./probe-checks.ts";

export interface ProbeResult {
  readonly probe: Probe;
  readonly holds: Holds;
  readonly decision: string | null;
  /** All that does not hold, or may not. */
  readonly checks: readonly ProbeCheck[];
}

/** A config with what chooses in it. */
export interface ProbedConfig {
  readonly text: string;
  readonly file: string;
  /** For probes that name no recipe and no entrypoint. */
  readonly recipe?: string | undefined;
  readonly entrypoint?: string | undefined;
  /** What the manifests of its knowledge bases hold, by the base's name. */
  readonly manifests?: Manifests | undefined;
}

/**
 * What a config makes of each probe, in three values: an expectation fails only where no value of an unknown signal could fulfil it, and
 * holds only where none could break it. Compared as upstream compares (tools/agent/scripts/router_calibration_evaluation.py). Throws
 * WrpError where the config, or a probe's recipe, cannot be read.
 *
 * @param models what reads learned signals; null: they are unknown
 */
export async function probeRecipes({ probes }: ProbeFile, given: ProbedConfig, models: SignalModels | null): Promise<ProbeResult[]> {
  const config = readVsrConfig(given.text, given.file);
  const standard = recipeOf(config, given).name;
  const results = new Map<Probe, ProbeResult>();
  for (const [recipe, some] of Map.groupBy(probes, (probe) => recipeAsked(probe, config, standard))) {
    const known = config.recipes.find(({ name }) => name === recipe);
    if (!known) throw unknownName("recipe", recipe, config.recipes.map(({ name }) => name), some[0]?.place);
    const router = vsrRouter(given.text, given.file, { recipe, manifests: given.manifests, also: namedSignals(some, known.signals) });
    const [readings = []] = await shareSignals([router.signals], models).read(some.map(({ request }) => request));
    for (const [i, probe] of some.entries()) {
      const trace = router.trace(readings[i] as (typeof readings)[number]);
      results.set(probe, resultOf(probe, probeChecks(probe, trace, router), trace));
    }
  }
  return probes.map((probe) => results.get(probe) as ProbeResult);
}

/** A client's model chooses; without one, what is expected is taken to be asked for. */
function recipeAsked({ model, recipe }: Probe, { entrypoints }: VsrConfig, standard: string): string {
  if (model === null) return recipe ?? standard;
  return entrypoints.find(({ model_names: names }) => names.includes(model))?.recipe.trim() ?? DEFAULT_RECIPE;
}

function namedSignals(probes: readonly Probe[], signals: VsrRouter["recipe"]["signals"]): string[] {
  if (!probes.some((probe) => probe.signals.exact)) return probes.flatMap((probe) => [...probe.signals.expected, ...probe.signals.forbidden]);
  return Object.entries(signals).flatMap(([list, specs]) => specs.map((spec) => `${LEAF_TYPES[list]}:${leafNameOf(LEAF_TYPES[list] ?? "", spec)}`));
}

function resultOf(probe: Probe, checks: readonly ProbeCheck[], { outcome }: VsrTrace): ProbeResult {
  const open = checks.filter(({ holds }) => holds !== true);
  return { probe, holds: open.length === 0 ? true : open.some(({ holds }) => holds === false) ? false : null, decision: outcome?.decision ?? null, checks: open };
}
