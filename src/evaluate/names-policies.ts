import { WrpError } from "../model/errors.ts";
import type { RunSettings } from "./parts.ts";

const SHARE = "share.";

/** Throws WrpError where the reference or a gate names a policy, or a gate the share of a model, that the run does not have. */
export function checkNames({ reference, gates }: Pick<RunSettings, "reference" | "gates">, policies: readonly string[], models: readonly string[]): void {
  if (reference !== null && !policies.includes(reference)) throw new WrpError(`no policy is named "${reference}"`, { hint: `policies: ${policies.join(", ")}` });
  for (const { policy, metric, expression } of gates) {
    if (policy !== null && !policies.includes(policy))
      throw new WrpError(`gate "${expression}" is about a policy "${policy}", which this run does not have`, { hint: `policies: ${policies.join(", ")}` });
    if (metric.startsWith(SHARE) && !models.includes(metric.slice(SHARE.length)))
      throw new WrpError(`gate "${expression}" is about a model "${metric.slice(SHARE.length)}", which this run does not have`, { hint: `models: ${models.join(", ")}` });
  }
}
