import { WrpError } from "../model/errors.ts";
import type { Basis } from "../report/input.ts";
import type { Policy } from "../router/index.ts";
import type { RunSettings } from "./parts.ts";

/**
 * The policies that gates which name none are about, and that a blessing keeps: the user's, less the reference where one was asked for
 * or is a live router's log (that is what the others are to be judged against); without any, the reference. Throws WrpError where a gate names no policy there is.
 */
export function policiesUnderTest({ gates, reference: asked }: RunSettings, policies: readonly Policy[], reference: string, basis: Basis): string[] {
  for (const { policy, expression } of gates)
    if (policy !== null && !policies.some((p) => p.name === policy))
      throw new WrpError(`gate "${expression}" is about a policy "${policy}", which this run does not have`, { hint: `policies: ${policies.map((p) => p.name).join(", ")}` });
  const own = policies.filter((p) => !p.control && p.kind !== "always").map((p) => p.name);
  const judge = asked ?? (basis === "decisions" ? reference : null);
  const tested = own.filter((name) => name !== judge);
  return tested.length > 0 ? tested : own.length > 0 ? own : [reference];
}
