import { onlineSpecs } from "../model/online-specs.ts";
import { kindInWords } from "./kind-in-words.ts";

/** What `wrp help online` prints: the kinds of policy that learn from their own choices, with their settings. */
export function onlineTopic(): string {
  return `Policies that learn as they go: they start with nothing, and see the outcome of the model that they chose, and no other

  wrp eval DATA --policy thompson                       in 20 random orders, and in the workload's own
  wrp eval DATA --policy 'linucb(lambda=20)'            by the prompt's vector; quality - 20 · cost in USD is the reward
  wrp eval DATA --policy 'ucb(delay=100,feedbackRate=0.2)'
                                                        outcomes come 100 prompts late, grades of a fifth of prompts only
  wrp eval DATA --policy 'ucb(shuffles=0,discount=0.999)'
                                                        in the workload's own order, outcomes aging: for models that change

Figures are means over the random orders, which all such policies share and in which sessions keep their own; they count what
learning cost. A gap among the outcomes tells nothing, and is no 0. The report has the regret along the way, against the best
single model in hindsight and against the oracle, with intervals over the orders; its other intervals take the choices as given,
and a warning says where the orders would widen them. A model that has no grade on any prompt is never asked. They keep no state:
a new prompt cannot be routed by them.

Kinds, with their settings and defaults
${onlineSpecs.map(kindInWords).join("")}`;
}
