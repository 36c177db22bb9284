import type { ProbeFile } from "../gateways/vsr/probes.ts";
import type { Holds } from "./probe-checks.ts";
import type { ProbeResult } from "./probe-recipes.ts";

/** How many of some probes hold, and whether that is enough; percent. */
export interface ProbeRate {
  readonly of: string;
  readonly holds: number;
  readonly fails: number;
  readonly undetermined: number;
  /** Null: none is asked. */
  readonly minimum: number | null;
  /** Null: it hangs on those undetermined. */
  readonly enough: Holds;
}

/** Pass rates of all probes, by decision and by tag, against the file's minimums; upstream compares them in tenths of a percent. */
export function probeRates(file: ProbeFile, results: readonly ProbeResult[]): { readonly all: ProbeRate; readonly decisions: readonly ProbeRate[]; readonly tags: readonly ProbeRate[] } {
  const decisions = Map.groupBy(results, ({ probe }) => probe.decisionId);
  const tags = [...new Set(results.flatMap(({ probe }) => probe.tags).concat([...file.minTagPassRate.keys()]))];
  return {
    all: rateOf("all probes", results, file.minProbePassRate),
    decisions: [...decisions].map(([id, some]) => rateOf(id, some, file.minDecisionPassRate.get(id) ?? null)),
    tags: tags.toSorted().map((tag) => rateOf(tag, results.filter(({ probe }) => probe.categories.has(tag)), file.minTagPassRate.get(tag) ?? null)),
  };
}

function rateOf(of: string, results: readonly ProbeResult[], minimum: number | null): ProbeRate {
  const count = (wanted: Holds) => results.filter(({ holds }) => holds === wanted).length;
  const [holds, fails, undetermined] = [count(true), count(false), count(null)];
  const percent = (some: number) => (results.length === 0 ? 0 : Math.round((1000 * some) / results.length) / 10);
  const enough = minimum === null || percent(holds) >= minimum ? true : percent(holds + undetermined) < minimum ? false : null;
  return { of, holds, fails, undetermined, minimum, enough };
}
