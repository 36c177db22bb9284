import { vsrTunables } from "../gateways/vsr/knobs.ts";
import type { PolicySpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import { policyName, tunablesOf } from "../router/index.ts";
import type { RouterContext } from "../router/policy.ts";
import type { Tunables } from "../router/tunables.ts";

/**
 * What of a policy is tuned: of a gateway's config its numbers, else what its kind says; of these the ones that a pattern names (`*` is any
 * text), where patterns are given. Throws WrpError where that is nothing.
 */
export function tunedNumbers(spec: PolicySpec, context: RouterContext, patterns: readonly string[] = []): Tunables {
  const all = spec.kind === "vsr" ? (vsrTunables(spec) as Tunables) : tunablesOf(spec, context);
  if (!all || all.numbers.length === 0) throw new WrpError(`policy "${policyName(spec)}" is of kind ${spec.kind} and has no number to tune`, { code: "nothing-to-tune" });
  const unmet = patterns.find((pattern) => !all.numbers.some(({ name }) => matches(pattern, name)));
  if (unmet !== undefined) throw new WrpError(`--knob ${unmet}: no number of policy "${policyName(spec)}" has that name`, { hint: `it has ${named(all.numbers.map(({ name }) => name))}; wrp tune --list lists them` });
  return patterns.length === 0 ? all : { ...all, numbers: all.numbers.filter(({ name }) => patterns.some((pattern) => matches(pattern, name))) };
}

/** How many names a hint spells out. */
const NAMED = 6;

function named(names: readonly string[]): string {
  return names.length <= NAMED ? names.join(", ") : `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`;
}

function matches(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "s").test(name);
}
