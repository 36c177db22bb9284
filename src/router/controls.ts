import { WrpError } from "../model/errors.ts";
import type { PolicySpec } from "../model/config.ts";
import { buildPolicy } from "./index.ts";
import type { Policy, RouterContext } from "./policy.ts";

/** The controls that stand beside every workload, each named for its kind (the length rule: `length`). */
const CONTROLS: readonly PolicySpec[] = [
  { kind: "random" },
  { kind: "cheapest" },
  { kind: "best-single" },
  { kind: "zero-router" },
  { kind: "threshold", name: "length", fact: "prompt.lengthCodePoints" },
  { kind: "oracle" },
];

/** As reports call them. */
export const CONTROL_NAMES: readonly string[] = CONTROLS.map(({ name, kind }) => name ?? kind);

/**
 * The controls that these models allow; a reason for each that they do not (no prices, one model).
 *
 * @param taken names that policies of the user already have: those win
 */
export function controls(context: RouterContext, taken: ReadonlySet<string>): { policies: Policy[]; left: string[] } {
  const policies: Policy[] = [];
  const left: string[] = [];
  if (context.models.length === 0) return { policies, left };
  for (const spec of CONTROLS) {
    if (taken.has(spec.name ?? spec.kind)) continue;
    try {
      policies.push(buildPolicy(spec, context, true));
    } catch (error) {
      if (!(error instanceof WrpError)) throw error;
      left.push(`control "${spec.name ?? spec.kind}" left out: ${error.message}`);
    }
  }
  return { policies, left };
}
