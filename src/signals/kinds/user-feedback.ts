import type { SignalKind } from "../kind.ts";

/** What the user says of the answer before: where there was none, nothing matches, without any model; else it takes one. */
export const userFeedback: SignalKind = (specs) => ({ conversation }, { unknown }) => {
  if (conversation.assistant > 0) for (const { name } of specs) unknown.add(`user_feedback:${name}`);
};
