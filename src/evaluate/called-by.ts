import type { Decision } from "../model/decision.ts";
import type { Undecided } from "../router/index.ts";

/** The model that a decision calls, empty where it calls none, and its reason. */
export function calledBy(decision: Decision | Undecided): [model: string, reason: string] {
  if ("undecided" in decision) return ["", decision.undecided];
  const step = decision.alternatives[0]?.steps[0];
  return [step?.do === "call" ? step.model : "", decision.rule];
}
