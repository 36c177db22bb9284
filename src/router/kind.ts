import type { PolicySpec } from "../model/config.ts";
import type { Policy, RouterContext } from "./policy.ts";

/** What every policy has before its kind adds the rest. */
export type PolicyBase = Pick<Policy, "name" | "kind" | "control" | "hindsight">;

/** A kind of policy: builds a policy of its spec. Throws WrpError where the models do not allow it. */
export interface Kind<K extends PolicySpec["kind"]> {
  build(spec: Extract<PolicySpec, { kind: K }>, context: RouterContext, base: PolicyBase): Policy;
}
