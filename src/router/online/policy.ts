import type { PolicyBase } from "../kind.ts";
import { checkLearnable } from "../learned/requirements.ts";
import type { Policy, RouterContext } from "../policy.ts";
import { inWords } from "./describe.ts";
import type { Online } from "./online.ts";

type Feedback = Pick<Online, "delay" | "feedbackRate" | "shuffles">;

/**
 * A policy that learns as it goes. Throws WrpError where there is nothing to learn from.
 *
 * @param doing what it does, in words
 * @param content what changes its choices, besides what reaches it
 * @param costs the part of its spec that makes it weigh costs; null: it does not
 */
export function onlinePolicy(
  base: PolicyBase,
  context: RouterContext,
  { delay, feedbackRate, shuffles }: Feedback,
  own: Pick<Online, "lambda" | "dimensions" | "start"> & { readonly doing: string; readonly content: Readonly<Record<string, unknown>>; readonly costs: string | null },
): Policy {
  const { doing, content, costs, lambda, dimensions, start } = own;
  checkLearnable(base.name, context, costs);
  const feedback = { delay, feedbackRate, shuffles, lambda, dimensions };
  return { ...base, description: inWords(doing, feedback), content: { ...content, ...feedback }, online: { ...feedback, start } };
}

/** The part of a spec that makes a policy weigh costs; null where it does not. */
export function weighed(lambda: number): string | null {
  return lambda > 0 ? `lambda=${lambda}` : null;
}
