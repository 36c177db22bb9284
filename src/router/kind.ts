import type { PolicySpec } from "../model/config.ts";
import type { Policy, RouterContext } from "./policy.ts";
import type { Tunables } from "./tunables.ts";

/** What every policy has before its kind adds the rest. */
export type PolicyBase = Pick<Policy, "name" | "kind" | "control" | "hindsight">;

/** A model that a policy names, and where in its spec: `["rules", 0, "model"]`. */
export interface NamedModel {
  readonly model: string;
  readonly path: readonly (string | number)[];
}

/** A numeric fact that a policy reads, by its name there, and where in its spec. */
export interface NamedFact {
  readonly fact: string;
  readonly path: readonly (string | number)[];
}

/** A kind of policy: builds a policy of a spec whose models are all there. Throws WrpError where they do not allow it. */
export interface Kind<K extends PolicySpec["kind"]> {
  /** The models that a spec names, each with its path in the spec; absent where specs of the kind name none. */
  models?(spec: Extract<PolicySpec, { kind: K }>): readonly NamedModel[];
  /** What of a spec may be tuned; absent where specs of the kind hold no such number. */
  tunables?(spec: Extract<PolicySpec, { kind: K }>, context: RouterContext): Tunables<Extract<PolicySpec, { kind: K }>>;
  /** The numeric facts that a spec names; absent where specs of the kind name none. */
  facts?(spec: Extract<PolicySpec, { kind: K }>): readonly NamedFact[];
  build(spec: Extract<PolicySpec, { kind: K }>, context: RouterContext, base: PolicyBase): Policy;
}
